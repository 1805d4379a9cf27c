"""What the requests of one process may hold and take at once: bytes of bodies, a place in the queue, time."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import math
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

from .deadline import Deadline, OverdueError
from .http_problems import HttpProblem
from .server_limits import ServerLimits
from .work_pool import WorkPool

R = TypeVar("R")
STALLED_AT_STOP = 5.0  # seconds that the rest of a body, or a client that takes nothing of a response, may take after a stop
_MARGIN = 2.0  # seconds before the end of the stop at which work is given up, so that its request is still answered
_RETRY = ((b"retry-after", b"1"),)


def busy() -> HttpProblem:
    """503: the service has as much to do as it takes on at once."""
    return HttpProblem(503, "busy", "The service is busy.", "Send the request again later.", headers=_RETRY)


def stopping() -> HttpProblem:
    """503: the process ends soon."""
    return HttpProblem(503, "stopping", "The service is stopping.", headers=_RETRY)


def body_overdue() -> HttpProblem:
    """408: the rest of a body did not arrive within the time of the limits."""
    return HttpProblem(408, "body_timeout", "The body did not arrive in time.", headers=_RETRY)


class RequestLimits:
    """Holds the requests of one process to its limits. Used on the event loop alone."""

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._buffered = self._requests = self._streams = 0
        self._bodies: set[asyncio.Timeout] = set()
        self._works: set[asyncio.Timeout] = set()
        self._body_seconds, self._work_seconds = limits.body_timeout, limits.timeout
        self._stopping, self._stopped_by = False, math.inf  # the time of the loop by which every answer is to be complete

    def stop(self) -> None:
        """The process ends: bodies that have not arrived and work that is not done are given up before it does."""
        self._stopping = True
        now, left = asyncio.get_running_loop().time(), max(0.0, self._limits.stop_timeout - _MARGIN)
        self._stopped_by = now + left
        self._body_seconds, self._work_seconds = min(STALLED_AT_STOP, left), min(self._work_seconds, left)
        for some, seconds in ((self._bodies, self._body_seconds), (self._works, self._work_seconds)):
            for one in some:
                if one.expired():  # in this iteration of the loop: it can no longer be changed
                    continue
                one.reschedule(min(one.when() or now, now + seconds))

    @contextlib.asynccontextmanager
    async def body_time(self) -> AsyncIterator[None]:
        """The time for the rest of a body, or of a part of one that never ends. HttpProblem (408, or 503 at a stop) when it passes."""
        seconds = min(self._body_seconds, self._stopped_by - asyncio.get_running_loop().time())
        try:
            async with self._within(self._bodies, seconds):
                yield
        except TimeoutError:
            if self._stopping:
                raise stopping() from None
            raise body_overdue() from None

    @property
    def seconds_unread(self) -> float:
        """The seconds for which a client may leave the answers to a stream unread."""
        return self._body_seconds / 2  # before its connection is closed for that

    @contextlib.contextmanager
    def stream(self) -> Iterator[None]:
        """A stream of rows. HttpProblem (503) when too many are there; others than streams are counted for themselves, as one that is slow
        takes no thread.
        """
        if self._streams >= self._limits.max_requests:
            raise busy()
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1

    @contextlib.contextmanager
    def reserve(self) -> Iterator[Callable[[int], None]]:
        """A function that reserves further bytes of a body, or gives back some where their number is negative; what is left is released at
        the end. HttpProblem (503) beyond the limit.
        """
        reserved = 0

        def take(size: int) -> None:
            nonlocal reserved
            if size > 0 and self._buffered + size > self._limits.max_buffered:
                raise busy()
            self._buffered += size
            reserved += size

        try:
            yield take
        finally:
            self._buffered -= reserved

    async def run(self, pool: WorkPool, work: Callable[[], R]) -> R:
        """The result of work in a pool. HttpProblem (503) when too many requests are there, and when the time for the answer passes."""
        if self._requests >= self._limits.max_requests:
            raise busy()
        deadline = Deadline(self._work_seconds, pool.turns.pass_on)
        self._requests += 1
        try:
            async with self._within(self._works, self._work_seconds):
                context = contextvars.copy_context()  # the thread works for the same request
                return await asyncio.wrap_future(pool.submit(lambda: context.run(deadline.run, work)))
        except (TimeoutError, OverdueError):
            raise stopping() if self._stopping else _overdue() from None
        finally:
            deadline.end_now()
            self._requests -= 1

    @contextlib.asynccontextmanager
    async def _within(self, running: set[asyncio.Timeout], seconds: float) -> AsyncIterator[None]:
        async with asyncio.timeout(seconds) as limit:
            running.add(limit)
            try:
                yield
            finally:
                running.discard(limit)


def _overdue() -> HttpProblem:
    detail = "The answer was not ready in time. Send fewer rows at once, or send the request again later."
    return HttpProblem(503, "timeout", "The answer took too long.", detail, headers=_RETRY)
