"""Duplicates, renames and deletes a project of the list; what would be lost is asked for first."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QFile, QObject, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QInputDialog, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.engine.project import ProjectLock, Session, delete_project, free_folder, rename_project
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
        self.leaving: frozenset[Path] = frozenset()  # what is being deleted

    def copy(self, folder: Path) -> None:
        """Copy a project into a folder of its own beside it."""
        from mlops_desktop.engine.process import CopyProject  # not needed at the start

        is_open = self._controller.is_open(folder)
        if is_open and (self._refuse_busy() or self._refuse_unsaved()):
            return
        name = self._settings.name_of(folder)
        place = free_folder(folder.parent, self.tr("{name} copy").format(name=name))

        def done(_: None) -> None:
            self._settings.inserted(place, replace(self._settings.summary(folder), name=place.name))
            self._controller.banner.emit("ok", self.tr("“{name}” is a copy of “{of}”.").format(name=place.name, of=name), "")
            self.changed.emit()

        title, call = self.tr("Copying {name}").format(name=name), CopyProject(folder, place, held=is_open)
        # That of the open project ends with it, because its lock does.
        self._controller.ask(call, done, owner=f"start.copy.{place}", title=title, long=True, new=not is_open)

    def rename(self, folder: Path) -> None:
        """Ask for another name of a project and its folder."""
        before = self._settings.name_of(folder)
        text = self.tr("New name of “{name}”").format(name=before)
        name, agreed = QInputDialog.getText(self._window, self.tr("Rename a project"), text, text=before)
        if not agreed or not name.strip() or name.strip() == before:
            return
        session = self._controller.session if self._controller.is_open(folder) else None
        if session is not None:
            if self._refuse_busy() or self._refuse_unsaved():
                return
            self._controller.close()  # tables of it are mapped, and no system but POSIX moves a folder with open files
        try:
            place = rename_project(folder, name)
        except UserError as error:
            self._reopen(folder, session)
            self._controller.banner.emit("err", error_text(error), "")
            return
        self._settings.moved(folder, place, name.strip())
        if place.name != name.strip():
            text = self.tr("The folder of “{name}” is called “{folder}”, which every system takes for the name of a folder.")
            self._controller.banner.emit("info", text.format(name=name.strip(), folder=place.name), "")
        self._reopen(place, session.moved(name.strip(), place) if session is not None else None)
        self.changed.emit()

    def delete(self, folder: Path) -> None:
        """Put a project into the trash after a question; where there is no trash, delete it after another one. Of a link, only the link."""
        if folder.is_symlink():
            self._delete_link(folder)
            return
        text = self.tr("Delete the project “{name}” with its data, results and models? It is moved to the trash.")
        if not self._asked(text.format(name=self._settings.name_of(folder)), self.tr("Move to the trash")):
            return
        session = self._controller.session if self._controller.is_open(folder) else None
        if session is not None:
            if self._refuse_busy():
                return
            self._controller.close()
            self._controller.go_to.emit("")
        trashed = list[bool]()

        def move() -> None:
            with ProjectLock(folder):
                pass  # nobody else works on it
            trashed.append(move_to_trash(folder))

        def over(failure: Exception | None) -> None:
            if failure is None and not any(trashed):
                self._delete_for_good(folder, session)
            else:
                self._deleted(folder, session, failure)

        self._do(folder, move, over)

    def _delete_link(self, folder: Path) -> None:
        text = self.tr("“{name}” is a link to {folder}. Delete the link? The project stays where it is.")
        if self._asked(text.format(name=folder.name, folder=folder.resolve()), self.tr("Delete the link")):
            self._do(folder, partial(delete_project, folder), partial(self._deleted, folder, None))

    def _delete_for_good(self, folder: Path, session: Session | None) -> None:
        text = self.tr("“{name}” cannot be moved to the trash. Delete it for good? This cannot be taken back.")
        if self._asked(text.format(name=self._settings.name_of(folder)), self.tr("Delete for good")):
            self._do(folder, partial(delete_project, folder), partial(self._deleted, folder, session))
        else:
            self._deleted(folder, session, None)

    def _do(self, folder: Path, work: Callable[[], None], over: Callable[[Exception | None], None]) -> None:
        """Have it done on a thread aside; meanwhile the project is not in the list."""
        self.leaving |= {folder}
        self.changed.emit()
        self._controller.jobs.folders.do(work, over)

    def _deleted(self, folder: Path, session: Session | None, failure: Exception | None) -> None:
        """The project is gone, or it stays and is open again if it was."""
        self.leaving -= {folder}
        if os.path.lexists(folder):
            self._reopen(folder, session)
        else:
            name = self._settings.name_of(folder)
            self._settings.forget(folder)
            self._controller.banner.emit("ok", self.tr("“{name}” is deleted.").format(name=name), "")
        self.changed.emit()
        if isinstance(failure, UserError):
            self._controller.banner.emit("err", error_text(failure), "")
        elif failure is not None:
            raise failure

    def _reopen(self, folder: Path, session: Session | None) -> None:
        """Open the project again that was closed for this, with its undo and redo; nothing without a session, or when another is open."""
        if session is None or self._controller.session is not None:
            return
        try:
            self._controller.open(folder, session=session.moved(session.project.name, folder))
        except UserError as error:
            self._controller.banner.emit("err", error_text(error), "")
        self._controller.go_to.emit("")

    def show(self, folder: Path) -> None:
        """Open the folder in the desktop's program for folders."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            text = self.tr("No program is set to open folders. The project is in {folder}").format(folder=folder)
            self._controller.banner.emit("info", text, "")

    def _asked(self, text: str, yes: str) -> bool:
        return confirmed(self._window, text, yes, self.tr("Keep it"), name="delete_question")

    def _refuse_busy(self) -> bool:
        text = ""
        if self._controller.jobs.unfinished(of_project=True):
            text = self.tr("The project is still being worked on. Wait until that is finished, or stop it.")
        elif self._controller.serving:
            text = self.tr("The service of the project is running. Stop it in “Deploy” first.")
        if text:
            self._controller.banner.emit("warn", text, "")
        return bool(text)

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
