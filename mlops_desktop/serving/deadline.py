"""The time at which the work for a request is to end, which long loops ask for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")
_running = threading.local()


class OverdueError(Exception):
    """The work of this thread was to end before now."""


class Deadline:
    """The time at which a piece of work is to end. The work ends by itself where it calls `check_deadline`.

    `pass_on` is called there too: it may let other work run first.
    """

    def __init__(self, seconds: float, pass_on: Callable[[], None] | None = None) -> None:
        self._at, self._pass_on = time.monotonic() + seconds, pass_on

    def end_now(self) -> None:
        """Let the work end: nobody waits for it any more. May be called from any thread."""
        self._at = 0.0

    def check(self) -> None:
        """OverdueError when the work is to end now."""
        if time.monotonic() >= self._at:
            raise OverdueError

    def pause(self) -> None:
        """Let other work run that waits for its turn."""
        if self._pass_on is not None:
            self._pass_on()

    def run(self, work: Callable[[], R]) -> R:
        """The result of some work of this thread under this deadline. OverdueError when the deadline passes before or within the work."""
        self.check()
        _running.deadline = self
        try:
            return work()
        finally:
            _running.deadline = None


def check_deadline() -> None:
    """Let other work run whose turn it is; OverdueError when the work of this thread is to end now. Without a deadline nothing. Called
    about every hundredth of a second.
    """
    deadline: Deadline | None = getattr(_running, "deadline", None)
    if deadline is not None:
        deadline.pause()
        deadline.check()
