"""Several worker processes for one socket, counted as one service: `/metrics` and `/v1/drift` show the sum over all of them.

The parent has a channel to each worker. A worker that needs the sum asks the parent; the parent asks the other workers and adds up their
counts. The counts that a worker sent last are kept when it dies.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any

from .connection_sharing import ConnectionSource, Sharing, sharing
from .http_problems import HttpProblem
from .metrics import NOW, Counts, added
from .server import serve
from .server_limits import OVERTIME, Options

_log = logging.getLogger("serving")

FIRST_DELAY, LAST_DELAY = 0.5, 30.0  # seconds before a process is started anew; they double while it dies as soon as it is started
SOON = 10.0  # seconds that a process must live for the delay to begin anew
POLL_INTERVAL = 0.2  # seconds after which a signal is noticed at the latest
COUNTS_TIMEOUT = 5.0  # seconds that a worker waits for the counts of the others
REPORT_INTERVAL = 4.0  # seconds after which a worker sends its counts, though nobody asked: all that a killed one loses


def serve_many(folder: Path, sock: socket.socket, options: Options) -> None:
    """Answer with several processes on one socket until SIGTERM or Ctrl+C; a process that dies is started anew, however often.

    One that dies as soon as it is started waits longer each time. The socket is closed at the end.
    """
    from .app import log_to_stderr

    log_to_stderr()
    context = multiprocessing.get_context("spawn")
    stopping, interrupted = _stop_events()
    aggregator, shared = MetricsAggregator(), sharing(sock)

    def start() -> tuple[Any, Connection]:
        here, there = context.Pipe()
        source = shared.open(here)
        process = context.Process(target=work, args=(str(folder), source, options, there), daemon=False)
        process.start()
        there.close()
        source.release()
        aggregator.open(here)
        return process, here

    workers = [Worker(start) for _ in range(options.workers)]
    try:
        while not stopping.is_set():
            _poll(workers, shared, aggregator)
            for one in workers if not stopping.is_set() else ():
                if ended := one.keep(time.monotonic()):
                    aggregator.close(ended)
                    shared.close(ended)
        _terminate(workers)
        end = time.monotonic() + (options.drain if shared.accepts and not interrupted.is_set() else 0)
        while time.monotonic() < end:
            _poll(workers, shared, aggregator)
    finally:
        shared.hand_over(_ready(workers, aggregator))
        shared.stop()
        sock.close()
        _terminate(workers)
        processes = [one.process for one in workers if one.process is not None]
        _end(processes, aggregator, options.drain + options.limits.stop_timeout + OVERTIME)


def _stop_events() -> tuple[threading.Event, threading.Event]:
    """Events that signals set: the service is to stop, and it is to stop at once."""
    stopping, interrupted = threading.Event(), threading.Event()

    def stop(sig: int, frame: FrameType | None) -> None:
        if sig != signal.SIGTERM:
            interrupted.set()
        stopping.set()

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    return stopping, interrupted


def _poll(workers: Sequence[Worker], shared: Sharing, aggregator: MetricsAggregator) -> None:
    """Wait until something happens, for a short time at most; hand over the connections that have come."""
    # The sentinel of a process that has ended would be ready at once, again and again.
    sentinels = [one.process.sentinel for one in workers if one.process is not None and one.process.is_alive()]
    aggregator.poll([*sentinels, *shared.sources(_ready(workers, aggregator))])
    shared.hand_over(_ready(workers, aggregator))


def _ready(workers: Iterable[Worker], aggregator: MetricsAggregator) -> list[Connection]:
    """The workers that can answer: one that is still starting may fail, and its connections would be lost."""
    return [one.counts for one in workers if one.process is not None and aggregator.is_ready(one.counts)]


class Worker:
    """One of the processes: the one that runs, or the time at which the next one is started.

    `start` gives a process and the connection for its counts.
    """

    def __init__(self, start: Callable[[], tuple[Any, Connection]]) -> None:
        self._start, self._delay = start, FIRST_DELAY
        self._started = self._next = time.monotonic()
        self.process, self.counts = start()

    def keep(self, now: float) -> Connection | None:
        """Start a process when it is time to; the connection of the one that has ended, once, else None."""
        if self.process is None:
            if now >= self._next:
                self._started = now
                self.process, self.counts = self._start()
            return None
        if self.process.is_alive():
            return None
        self._delay = FIRST_DELAY if now - self._started > SOON else min(2 * self._delay, LAST_DELAY)
        self._next = now + self._delay
        code = self.process.exitcode
        _log.error("a process of the service ended with exit code %s; the next one is started in %g s", code, self._delay)
        self.process = None
        return self.counts


def _terminate(workers: Iterable[Worker]) -> None:
    for one in workers:
        if one.process is not None and one.process.is_alive():
            one.process.terminate()


def _end(processes: list[Any], aggregator: MetricsAggregator, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while (alive := [process for process in processes if process.is_alive()]) and time.monotonic() < deadline:
        aggregator.poll([process.sentinel for process in alive])
    for process in processes:
        if process.is_alive():
            process.kill()
        process.join()


def work(folder: str, source: ConnectionSource, options: Options, channel: Connection) -> None:
    """The main function of a worker process."""
    from .app import make_app

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_stop_with, args=(parent,), daemon=True).start()
    app = make_app(Path(folder), options)
    counts = WorkerChannel(channel, app.slot.metrics.counts)
    app.slot.metrics.others = counts.others
    counts.ready()
    serve(lambda: app, source, options)


def _stop_with(parent: Any) -> None:
    """Stop this worker when its parent was killed."""
    parent.join()
    if sys.platform == "win32":
        os._exit(1)
    os.kill(os.getpid(), signal.SIGTERM)


class WorkerChannel:
    """A worker's end of its connection to the parent. `counts` gives the counts of this process."""

    def __init__(self, connection: Connection, counts: Callable[[], Counts]) -> None:
        self._connection, self._counts = connection, counts
        self._send_lock, self._changed = threading.Lock(), threading.Condition()
        self._number, self._closed = 0, False
        self._answers: dict[int, Counts] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def ready(self) -> None:
        """Let the parent hand connections to this worker from now on."""
        self._send("ready", 0, self._counts())

    def others(self) -> Counts:
        """The sum of the counts of all other processes; HttpProblem (503) when it does not arrive in time."""
        with self._changed:
            self._number += 1
            number = self._number
        self._send("sum", number, self._counts())
        with self._changed:
            self._changed.wait_for(lambda: self._closed or number in self._answers, COUNTS_TIMEOUT)
            total = self._answers.pop(number, None)
        if total is None:
            raise HttpProblem(503, "incomplete", "The other processes of the service did not send their counts in time.", "Ask again.")
        return total

    def _listen(self) -> None:
        while True:
            try:
                if not self._connection.poll(REPORT_INTERVAL):
                    self._send("counts", 0, self._counts())
                    continue
                kind, number, content = json.loads(self._connection.recv_bytes())
            except (EOFError, OSError):
                break
            if kind == "count":
                self._send("counts", number, self._counts())
                continue
            with self._changed:
                # The request may have timed out meanwhile: only the answers to the latest requests are kept.
                self._answers = {n: c for n, c in self._answers.items() if n > number - 100} | {number: content}
                self._changed.notify_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _send(self, kind: str, number: int, content: Any = None) -> None:
        with self._send_lock:
            try:
                _send(self._connection, kind, number, content)
            except OSError:
                self._closed = True


