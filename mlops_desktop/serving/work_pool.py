"""Threads for work that takes long, of which a few run at a time and take turns. The end of the process waits for none of them."""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

SLICE = 0.05  # seconds for which a piece of work runs before another one that waits has its turn


class Turns:
    """Lets `most` threads run at a time, in the order in which they asked."""

    def __init__(self, most: int) -> None:
        self._free, self._lock = most, threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._began = threading.local()

    def enter(self) -> None:
        """Wait for a turn."""
        with self._lock:
            own = None
            if self._free and not self._waiting:
                self._free -= 1
            else:
                own = threading.Lock()
                own.acquire()
                self._waiting.append(own)
        if own is not None:
            own.acquire()  # released by the thread whose turn ends
        self._began.at = time.monotonic()

    def leave(self) -> None:
        """End a turn."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def pass_on(self) -> None:
        """Let another thread run that waits, when this one ran for long enough. Called by a thread that has a turn, about every hundredth
        of a second.
        """
        if self._waiting and time.monotonic() - self._began.at > SLICE:
            self.leave()
            self.enter()


class WorkPool:
    """Up to `threads` threads, started as they are needed, of which `most` run at a time. `submit` is called by one thread alone.

    Work that calls `turns.pass_on` lets others run that wait: so a long one delays a short one by no more than a few slices. The threads
    are daemons, unlike those of `concurrent.futures`, for which the interpreter waits before it ends: a thread cannot be stopped.
    """

    def __init__(self, name: str, threads: int, most: int | None = None) -> None:
        self._name, self._threads, self.turns = name, threads, Turns(most or threads)
        self._queue: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._started = 0

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """The future of a piece of work; one that is cancelled before a thread takes it is never begun."""
        future: Future[Any] = Future()
        self._queue.put((future, work))
        if self._started < self._threads:
            self._started += 1
            threading.Thread(target=self._work, name=f"{self._name}_{self._started}", daemon=True).start()
        return future

    def _work(self) -> None:
        while True:
            future, work = self._queue.get()
            self.turns.enter()
            try:
                if future.set_running_or_notify_cancel():
                    try:
                        result = work()
                    except BaseException as error:
                        traceback.clear_frames(error.__traceback__)  # what a request holds is free, though its error is kept
                        future.set_exception(error)
                    else:
                        future.set_result(result)
            finally:
                self.turns.leave()
            del future, work  # what a request holds is free while the thread waits
