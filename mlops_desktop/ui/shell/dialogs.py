"""The dialogs of the window, each made when it is asked for first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QBoxLayout, QWidget

from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.shell.log_file import LogFile
from mlops_desktop.ui.shell.settings import Settings

if TYPE_CHECKING:
    from mlops_desktop.ui.shell.help_window import HelpWindow
    from mlops_desktop.ui.shell.questions_dialog import ProjectQuestions


class Dialogs(QObject):
    """Opens them over the window; none of them is imported before."""

    def __init__(self, controller: ProjectController, settings: Settings, log: LogFile, window: QWidget) -> None:
        super().__init__(window)
        self._controller, self._settings, self._log, self._window = controller, settings, log, window
        self.questions: ProjectQuestions | None = None
        self.help: HelpWindow | None = None
        self._reads_sample = False  # a tour is asked for
        self._tour_folder: Path | None = None  # the project of its sample, until it is opened
        self._tour_place: QBoxLayout | None = None
        controller.opened.connect(self._begin_tour)

    def show_about(self) -> None:
        """Version and licences."""
        from mlops_desktop.ui.shell.about_box import AboutBox  # its list of licences is not needed at the start

        AboutBox(self._window).open()

    def show_questions(self) -> None:
        """What is in doubt, with the ways to decide."""
        if self.questions is None:
            from mlops_desktop.ui.shell.questions_dialog import ProjectQuestions

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

    def show_tour(self, take_sample: Callable[[str, str, Callable[[Path | None], object]], object], place: QBoxLayout) -> None:
        """Make a project of the sample of the tour, and put the bar of the tour into `place` once that is open. There is one tour at a
        time. `take_sample` calls its last argument with the folder of the project, None when it could not be made.
        """
        from mlops_desktop.ui.shell import tour  # nor are its texts

        if self._reads_sample or any(not bar.isHidden() for bar in self._window.findChildren(tour.Tour)):
            return

        def finished(folder: Path | None) -> None:
            self._reads_sample, self._tour_folder = False, folder

        self._reads_sample, self._tour_place = True, place
        take_sample(tour.SAMPLE, tour.TARGET, finished)

    @Slot()
    def _begin_tour(self) -> None:
        if self._tour_folder is None or self._tour_place is None or not self._controller.is_open(self._tour_folder):
            return
        from mlops_desktop.ui.shell import tour

        self._tour_folder = None
        bar = tour.Tour(self._controller, self._window)
        self._tour_place.addWidget(bar)
        bar.begin()

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
