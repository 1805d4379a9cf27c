"""A call that was asked for: about which project, and which functions get its progress, its result and its failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.process import Crashed, Failed

if TYPE_CHECKING:
    from mlops_desktop.ui.project_controller import ProjectController

R = TypeVar("R")
P = TypeVar("P")


def ignore(*_: object) -> None:
    """For what whoever asked does not want to know."""


@dataclass(frozen=True, eq=False)
class PendingCall(Generic[R, P]):
    """Who asked, about which project (None: about none), and whom to tell. Answers about a project that was closed are dropped."""

    controller: ProjectController
    folder: Path | None
    stage: str
    title: str
    on_done: Callable[[R], object]
    on_progress: Callable[[float, str], object]
    on_partial: Callable[[P], object]
    on_refused: Callable[[UserError], object]
    on_over: Callable[[], object]

    def _is_late(self) -> bool:
        return self.folder is not None and self.controller.folder != self.folder

    def done(self, answer: R) -> None:
        """The result is there."""
        if not self._is_late():
            self.controller.forget_status()
            self.on_done(answer)

    def progress(self, fraction: float, message: str) -> None:
        """How far it is."""
        if message:
            self.controller.log.emit(message)
        self.on_progress(fraction, message)

    def partial(self, data: P) -> None:
        """A part of the result, handed over before the end."""
        if not self._is_late():
            self.on_partial(data)

    def refused(self, error: UserError) -> None:
        """It was refused; the stage has failed."""
        if not self._is_late():
            self.on_refused(error)
            self.controller.note_refusal(self.stage, error)

    def crashed(self, error: Crashed | Failed) -> None:
        """It failed by a fault of the program, or its process ended."""
        tr = self.controller.tr
        text = tr("{title} did not work. Your decisions and finished results are kept.")
        if isinstance(error, Crashed):
            text = tr("{title} did not work: the process that did it ended. Your decisions and finished results are kept.")
        self.controller.crashed.emit(text.format(title=self.title), f"{error.message}\n\n{error.details}", self.stage)

    def over(self) -> None:
        """It is over, with or without a result."""
        self.on_over()
        self.controller.note_result()
