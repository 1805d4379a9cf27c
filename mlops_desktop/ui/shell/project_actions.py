"""Duplicates, renames and deletes a project of the list; what would be lost is asked for first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFile, QObject, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QInputDialog, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.engine.project import ProjectLock, free_folder, rename_project
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.shell.confirm import confirmed
from mlops_desktop.ui.shell.settings import Settings
from mlops_desktop.ui.translation import error_text


class ProjectActions(QObject):
    """`changed`: another project is there, or one is gone or is called otherwise."""

    changed = Signal()

    def __init__(self, controller: ProjectController, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._controller, self._settings, self._window = controller, settings, window

    def copy(self, folder: Path) -> None:
        """Copy a project into a folder of its own beside it."""
        from mlops_desktop.engine.process import CopyProject  # not needed at the start

        is_open = folder == self._controller.place
        if is_open and (self._refuse_busy() or self._refuse_unsaved()):
            return
        place = free_folder(folder.parent, self.tr("{name} copy").format(name=folder.name))

        def done(_: None) -> None:
            self._settings.inserted(place, self._settings.summary(folder))
            self._controller.banner.emit("ok", self.tr("“{name}” is a copy of “{of}”.").format(name=place.name, of=folder.name), "")
            self.changed.emit()

        title = self.tr("Copying {name}").format(name=folder.name)
        self._controller.ask(CopyProject(folder, place, held=is_open), done, owner="start.copy", title=title, long=is_open, new=True)

    def rename(self, folder: Path) -> None:
        """Ask for another name of a project and its folder."""
        name, agreed = QInputDialog.getText(
            self._window, self.tr("Rename a project"), self.tr("New name of “{name}”").format(name=folder.name), text=folder.name
        )
        if not agreed or not name.strip() or name.strip() == folder.name:
            return
        is_open = folder == self._controller.place
        if is_open and (self._refuse_busy() or self._refuse_unsaved()):
            return
        if is_open:
            self._controller.close()
        place, failure = folder, ""
        try:
            place = rename_project(folder, name)
        except UserError as error:
            failure = error_text(error)
        self._settings.moved(folder, place)
        if is_open:
            self._controller.open(place)
            self._controller.go_to.emit("")
        if failure:
            self._controller.banner.emit("err", failure, "")
        self.changed.emit()

    def delete(self, folder: Path) -> None:
        """Put a project into the trash after a question; where there is no trash, delete it after another one."""
        text = self.tr("Delete the project “{name}” with its data, results and models? It is moved to the trash.")
        if not self._asked(text.format(name=folder.name), self.tr("Move to the trash")):
            return
        if folder == self._controller.place:
            if self._refuse_busy():
                return
            self._controller.close()
            self._controller.go_to.emit("")
        try:
            with ProjectLock(folder):
                pass  # nobody else works on it
            if not move_to_trash(folder) and not self._delete_for_good(folder):
                return
        except UserError as error:
            self._controller.banner.emit("err", error_text(error), "")
            return
        self._settings.forget(folder)
        self._controller.banner.emit("ok", self.tr("“{name}” is deleted.").format(name=folder.name), "")
        self.changed.emit()

    def show(self, folder: Path) -> None:
        """Open the folder in the desktop's program for folders."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            text = self.tr("No program is set to open folders. The project is in {folder}").format(folder=folder)
            self._controller.banner.emit("info", text, "")

    def _delete_for_good(self, folder: Path) -> bool:
        text = self.tr("“{name}” cannot be moved to the trash. Delete it for good? This cannot be taken back.").format(name=folder.name)
        if not self._asked(text, self.tr("Delete for good")):
            return False
        with disk.explain_errors(self.tr("The project “{name}”").format(name=folder.name)):
            disk.remove(folder)
        return True

    def _asked(self, text: str, yes: str) -> bool:
        return confirmed(self._window, text, yes, self.tr("Keep it"), name="delete_question")

    def _refuse_busy(self) -> bool:
        if not self._controller.jobs.busy:
            return False
        self._controller.banner.emit("warn", self.tr("The project is still being worked on. Wait until that is finished, or stop it."), "")
        return True

    def _refuse_unsaved(self) -> bool:
        if why := self._controller.unsaved():
            self._controller.banner.emit("err", self.tr("The last changes are not saved. {why}").format(why=why), "")
        return bool(why)


def move_to_trash(path: Path) -> bool:
    """Move a file or a folder to the trash of the desktop; False where there is none for it."""
    home = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation))
    with disk.explain_errors("The trash"):
        home.mkdir(parents=True, exist_ok=True)  # Qt makes the trash there, but not this folder
    return QFile(str(path)).moveToTrash()
