"""Writes the events of the window to the log view and to the log file, without cells of the data."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from mlops_desktop.engine.workflow import TITLES
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.shell.crash_dialog import without_cells, without_values
from mlops_desktop.ui.shell.footer import LogDrawer
from mlops_desktop.ui.shell.log_file import LogFile, log_path
from mlops_desktop.ui.translation import translated


class WindowLog(QObject):
    """The log of a window. It names what belongs to the open project, and nothing else that is in quotes."""

    def __init__(self, controller: ProjectController) -> None:
        super().__init__(controller)
        self._controller = controller
        self.file, self.drawer = LogFile(log_path()), LogDrawer()
        self.drawer.open_asked.connect(self._open)

    @Slot(str)
    def add(self, text: str) -> None:
        """One more line."""
        if "“" in text or "„" in text:
            project, overview = self._controller.project, self._controller.overview()
            names = {project.name, project.file, project.target, *project.columns, *map(translated, TITLES.values())}
            text = without_cells(text, names | {column.name for column in (overview.columns if overview else ())})
        self.drawer.add(text)
        self.file.add(text)

    def add_crash(self, what: str, details: str) -> list[str]:
        """What did not work, with a traceback for the file alone; the last lines, for the crash dialog."""
        self.add(what)
        self.file.add(without_values(details))
        return self.drawer.lines()

    @Slot()
    def _open(self) -> None:
        if why := self.file.open():
            self._controller.banner.emit("warn", why, "")
