"""The frame: rail, top bar, banner, panels, footer. It knows the panels by their stage and nothing of what they do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.workflow import STAGES, TITLES
from mlops_desktop.ui import file_dialogs, theme
from mlops_desktop.ui.column_names import set_labels
from mlops_desktop.ui.jobs import JobRunner
from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.readings import Readings
from mlops_desktop.ui.shell.banner import Banner
from mlops_desktop.ui.shell.closing import may_close
from mlops_desktop.ui.shell.command_palette import Entry, focus
from mlops_desktop.ui.shell.crash_dialog import ExceptionHook, show_crash
from mlops_desktop.ui.shell.dialogs import Dialogs
from mlops_desktop.ui.shell.disk_space import free_disk_space
from mlops_desktop.ui.shell.file_drop import FileDropWindow
from mlops_desktop.ui.shell.footer import Footer
from mlops_desktop.ui.shell.panel_stack import PanelStack
from mlops_desktop.ui.shell.settings import LEAST_SIZE, Settings
from mlops_desktop.ui.shell.side_bar import SideBar
from mlops_desktop.ui.shell.start_page import StartPage
from mlops_desktop.ui.shell.top_bar import TopBar
from mlops_desktop.ui.shell.window_log import WindowLog
from mlops_desktop.ui.translation import error_text, translated
from mlops_desktop.ui.widgets.basic import column, repaint_icons, row

COLLAPSE_BELOW = 1100


class MainWindow(FileDropWindow):
    """The application's window."""

    shown_stage = Signal(str)

    def __init__(self, jobs: JobRunner, hook: ExceptionHook, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setMinimumSize(LEAST_SIZE.boundedTo(self.screen().availableSize()))  # a large zoom makes the screen small
        theme.dress(self)
        self.controller = ProjectController(jobs, self)
        for signal in (self.controller.opened, self.controller.project_changed):  # before any panel shows a column
            signal.connect(lambda: set_labels(self.controller.project.labels()))
        self.controller.readings = Readings(lambda: settings.readings, partial(setattr, settings, "readings"))
        self._settings = settings
        file_dialogs.remember(settings.last_folder)
        self._closing = False
        self.restarts = False  # whether the program is to be started again once the window is closed
        self.reopened: Path | None = None  # the project that it opens then
        self._build(jobs)
        self._connect(hook)
        self._shortcuts()
        self._refresh()

    # ---- building

    def _build(self, jobs: JobRunner) -> None:
        self.start = StartPage(self.controller, self._settings)
        self.pages = PanelStack(self.controller, self.start)
        self._banner = Banner()
        self._footer = Footer(jobs)
        self.log = WindowLog(self.controller)
        self.dialogs = Dialogs(self.controller, self._settings, self.log.file, self)
        self._drawer = self.log.drawer
        self._drawer.hide()
        self.side, self.top = SideBar(), TopBar(self._search_entries)
        self.rail = self.side.rail
        content = QWidget()
        self._tour_place = column()
        banner_place = QWidget()
        banner_place.setLayout(column(self._banner, margins=(20, 12, 20, 0)))
        self._banner.hide()
        content.setLayout(column(self.top, self._tour_place, banner_place, (self.pages, 1), self._drawer, self._footer, spacing=0))
        whole = QWidget()
        whole.setLayout(row(self.side, (content, 1), spacing=0))
        self.setCentralWidget(whole)
        whole.setFocus()  # no control looks chosen before a key was pressed

    def _connect(self, hook: ExceptionHook) -> None:
        controller = self.controller
        controller.project_changed.connect(self._refresh)
        controller.results_changed.connect(self._refresh)
        controller.jobs.changed.connect(self._show_states)
        controller.banner.connect(self._show_banner)
        controller.edit_banner.connect(self._show_edit_banner)
        controller.offer.connect(self._show_offer)
        controller.crashed.connect(self._show_crash)
        controller.started.connect(self._banner.clear_failure)
        controller.opened.connect(self._banner.hide)
        controller.opened.connect(self._recall_seen)
        controller.closed.connect(self._leave_project)
        self.shown_stage.connect(self.start.note_stage)
        controller.saved.connect(self._footer.show_saved)
        controller.log.connect(self.log.add)
        controller.go_to.connect(self.show_stage)
        self.dropped.connect(self._take_dropped)
        self.hovering.connect(self.start.zone.show_over)
        hook.refused.connect(lambda text: self._show_banner("err", text, ""))
        hook.crashed.connect(self._show_crash)
        self.start.tour_asked.connect(self._begin_tour)
        self.side.home_asked.connect(partial(self.show_stage, ""))
        self.side.theme_asked.connect(self._next_theme)
        self.side.help_asked.connect(self._show_help)
        self.side.settings_asked.connect(self._show_settings)
        self.side.about_asked.connect(self.dialogs.show_about)
        self.side.questions_asked.connect(self.dialogs.show_questions)
        self.top.undo_asked.connect(controller.undo)
        self.top.redo_asked.connect(controller.redo)
        self.top.back_asked.connect(self._go_back)
        self.top.next_asked.connect(self._go_next)
        self.rail.opened.connect(self.show_stage)
        self._footer.stop.connect(controller.jobs.stop)
        self._footer.log_asked.connect(lambda: self._drawer.setVisible(not self._drawer.isVisible()))
        QApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    def _shortcuts(self) -> None:
        bound = {
            "Ctrl+K": self.top.finder.open,
            "Ctrl+Z": self.controller.undo,
            "Ctrl+Shift+Z": self.controller.redo,
            "Ctrl+Y": self.controller.redo,
            "Ctrl+S": self.controller.save,
            "Ctrl+O": partial(self.show_stage, ""),
            "Ctrl+N": partial(self.show_stage, ""),
            "Alt+Left": self._go_back,
            "Alt+Right": self._go_next,
            "Ctrl+Return": self._press_primary,
            "Ctrl+Enter": self._press_primary,
            "Ctrl+,": self._show_settings,
            "F1": self._show_help,
            "Escape": self._drawer.hide,
            **{f"Alt+{number}": partial(self.show_stage, id_) for number, id_ in enumerate(STAGES[:9], start=1)},
        }
        for keys, act in bound.items():
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    # ---- walking

    @Slot(str)
    def show_stage(self, id_: str) -> None:
        """Bring a stage to the front; the start page for an empty id, or while no project is open."""
        if id_ and self.controller.folder is None:
            id_ = ""
        self.pages.show_stage(id_)
        if self._banner.stage and self._banner.stage != id_:
            self._banner.hide()
        self._refresh()
        self.shown_stage.emit(id_)

    @property
    def panel(self) -> Panel | None:
        """The panel in front; None on the start page."""
        return self.pages.panel

    @property
    def stage(self) -> str:
        """The stage in front; empty on the start page."""
        return self.pages.stage

    def _go_back(self) -> None:
        if self.stage:
            position = STAGES.index(self.stage)
            self.show_stage(STAGES[position - 1] if position else "")

    def _go_next(self) -> None:
        if self.panel is None:
            if self.controller.folder is not None:
                self.show_stage(STAGES[0])
            return
        why, control = self.panel.unready()
        if why:
            self._show_banner("info", why, self.stage)
            if control is not None:
                focus(control)
            return
        position = STAGES.index(self.stage)
        if position < len(STAGES) - 1:
            self.show_stage(STAGES[position + 1])

    def _press_primary(self) -> None:
        button = self.panel.primary() if self.panel else None
        if button is not None and button.isEnabled() and button.isVisible():
            button.click()

    # ---- showing

    @Slot()
    def _leave_project(self) -> None:
        """Delete everything that shows the project that was open."""
        self.pages.delete_panels()
        self.dialogs.leave_project()
        self.top.finder.clear()
        self.show_stage("")

    @Slot()
    def _refresh(self) -> None:
        session = self.controller.session
        self._banner.show_project(session.project if session else None)
        self._show_states()
        self._show_frame()
        self.start.keep_summary()
        if self.panel is not None:
            self.panel.show_project()
            self.panel.show_results()
        elif not self.stage:
            self.start.show_recent()

    @Slot()
    def _recall_seen(self) -> None:
        self.controller.seen = self._settings.seen(self.controller.place) if self.controller.place else frozenset()

    @Slot()
    def _show_states(self) -> None:
        if self.controller.see(self.stage) and self.controller.place is not None:
            self._settings.keep_seen(self.controller.place, self.controller.seen)
        self.rail.show_stages(self.controller.stages())
        self.rail.show_current(self.stage)

    def _show_frame(self) -> None:
        session = self.controller.session
        name = session.project.name if session else self.tr("MLOps Desktop")
        self.side.show_project(name, self.controller.place)
        self.setWindowTitle(f"{name} – MLOps Desktop" if session else name)
        purpose = self.tr(self.panel.purpose) if self.panel else self.tr("From a data file to a working service, on this computer")
        self.top.show_stage(self.stage, purpose)
        self.top.show_history(session.undo_label if session else "", session.redo_label if session else "")
        self.top.show_navigation(self.stage, self.panel.unready()[0] if self.panel else "", session is not None)

    @Slot(str, str, str)
    def _show_banner(self, tone: str, text: str, stage: str) -> None:
        self.log.add(text)
        self._banner.show_message(tone, text, stage)

    @Slot(str, str, str)
    def _show_edit_banner(self, tone: str, text: str, stage: str) -> None:
        self._show_banner(tone, text, stage)
        self._banner.bind_to(self.controller.project)

    @Slot(str, str, object)
    def _show_offer(self, text: str, message: str, act: Callable[[], object]) -> None:
        self.log.add(text)
        self._banner.show_message("warn", text, "", offer=(message, act))

    @Slot(str, str)
    def _show_crash(self, what: str, details: str, stage: str = "") -> None:
        self._banner.show_message("err", what, "", details, about=stage)
        show_crash(what, details, self, self.log.add_crash(what, details))

    def _show_help(self) -> None:
        self.dialogs.show_help(self.stage)

    @Slot()
    def _begin_tour(self) -> None:
        self.dialogs.show_tour(self.start.take_sample, self._tour_place)

    @Slot()
    def _show_settings(self) -> None:
        self.dialogs.show_settings(self.show_theme, self._restart, self.start.show_recent)

    @Slot()
    def _restart(self) -> None:
        self.restarts, self.reopened = True, self.controller.place
        self.restarts = self.close()

    def _search_entries(self) -> list[Entry]:
        entries: list[Entry] = [(translated(TITLES[id_]), self.tr("stage"), partial(self.show_stage, id_)) for id_ in STAGES]
        entries += [
            (self.tr("Undo"), self.tr("action"), self.controller.undo),
            (self.tr("Redo"), self.tr("action"), self.controller.redo),
            (self.tr("Light or dark"), self.tr("setting"), self._next_theme),
            (self.tr("Log"), self.tr("action"), self._drawer.show),
            (self.tr("Free disk space"), self.tr("action"), partial(free_disk_space, self.controller)),
            (self.tr("Questions: what is in doubt"), self.tr("action"), self.dialogs.show_questions),
            (self.tr("Settings: language, theme, size, folders, limits, privacy"), self.tr("action"), self._show_settings),
            (self.tr("Tour: ten steps with a sample"), self.tr("action"), self._begin_tour),
            (self.tr("Help for this page"), self.tr("action"), self._show_help),
            (self.tr("About: version and licences"), self.tr("action"), self.dialogs.show_about),
            (self.tr("Open or make a project"), self.tr("action"), partial(self.show_stage, "")),
        ]
        for id_, panel in self.pages.panels.items():
            for text, control in panel.searchable():
                entries.append((text, translated(TITLES[id_]), partial(self._find, id_, control)))
        return entries

    def _find(self, stage: str, control: QWidget | Callable[[], object]) -> None:
        self.show_stage(stage)
        if isinstance(control, QWidget):
            focus(control)
        else:
            control()

    # ---- theme

    def _next_theme(self) -> None:
        self.show_theme("light" if theme.current() == "dark" else "dark")

    def show_theme(self, choice: str) -> None:
        """Show a theme (`system`, `light`, `dark`) and keep the choice."""
        self._settings.theme = choice
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.choose(app, choice)
        theme.dress(self)
        self.side.show_dark(theme.current() == "dark")
        repaint_icons(self)
        self.top.finder.repaint_icon()
        for panel in self.pages.panels.values():
            panel.restyle()
        self.start.restyle()
        self.dialogs.restyle()

    @Slot()
    def _follow_system(self) -> None:
        if self._settings.theme == "system" and theme.resolve("system") != theme.current():
            self.show_theme("system")

    # ---- the window

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window keeps the marks of the rail alone."""
        narrow = event.size().width() < COLLAPSE_BELOW
        self.side.show_narrow(narrow)
        self.top.show_narrow(narrow)
        super().resizeEvent(event)

    def sizeHint(self) -> QSize:
        """The size that the window is drawn for."""
        return QSize(1440, 900)

    @Slot(list)
    def _take_dropped(self, paths: list[Path]) -> None:
        """A data file becomes a new project; a project folder is opened."""
        self.open_path(paths[0])
        if len(paths) > 1:
            text = self.tr("{n} files were dropped, and “{name}” is read. Drop a folder to read all of its files as one table.")
            self._show_banner("warn", text.format(n=len(paths), name=paths[0].name), "")

    def open_path(self, path: Path) -> None:
        """Open a project folder, or show the first rows of a data file or of a folder of them; a project is made from there."""
        try:
            self.start.open_path(path)
        except UserError as error:
            self._show_banner("err", error_text(error), "")

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while something is being worked on or cannot be saved, then end every process."""
        if not self._closing and not may_close(self, self.controller):
            event.ignore()
            return
        self._closing = True
        self.pages.stop_making_ahead()
        for panel in self.pages.panels.values():
            panel.close()
        self.controller.close()
        self._settings.geometry = self.saveGeometry()
        self._settings.last_folder = file_dialogs.last_folder()
        self.controller.jobs.shut_down()
        self.start.stop()
        event.accept()
        QTimer.singleShot(0, QApplication.instance().quit)  # type: ignore[union-attr]
