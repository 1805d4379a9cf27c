"""The dialogs of the window, each made when it is asked for first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QBoxLayout, QWidget

from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.shell.log_file import LogFile
from mlops_desktop.ui.shell.questions_dialog import ProjectQuestions
from mlops_desktop.ui.shell.settings import Settings

if TYPE_CHECKING:
    from mlops_desktop.ui.shell.help_window import HelpWindow


class Dialogs(QObject):
    """Opens them over the window; none of them is imported before."""

    def __init__(self, controller: ProjectController, settings: Settings, log: LogFile, window: QWidget) -> None:
        super().__init__(window)
        self._controller, self._settings, self._log, self._window = controller, settings, log, window
        self.questions: ProjectQuestions | None = None
        self.help: HelpWindow | None = None

    def show_about(self) -> None:
        """Version and licences."""
        from mlops_desktop.ui.shell.about_box import AboutBox  # its list of licences is not needed at the start

        AboutBox(self._window).open()

    def show_questions(self) -> None:
        """What is in doubt, with the ways to decide."""
        if self.questions is None:
            self.questions = ProjectQuestions(self._controller, self._window)
        self.questions.open_list()

    def leave_project(self) -> None:
        """Delete what is about the project that was open."""
        if self.questions is not None:
            self.questions.close()
            self.questions.deleteLater()
            self.questions = None

    def show_help(self, page: str) -> None:
        """The page of a stage, or of the start page (empty)."""
        if self.help is None:
            from mlops_desktop.ui.shell.help_window import HelpWindow  # nor are its pages

            self.help = HelpWindow(self._window)
        self.help.show_page(page or "start")
        self.help.show()
        self.help.raise_()
        self.help.activateWindow()

    def show_tour(self, take_sample: Callable[[str, str], object], place: QBoxLayout) -> None:
        """Make a project of the sample of the tour, and put the bar of the tour into `place` once that is open."""
        from mlops_desktop.ui.shell import tour  # nor are its texts

        def opened() -> None:
            self._controller.opened.disconnect(opened)
            if self._controller.project.target != tour.TARGET:
                return  # the sample could not be read, and another project was opened later
            bar = tour.Tour(self._controller, self._window)
            place.addWidget(bar)
            bar.begin()

        self._controller.opened.connect(opened)
        take_sample(tour.SAMPLE, tour.TARGET)

    def restyle(self) -> None:
        """The theme changed."""
        if self.help is not None:
            self.help.restyle()

    def show_settings(self, show_theme: Callable[[str], object], restart: Callable[[], object], show_recent: Callable[[], object]) -> None:
        """The person's preferences; the functions are called when a theme is picked, a restart is asked, the projects are forgotten."""
        from mlops_desktop.ui.shell.settings_dialog import SettingsDialog  # its form is not needed at the start

        dialog = SettingsDialog(self._settings, self._log, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.theme_picked.connect(show_theme)
        dialog.restart_asked.connect(restart)
        dialog.forgotten.connect(show_recent)
        dialog.open()
