"""The contract of a job: one call reports progress and raises when the job was stopped."""

from __future__ import annotations

from typing import Protocol


class Job(Protocol):
    """Who does long work calls `step` between pieces of it."""

    def step(self, fraction: float, message: str = "") -> None:
        """Report that `fraction` (0 to 1) of the work is done. Raises Cancelled when a stop was asked for."""

    def partial(self, data: object) -> None:
        """Hand over a partial result: a value that the call names as such. Raises Cancelled when a stop was asked for."""


class Silent:
    """A job that nobody watches and nobody stops."""

    def step(self, fraction: float, message: str = "") -> None:
        """Do nothing."""

    def partial(self, data: object) -> None:
        """Do nothing."""


class Part:
    """A share of a bigger job, from `start` to `end` of its bar."""

    def __init__(self, whole: Job, start: float, end: float) -> None:
        self._whole, self._start, self._end = whole, start, end

    def step(self, fraction: float, message: str = "") -> None:
        """Report a fraction of this part; see Job.step."""
        self._whole.step(self._start + (self._end - self._start) * fraction, message)

    def partial(self, data: object) -> None:
        """See Job.partial."""
        self._whole.partial(data)