@dataclass(eq=False)
class _SumRequest:
    """A sum that a worker asked for, and the workers whose counts have not arrived yet."""

    asker: Connection
    number: int
    waiting: set[Connection]


class MetricsAggregator:
    """The parent's ends of the connections to the workers; adds up their counts. Used by one thread.

    Messages are JSON lists of kind, number and content. From a worker: `ready` (it can answer), `sum` (asks for the sum of the others)
    and `counts` (number 0: nobody asked), each with its own counts. To a worker: `count` (asks for its counts) and `total`.
    """

    def __init__(self) -> None:
        self._latest: dict[Connection, Counts] = {}  # counts of the workers that live, as they sent them last
        self._ended: Counts = {}  # of those that died
        self._ready: set[Connection] = set()  # workers that can answer; no sum waits for one that is still starting
        self._requests: dict[int, _SumRequest] = {}
        self._number = 0

    def open(self, connection: Connection) -> None:
        """Add a new worker."""
        self._latest[connection] = {}

    def is_ready(self, connection: Connection) -> bool:
        """Whether a worker can answer, and has not ended."""
        return connection in self._ready

    def close(self, connection: Connection) -> None:
        """Remove a worker that ended: its counts are kept, except those of the moment."""
        if connection not in self._latest:
            return
        counts = self._latest.pop(connection)
        self._ready.discard(connection)
        self._ended = added(self._ended, {key: value for key, value in counts.items() if key != NOW})
        connection.close()
        self._requests = {number: one for number, one in self._requests.items() if one.asker is not connection}
        for number in list(self._requests):
            self._arrived(number, connection)

    def poll(self, sentinels: Iterable[int]) -> None:
        """Wait until a message arrives, a process ends, or `POLL_INTERVAL` seconds have passed; handle the messages."""
        for ready in wait([*self._latest, *sentinels], POLL_INTERVAL):
            if not isinstance(ready, int):
                self._receive(ready)

    def _receive(self, connection: Any) -> None:
        try:
            kind, number, content = json.loads(connection.recv_bytes())
        except (EOFError, OSError):
            self.close(connection)
            return
        self._latest[connection] = content
        if kind == "ready":
            self._ready.add(connection)
        elif kind == "sum":
            self._collect(connection, number)
        else:
            self._arrived(number, connection)

    def _collect(self, asker: Connection, number: int) -> None:
        self._number += 1
        request = self._requests[self._number] = _SumRequest(asker, number, self._ready - {asker})
        for connection in list(request.waiting):
            try:
                _send(connection, "count", self._number, None)
            except OSError:
                request.waiting.discard(connection)
        self._arrived(self._number, asker)

    def _arrived(self, number: int, connection: Connection) -> None:
        """Note that a worker has answered; send the sum when it was the last one."""
        request = self._requests.get(number)
        if request is None:
            return
        request.waiting.discard(connection)
        if request.waiting:
            return
        del self._requests[number]
        total = self._ended
        for other, counts in self._latest.items():
            total = added(total, counts) if other is not request.asker else total
        try:
            _send(request.asker, "total", request.number, total)
        except OSError:
            self.close(request.asker)


def _send(connection: Connection, kind: str, number: int, content: Any) -> None:
    connection.send_bytes(json.dumps([kind, number, content]).encode())
