"""A call that was asked for: about which project, and which functions get its progress, its result and its failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.process import Call, Crashed, Failed
from mlops_desktop.ui.jobs import BackgroundJob

R = TypeVar("R")
P = TypeVar("P")


class Receiver(Protocol):
    """Is notified of every call, whichever panel made it."""

    opening: int

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
    """Who asked, while which project was open (`opening` of the receiver; None: about no project that is open), and the functions to call.

    Once that project is closed none of them is called, because the panel that they belong to is gone; a crash is reported all the same.
    """

    receiver: Receiver
    opening: int | None
    stage: str
    title: str
    on_done: Callable[[R], object]
    on_progress: Callable[[float, str], object]
    on_partial: Callable[[P], object]
    on_refused: Callable[[UserError], object]
    on_over: Callable[[], object]

    def job_for(self, call: Call[R, P]) -> BackgroundJob[R, P]:
        """The job that does the call and reports here. One that is about no open project goes on when another is opened."""
        return BackgroundJob(
            call=call,
            title=self.title,
            lasting=self.opening is None,
            on_done=self.done,
            on_progress=self.progress,
            on_partial=self.partial,
            on_refused=self.refused,
            on_crashed=self.crashed,
            on_over=self.over,
        )

    def _is_late(self) -> bool:
        return self.opening is not None and self.receiver.opening != self.opening

    def done(self, answer: R) -> None:
        """The result is there."""
        if not self._is_late():
            self.receiver.forget_status()
            self.on_done(answer)

    def progress(self, fraction: float, message: str) -> None:
        """How far it is."""
        if message:
            self.receiver.note_progress(message)
        if not self._is_late():
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
        if not self._is_late():
            self.on_over()
        self.receiver.note_result()
