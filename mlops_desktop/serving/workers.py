"""Several worker processes on one socket, counted as one service: `/metrics` and `/v1/drift` show the sum over all of them.

The parent has a channel to each worker. A worker that needs the sum asks the parent; the parent asks the other workers and adds up their
counts. The counts that a worker sent last are kept when it dies.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any

from .errors import UserError
from .http_problems import HttpProblem
from .metrics import NOW, Counts, added
from .server import LAST_REQUESTS, Options, serve

MAX_RESTARTS, RESTART_PERIOD = 5, 60.0  # the service stops after more than so many deaths of workers within so many seconds
POLL_INTERVAL = 0.2  # seconds after which a signal is noticed at the latest
COUNTS_TIMEOUT = 5.0  # seconds that a worker waits for the counts of the others


def serve_many(folder: Path, sock: socket.socket, options: Options) -> None:
    """Answer with several processes on one socket; a process that dies is started anew, up to a limit.

    The socket is closed at the end. UserError when processes die as fast as they are started.
    """
    context = multiprocessing.get_context("spawn")
    stopping = threading.Event()
    aggregator = MetricsAggregator()

    def stop(sig: int, frame: FrameType | None) -> None:
        stopping.set()

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)

    def start() -> tuple[Any, Connection]:
        here, there = context.Pipe()
        process = context.Process(target=work, args=(str(folder), sock, options, there), daemon=False)
        process.start()
        there.close()
        aggregator.open(here)
        return process, here

    workers = [start() for _ in range(options.workers)]
    deaths: list[float] = []
    try:
        while not stopping.is_set():
            aggregator.poll([process.sentinel for process, _ in workers])
            for i, (process, channel) in enumerate(workers):
                if not process.is_alive() and not stopping.is_set():
                    aggregator.close(channel)
                    deaths = [*(at for at in deaths if at > time.monotonic() - RESTART_PERIOD), time.monotonic()]
                    if len(deaths) > MAX_RESTARTS:
                        raise UserError("The service's processes end as soon as they start.", "Try it with --workers 1 to see why.")
                    workers[i] = start()
    finally:
        sock.close()  # the workers have handles of their own: the port is free when the last of them ends
        _end([process for process, _ in workers], aggregator, options.drain + LAST_REQUESTS)


def _end(processes: list[Any], aggregator: MetricsAggregator, timeout: float) -> None:
    for process in processes:
        if process.is_alive():
            process.terminate()
    deadline = time.monotonic() + timeout
    while (alive := [process for process in processes if process.is_alive()]) and time.monotonic() < deadline:
        aggregator.poll([process.sentinel for process in alive])
    for process in processes:
        if process.is_alive():
            process.kill()
        process.join()


def work(folder: str, sock: socket.socket, options: Options, channel: Connection) -> None:
    """The main function of a worker process."""
    from .app import make_app

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_stop_with, args=(parent,), daemon=True).start()
    app = make_app(Path(folder))
    app.slot.metrics.others = WorkerChannel(channel, app.slot.metrics.counts).others
    serve(lambda: app, sock, options)


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

    def others(self) -> Counts:
        """The sum of the counts of all other processes; HttpProblem (503) when it does not arrive in time."""
        with self._changed:
            self._number += 1
            number = self._number
        self._send("sum", number)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or number in self._answers, COUNTS_TIMEOUT)
            total = self._answers.pop(number, None)
        if total is None:
            raise HttpProblem(503, "incomplete", "The other processes of the service did not send their counts in time.", "Ask again.")
        return total

    def _listen(self) -> None:
        while True:
            try:
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

    Messages are JSON lists of kind, number and content. From a worker: `sum` (asks for the sum of the others) and `counts`. To a worker:
    `count` (asks for its counts) and `total`.
    """

    def __init__(self) -> None:
        self._latest: dict[Connection, Counts] = {}  # counts of the workers that live, as they sent them last
        self._ended: Counts = {}  # of those that died
        self._requests: dict[int, _SumRequest] = {}
        self._number = 0

    def open(self, connection: Connection) -> None:
        """Add a new worker."""
        self._latest[connection] = {}

    def close(self, connection: Connection) -> None:
        """Remove a worker that ended: its counts are kept, except those of the moment."""
        if connection not in self._latest:
            return
        counts = self._latest.pop(connection)
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
        if kind == "sum":
            self._collect(connection, number)
        else:
            self._latest[connection] = content
            self._arrived(number, connection)

    def _collect(self, asker: Connection, number: int) -> None:
        self._number += 1
        request = self._requests[self._number] = _SumRequest(asker, number, {one for one in self._latest if one is not asker})
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
