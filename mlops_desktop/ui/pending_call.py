"""A call that was asked for: about which project, and which functions get its progress, its result and its failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.process import Crashed, Failed

R = TypeVar("R")
P = TypeVar("P")


class Receiver(Protocol):
    """Is notified of every call, whichever panel made it."""

    folder: Path | None

    def forget_status(self) -> None:
        """Something may be new in the store or in the runs."""

    def note_progress(self, message: str) -> None:
        """A line for the log."""

    def note_refusal(self, stage: str, error: UserError) -> None:
        """A call was refused."""

    def note_crash(self, title: str, error: Crashed | Failed, stage: str) -> None:
        """A call failed by a fault of the program."""

    def note_result(self) -> None:
        """A call is over."""


def ignore(*_: object) -> None:
    """The default of callbacks: does nothing."""


@dataclass(frozen=True, eq=False)
class PendingCall(Generic[R, P]):
    """Who asked, about which project (None: about none), and the functions to call. Answers about a project that was closed are dropped."""

    receiver: Receiver
    folder: Path | None
    stage: str
    title: str
    on_done: Callable[[R], object]
    on_progress: Callable[[float, str], object]
    on_partial: Callable[[P], object]
    on_refused: Callable[[UserError], object]
    on_over: Callable[[], object]

    def _is_late(self) -> bool:
        return self.folder is not None and self.receiver.folder != self.folder

    def done(self, answer: R) -> None:
        """The result is there."""
        if not self._is_late():
            self.receiver.forget_status()
            self.on_done(answer)

    def progress(self, fraction: float, message: str) -> None:
        """How far it is."""
        if message:
            self.receiver.note_progress(message)
        self.on_progress(fraction, message)

    def partial(self, data: P) -> None:
        """A part of the result, handed over before the end."""
        if not self._is_late():
            self.on_partial(data)

    def refused(self, error: UserError) -> None:
        """It was refused; the stage has failed."""
        if not self._is_late():
            self.on_refused(error)
            self.receiver.note_refusal(self.stage, error)

    def crashed(self, error: Crashed | Failed) -> None:
        """It failed by a fault of the program, or its process ended."""
        self.receiver.note_crash(self.title, error, self.stage)

    def over(self) -> None:
        """It is over, with or without a result."""
        self.on_over()
        self.receiver.note_result()
