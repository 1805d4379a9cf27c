"""Several processes on one socket, counted as one service: whoever is asked for `/metrics` or `/v1/drift` answers for all of them.

The parent holds a line to each worker. A worker that needs the whole asks the parent; the parent asks the others and adds up what they say.
What a worker had counted when it was last asked is kept when it dies.
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
from .http_problems import Refusal
from .metrics import NOW, added
from .server import LAST_REQUESTS, Options, serve

RESTARTS, PERIOD = 5, 60.0  # so many dead workers within so many seconds, and the service stops
TURN = 0.2  # seconds between two looks at what the signals said
PATIENCE = 5.0  # seconds that a worker waits for what the others counted

Counted = dict[str, Any]


def serve_many(folder: Path, sock: socket.socket, options: Options) -> None:
    """Answer with several processes on one socket; a process that dies is started anew, but not for ever.

    The socket is closed at the end. UserError when processes die as fast as they are started.
    """
    context = multiprocessing.get_context("spawn")
    stopping = threading.Event()
    desk = Desk()

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
        desk.open(here)
        return process, here

    crew = [start() for _ in range(options.workers)]
    deaths: list[float] = []
    try:
        while not stopping.is_set():
            desk.turn([process.sentinel for process, _ in crew])
            for i, (process, line) in enumerate(crew):
                if not process.is_alive() and not stopping.is_set():
                    desk.close(line)
                    deaths = [*(at for at in deaths if at > time.monotonic() - PERIOD), time.monotonic()]
                    if len(deaths) > RESTARTS:
                        raise UserError("The service's processes end as soon as they start.", "Try it with --workers 1 to see why.")
                    crew[i] = start()
    finally:
        sock.close()  # from now on the last worker that leaves closes the door
        _end([process for process, _ in crew], desk, options.drain + LAST_REQUESTS)


def _end(processes: list[Any], desk: Desk, patience: float) -> None:
    for process in processes:
        if process.is_alive():
            process.terminate()
    deadline = time.monotonic() + patience
    while (alive := [process for process in processes if process.is_alive()]) and time.monotonic() < deadline:
        desk.turn([process.sentinel for process in alive])
    for process in processes:
        if process.is_alive():
            process.kill()
        process.join()


def work(folder: str, sock: socket.socket, options: Options, line: Connection) -> None:
    """One of several processes."""
    from .boot import make_app

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    app = make_app(Path(folder))
    app.service.others = Colleague(line, app.service.counted_here).others
    serve(lambda: app, sock, options)


def _leave_with(parent: Any) -> None:
    """A worker whose parent was killed stops too."""
    parent.join()
    if sys.platform == "win32":
        os._exit(1)
    os.kill(os.getpid(), signal.SIGTERM)


class Colleague:
    """A worker's end of its line to the parent. `told` says what this process counted."""

    def __init__(self, line: Connection, told: Callable[[], Counted]) -> None:
        self._line, self._told = line, told
        self._sending, self._came = threading.Lock(), threading.Condition()
        self._number, self._gone = 0, False
        self._answers: dict[int, Counted] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def others(self) -> Counted:
        """The sum of what all other processes counted; a Refusal (503) when it cannot be had in time."""
        with self._came:
            self._number += 1
            number = self._number
        self._say("ask", number)
        with self._came:
            self._came.wait_for(lambda: self._gone or number in self._answers, PATIENCE)
            found = self._answers.pop(number, None)
        if found is None:
            raise Refusal(503, "incomplete", "The other processes of the service did not say in time what they counted.", "Ask again.")
        return found

    def _listen(self) -> None:
        while True:
            try:
                kind, number, content = json.loads(self._line.recv_bytes())
            except (EOFError, OSError):
                break
            if kind == "tell":
                self._say("told", number, self._told())
                continue
            with self._came:
                # Who asked may have given up since: only the answers to the latest questions are kept.
                self._answers = {n: c for n, c in self._answers.items() if n > number - 100} | {number: content}
                self._came.notify_all()
        with self._came:
            self._gone = True
            self._came.notify_all()

    def _say(self, kind: str, number: int, content: Any = None) -> None:
        with self._sending:
            try:
                _send(self._line, kind, number, content)
            except OSError:
                self._gone = True


@dataclass(eq=False)
class _Round:
    """A question that a worker asked, and who has still to say something to it."""

    asker: Connection
    number: int
    waiting: set[Connection]


class Desk:
    """The parent's ends of the lines. One thread uses it."""

    def __init__(self) -> None:
        self._said: dict[Connection, Counted] = {}  # by the workers that live, when they were last asked
        self._left: Counted = {}  # by those that died
        self._rounds: dict[int, _Round] = {}
        self._number = 0

    def open(self, line: Connection) -> None:
        """Take in the line of a new worker."""
        self._said[line] = {}

    def close(self, line: Connection) -> None:
        """A worker is gone: what it counted stays, but not what was so at the moment."""
        if line not in self._said:
            return
        said = self._said.pop(line)
        self._left = added(self._left, {key: value for key, value in said.items() if key != NOW})
        line.close()
        self._rounds = {number: one for number, one in self._rounds.items() if one.asker is not line}
        for number in list(self._rounds):
            self._heard(number, line)

    def turn(self, sentinels: Iterable[int]) -> None:
        """Wait until something is said, a process ends, or `TURN` seconds have gone by; answer what was said."""
        for ready in wait([*self._said, *sentinels], TURN):
            if not isinstance(ready, int):
                self._listen(ready)

    def _listen(self, line: Any) -> None:
        try:
            kind, number, content = json.loads(line.recv_bytes())
        except (EOFError, OSError):
            self.close(line)
            return
        if kind == "ask":
            self._ask(line, number)
        else:
            self._said[line] = content
            self._heard(number, line)

    def _ask(self, asker: Connection, number: int) -> None:
        self._number += 1
        one = self._rounds[self._number] = _Round(asker, number, {line for line in self._said if line is not asker})
        for line in list(one.waiting):
            try:
                _send(line, "tell", self._number, None)
            except OSError:
                one.waiting.discard(line)
        self._heard(self._number, asker)

    def _heard(self, number: int, line: Connection) -> None:
        """Answer the question `number` when nobody has to say anything to it any more."""
        one = self._rounds.get(number)
        if one is None:
            return
        one.waiting.discard(line)
        if one.waiting:
            return
        del self._rounds[number]
        total = self._left
        for other, said in self._said.items():
            total = added(total, said) if other is not one.asker else total
        try:
            _send(one.asker, "all", one.number, total)
        except OSError:
            self.close(one.asker)


def _send(line: Connection, kind: str, number: int, content: Any) -> None:
    line.send_bytes(json.dumps([kind, number, content]).encode())
