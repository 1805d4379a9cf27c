"""The bar at the left of the window: the open project, the stages, and the tools of the window itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QWidget

from mlops_desktop.ui.shell.rail import Rail
from mlops_desktop.ui.widgets.basic import Picture, Tool, Weight, column, label, row

WIDE, NARROW = 248, 64
NAME_WIDTH = 130  # pixels of the project's name


class SideBar(QFrame):
    """A narrow window keeps its icons alone."""

    home_asked = Signal()
    theme_asked = Signal()
    help_asked = Signal()
    settings_asked = Signal()
    about_asked = Signal()
    questions_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self._mark = Picture("flask", "on_accent", 28, "accent")
        self._name = label("", "body", weight=Weight.DemiBold)
        self._name.setObjectName("project_name")
        self._subtitle = label("", "caption", tone="3")
        start = self.tr("Start page: open or make a project")
        self._home = Tool("folder", start, self.home_asked.emit, name="go_start", shortcut="Ctrl+O")
        self.rail = Rail()
        self._theme = Tool("moon", self.tr("Change between light and dark"), self.theme_asked.emit, name="theme_toggle")
        self._help = Tool("help", self.tr("Help for this page"), self.help_asked.emit, name="help", shortcut="F1")
        self._settings = Tool("sliders", self.tr("Settings"), self.settings_asked.emit, name="settings", shortcut="Ctrl+,")
        self._about = Tool("info", self.tr("About: version and licences"), self.about_asked.emit, name="about")
        doubts = self.tr("Questions: what is in doubt, and the ways to decide")
        self._questions = Tool("warn", doubts, self.questions_asked.emit, name="questions")
        self._labels = QWidget()
        self._labels.setLayout(column(self._name, self._subtitle, spacing=0))
        head = row(self._mark, (self._labels, 1), self._home, margins=(16, 14, 10, 10), spacing=10)
        self._foot = row(self._theme, self._settings, self._help, self._questions, self._about, None, margins=(14, 6, 10, 8))
        self.setLayout(column(head, (self.rail, 1), self._foot, spacing=0))
        self.setFixedWidth(WIDE)

    def show_project(self, name: str, folder: Path | None) -> None:
        """Show which project is open; None: there is none."""
        self._name.setText(self._name.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, NAME_WIDTH))
        self._name.setToolTip(str(folder or ""))
        self._questions.setEnabled(folder is not None)
        self._subtitle.setText(self.tr("autosaved project") if folder is not None else self.tr("no project open"))

    def show_narrow(self, narrow: bool) -> None:
        """Keep the icons alone, or show all of it."""
        self.setFixedWidth(NARROW if narrow else WIDE)
        for part in (self._labels, self._mark):
            part.setVisible(not narrow)
        self._foot.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def show_dark(self, dark: bool) -> None:
        """Offer the other theme."""
        self._theme.show_icon("sun" if dark else "moon")
        self.rail.viewport().update()
