"""The list of projects on the start page: when each was changed, its size and state, and what can be done with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QMenu, QVBoxLayout, QWidget

from mlops_desktop.engine.project import BACKUP_FILE, PROJECT_FILE
from mlops_desktop.ui.shell.settings import ProjectSummary, Settings
from mlops_desktop.ui.translation import pluralize, translated
from mlops_desktop.ui.widgets.basic import Button, Tool, Weight, clear, column, heading, label, row
from mlops_desktop.ui.widgets.elided import Elided

FEW = 5  # projects that are shown before all are asked for
SEARCHED = 12  # with more of them there is a search
_CONTROLS = ("recent_open", "recent_more")


@dataclass(frozen=True)
class ProjectEntry:
    """A project as the list shows it. `changed`: when its decisions were saved last, in seconds since 1970; None: it is not there."""

    folder: Path
    summary: ProjectSummary
    changed: float | None

    @property
    def name(self) -> str:
        """What it is called: as when it was last open here, else as its folder."""
        return self.summary.name or self.folder.name


def project_lister(settings: Settings) -> Callable[[], list[ProjectEntry]]:
    """What gives the projects that were opened, the latest first, then those in the folder for projects that were not, the last changed
    first. It may be called on another thread: it reads disks, which may be slow.
    """
    return partial(_list_projects, dict.fromkeys(settings.recent), settings.summaries(), settings.folder_finder())


def _list_projects(
    opened: Collection[Path], summaries: Mapping[str, ProjectSummary], find_folders: Callable[[], list[Path]]
) -> list[ProjectEntry]:
    def entry(folder: Path) -> ProjectEntry:
        return ProjectEntry(folder, summaries.get(str(folder), ProjectSummary()), _changed(folder))

    others = [found for folder in find_folders() if folder not in opened and (found := entry(folder)).changed]
    others.sort(key=lambda entry: -(entry.changed or 0.0))
    return [*map(entry, opened), *others]


def _changed(folder: Path) -> float | None:
    for file in (PROJECT_FILE, BACKUP_FILE):
        try:
            return (folder / file).stat().st_mtime
        except OSError:
            continue
    return None


def date_text(seconds: float, now: float | None = None) -> str:
    """A time as people say it: today with the time of day, yesterday, else the day."""
    when, today = QDateTime.fromSecsSinceEpoch(int(seconds)), QDateTime.fromSecsSinceEpoch(int(time.time() if now is None else now))
    translate, days = QCoreApplication.translate, when.date().daysTo(today.date())
    if days == 0:
        return translate("RecentProjects", "today {time}").format(time=QLocale().toString(when.time(), "HH:mm"))
    if days == 1:
        return translate("RecentProjects", "yesterday")
    return str(QLocale().toString(when.date(), "d MMM" if when.date().year() == today.date().year() else "d MMM yyyy"))


class RecentProjects(QFrame):
    """Shows entries. Each signal brings the folder that it is about."""

    open_asked = Signal(object)
    locate_asked = Signal(object)
    copy_asked = Signal(object)
    rename_asked = Signal(object)
    delete_asked = Signal(object)
    forget_asked = Signal(object)
    show_asked = Signal(object)  # the folder in the program of the desktop for folders

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._entries: Sequence[ProjectEntry] | None = None  # nothing was shown yet
        self._day = QDate()  # on which the dates were written
        self._all = False
        self._shown: list[Path] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        self.search = QLineEdit()
        self.search.setObjectName("recent_search")
        self.search.setPlaceholderText(self.tr("Search projects"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.more = Button("", self._toggle, name="recent_all", kind="link")
        head = row(heading(self.tr("Projects")), None, self.search, self.more)
        self.setLayout(column(head, self._list, margins=(16, 10, 16, 14), spacing=4))

    def show_entries(self, entries: Sequence[ProjectEntry]) -> None:
        """Show these projects, those that were opened last first. Nothing is made anew while nothing has changed."""
        today = QDate.currentDate()
        if entries == self._entries and today == self._day:
            return
        self._entries, self._day = entries, today
        self._fill()

    def _toggle(self) -> None:
        self._all = not self._all
        self._fill()

    def _fill(self) -> None:
        wanted, entries = self.search.text().strip().lower(), self._entries or ()
        self.search.setVisible(len(entries) > SEARCHED or bool(wanted) or self.search.hasFocus())
        focused = self._focused()
        found = [entry for entry in entries if wanted in f"{entry.name} {entry.folder.name} {translated(entry.summary.status)}".lower()]
        shown = found if self._all or wanted else found[:FEW]
        self.more.setVisible(len(entries) > FEW and not wanted)
        self.more.setText(self.tr("Show fewer") if self._all else self.tr("Show all {n}").format(n=len(entries)))
        clear(self._list)
        self._shown = [entry.folder for entry in shown]
        if not shown:
            text = self.tr("No project has this name.") if wanted else self.tr("None yet. Every project that you make is listed here.")
            self._list.addWidget(label(text, "small", tone="3"))
        for at, entry in enumerate(shown):
            self._list.addWidget(self._row(at, entry))
            if focused is not None and focused[0] == entry.folder:
                self._focus(f"{focused[1]}_{at}")

    def _focused(self) -> tuple[Path, str] | None:
        """The project whose control has the focus, and the name of the control without its place in the list."""
        control = self.focusWidget()
        name, _, at = control.objectName().rpartition("_") if control is not None and control.hasFocus() else ("", "", "")
        return (self._shown[int(at)], name) if name in _CONTROLS and int(at) < len(self._shown) else None

    def _focus(self, name: str) -> None:
        controls = [control for control in self.findChildren(QWidget, name) if not control.isHidden()]
        if controls:
            controls[-1].setFocus()

    def _row(self, at: int, entry: ProjectEntry) -> QWidget:
        there = entry.changed is not None
        name = Elided(entry.name, weight=Weight.Medium, tone="" if there else "3", middle=True)
        name.setToolTip(str(entry.folder))
        status = Elided(entry.summary.status, "small", tone="2")
        size = label(self._size_text(entry.summary), "small", tone="3", tabular=True)
        date = label(date_text(entry.changed) if entry.changed is not None else "", "small", tone="3", tabular=True)
        wide = self.fontMetrics().averageCharWidth()
        for part, characters in ((size, 26), (date, 15)):
            part.setFixedWidth(wide * characters)
            part.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if not there:
            status.setText(self.tr("not found at {folder}").format(folder=entry.folder))
        asked = self.open_asked if there else self.locate_asked
        text = self.tr("Open") if there else self.tr("Locate …")
        act = Button(text, partial(asked.emit, entry.folder), name=f"recent_open_{at}", kind="link")
        act.setAccessibleName(f"{text}: {entry.name}")
        line = QWidget()
        line.setLayout(row((name, 3), (status, 4), size, date, act, self._menu_button(at, entry), spacing=12))
        return line

    def _size_text(self, summary: ProjectSummary) -> str:
        if not summary.rows:
            return ""
        rows = pluralize(summary.rows, "1 row", "{n} rows")
        return f"{rows} × {summary.columns}" if summary.columns else rows

    def _menu_button(self, at: int, entry: ProjectEntry) -> Tool:
        tool = Tool("menu", self.tr("More about {name}").format(name=entry.name), name=f"recent_more_{at}")
        tool.clicked.connect(lambda: self._open_menu(tool, entry))
        return tool

    def _open_menu(self, tool: Tool, entry: ProjectEntry) -> None:
        menu = QMenu(self)  # not of its row, which is made anew when something changes
        menu.setObjectName("recent_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        there = entry.changed is not None
        actions = (
            (self.tr("Show in its folder"), self.show_asked, there),
            (self.tr("Duplicate"), self.copy_asked, there),
            (self.tr("Rename …"), self.rename_asked, there),
            (self.tr("Remove from this list"), self.forget_asked, True),
            (self.tr("Delete …"), self.delete_asked, there),
        )
        for text, asked, possible in actions:
            # Later, when the menu is closed: what is asked may open a dialog.
            action = menu.addAction(text, partial(QTimer.singleShot, 0, self, partial(asked.emit, entry.folder)))
            action.setEnabled(possible)
        menu.popup(tool.mapToGlobal(tool.rect().bottomLeft()))
