"""The dialogs of the window, each made when it is asked for first."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.shell.log_file import LogFile
from mlops_desktop.ui.shell.questions_dialog import ProjectQuestions
from mlops_desktop.ui.shell.settings import Settings


class Dialogs(QObject):
    """Opens them over the window; none of them is imported before."""

    def __init__(self, controller: ProjectController, settings: Settings, log: LogFile, window: QWidget) -> None:
        super().__init__(window)
        self._controller, self._settings, self._log, self._window = controller, settings, log, window
        self.questions: ProjectQuestions | None = None

    def show_about(self) -> None:
        """Version and licences."""
        from mlops_desktop.ui.shell.about_box import AboutBox  # its list of licences is not needed at the start

        AboutBox(self._window).open()

    def show_questions(self) -> None:
        """What is in doubt, with the ways to decide."""
        if self.questions is None:
            self.questions = ProjectQuestions(self._controller, self._window)
        self.questions.open_list()

    def show_settings(self, show_theme: Callable[[str], object], restart: Callable[[], object], show_recent: Callable[[], object]) -> None:
        """The person's preferences; the functions are called when a theme is picked, a restart is asked, the projects are forgotten."""
        from mlops_desktop.ui.shell.settings_dialog import SettingsDialog  # its form is not needed at the start

        dialog = SettingsDialog(self._settings, self._log, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.theme_picked.connect(show_theme)
        dialog.restart_asked.connect(restart)
        dialog.forgotten.connect(show_recent)
        dialog.open()
