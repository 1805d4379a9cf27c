"""Makes a new project of a data file: its folder, the import, and the decisions that are proposed for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.data import Location, name_of
from mlops_desktop.engine.project import Project, ProjectLock, free_folder, new_project_folder, write_project
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.translation import error_text

if TYPE_CHECKING:
    from mlops_desktop.engine.data import Imported


class NewProject(QObject):
    """Makes projects in the background. The project that is open stays open until the new one is ready, and when it cannot be made.

    The folder of one in the making is locked and has no project file yet: nobody can open, rename or delete it, and no list shows it.

    `made` is called with the folder of each new project. Then `open_` opens it, which asks before it stops anything, unless the person has
    gone to another stage or project meanwhile: they are offered to open it.
    """

    def __init__(self, controller: ProjectController, made: Callable[[Path], None], open_: Callable[[Path], None], parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._made, self._open = controller, made, open_
        self.stage = ""  # the stage that is in front of the person; empty for the start page
        self._making: dict[Path, ProjectLock] = {}

    def make(
        self,
        home: Path,
        file: Location,
        decided: Project,
        *,
        given: bool,
        move: bool = False,
        finished: Callable[[Path | None], object] = lambda _: None,
    ) -> None:
        """Make a project of a data file or of an address in a new folder in `home`. `decided` holds what is decided of it already; `given`:
        its source is read as it is; `move`: the file belongs to the project, and is moved into its folder. `finished` is called with the
        folder before it is opened, or with None when the project could not be made.
        """
        name = name_of(file)
        folder = free_folder(home, Path(name).stem)
        project = replace(decided, name=folder.name)
        try:
            home.mkdir(parents=True, exist_ok=True)
            new_project_folder(folder)
            lock = ProjectLock(folder)
            lock.acquire()
            self._making[folder] = lock
            if move:
                file = Path(shutil.move(file, folder / name))
        except (OSError, UserError) as error:
            self._drop(folder)
            finished(None)
            self._show_not_made(folder, error)
            return
        from mlops_desktop.engine.process import ImportFile  # not needed at the start

        asked_at = self._where()
        read: list[Imported] = []

        def over() -> None:
            if read:
                self._propose(folder, read[0], asked_at, finished)
            else:
                self._drop(folder)
                finished(None)

        self._controller.ask(
            ImportFile(folder, project, str(file), as_given=given),
            read.append,
            owner=f"start.{folder}",
            title=self.tr("Reading {file}").format(file=name),
            new=True,
            on_over=over,
        )

    def _propose(self, folder: Path, found: Imported, asked_at: tuple[str, int], finished: Callable[[Path | None], object]) -> None:
        """Have every decision proposed. The project is ready then, also when nothing can be proposed."""
        from mlops_desktop.engine.process import Propose  # not needed at the start

        decided = [found.project]

        def over() -> None:
            try:
                write_project(folder, decided[-1])
            except UserError as error:
                self._drop(folder)
                finished(None)
                self._show_not_made(folder, error)
                return
            self._making.pop(folder).release()
            self._made(folder)
            finished(folder)
            for one in found.evidence:
                self._controller.log.emit(f"{one.column}: {one.message}" if one.column else one.message)
            if self._where() == asked_at:
                self._open(folder)
                return
            text = self.tr("“{file}” is read, and its project is ready.").format(file=found.project.file)
            self._controller.offer.emit(text, self.tr("Open the new project"), partial(self._open, folder))

        self._controller.ask(
            Propose(folder, found.project),
            lambda proposal: decided.append(proposal.project),
            owner=f"start.{folder}",
            title=self.tr("Looking at the columns"),
            new=True,
            on_over=over,
        )

    def _where(self) -> tuple[str, int]:
        """The stage and the project that are in front of the person."""
        return self.stage, self._controller.opening

    def stop(self) -> None:
        """Leave nothing of what is not finished: the window closes, and nobody works on it any more."""
        for folder in tuple(self._making):
            self._drop(folder)

    def _drop(self, folder: Path) -> None:
        if (lock := self._making.pop(folder, None)) is not None:
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)

    def _show_not_made(self, folder: Path, error: OSError | UserError) -> None:
        text = self.tr("No project can be made in {folder}: {error}").format(folder=folder.parent, error=error_text(error))
        self._controller.banner.emit("err", text, "")
