"""Threads that work off one queue, for work that takes long. The end of the process waits for none of them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class WorkPool:
    """Up to `threads` threads, started as they are needed. `submit` is called by one thread alone.

    They are daemons, unlike those of `concurrent.futures`, for which the interpreter waits before it ends: a thread cannot be stopped.
    """

    def __init__(self, name: str, threads: int) -> None:
        self._name, self._threads = name, threads
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
            if future.set_running_or_notify_cancel():
                try:
                    result = work()
                except BaseException as error:
                    future.set_exception(error)
                else:
                    future.set_result(result)
            del future, work  # what a request holds is free while the thread waits
