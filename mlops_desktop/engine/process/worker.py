"""The child process's side: it runs one call after another, reports as it goes, and ends with its parent.

Requests come as JSON lines on stdin: `{"id", "call", "args"}`, and `{"cancel": id}`. Answers go as JSON lines to what was stdout when it
started: `begun`, then `progress` (fraction, message) and `partial` (data) while it works, then one of `done` (result), `refused`
(message, remedy), `failed` (message, details), `cancelled`. Whatever a library prints goes to stderr. The end of stdin means that the
parent is gone.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import importlib
import importlib.util
import io
import json
import os
import queue
import signal
import sys
import threading
import time
from typing import Any

from mlops_desktop.base.errors import Cancelled, UserError
from mlops_desktop.base.registry import member_names
from mlops_desktop.catalog import sources
from mlops_desktop.engine import disk
from mlops_desktop.engine.process import tracebacks
from mlops_desktop.engine.process.call import read_call
from mlops_desktop.engine.project import to_json
from mlops_desktop.serving.message import as_message, encode_messages

CALLS_MODULE = "mlops_desktop.engine.process.calls.every_call"  # importing it makes the calls known
# Imported while idle: first what a preview of a file needs, which is the first thing that a person waits for.
WARM = (
    *("numpy", "pyarrow.compute", "mlops_desktop.engine.data.preview", "mlops_desktop.engine.questions.from_preview"),
    *("mlops_desktop.catalog.sources._text_rows", "pyarrow.csv", "pyarrow.parquet", "pyarrow.pandas_compat"),
    *member_names(sources),  # of which each is asked whether it reads a file
    *("pandas", "scipy.sparse", "sklearn.ensemble", "sklearn.linear_model", "lightgbm"),
)
EVENT_SECONDS = 0.05  # progress is sent at most this often; the last of a burst is sent when its time has come
LEAVE_SECONDS = 1.0  # how long an idle worker may take to end in order

Event = dict[str, Any]


def run_worker(arguments: list[str]) -> int:
    """Serve until the parent closes stdin. `--calls MODULE`, `--warm` (import big libraries while idle), `--life FD` (see `_tie_to`)."""
    parser = argparse.ArgumentParser(prog="worker")
    parser.add_argument("--calls", default=CALLS_MODULE)
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--life", type=int)
    options = parser.parse_args(arguments)
    faulthandler.enable(2)
    if options.life is not None:
        _tie_to(options.life)
    channel = Channel()
    importlib.import_module(options.calls)
    cold = list(WARM) if options.warm else []
    while True:
        while cold and channel.idle():
            _import(cold.pop(0))
        request = channel.next_request()
        if request is None:
            return 0
        _serve(channel, request)


class Channel:
    """The two pipes to the parent, out of reach of libraries: descriptor 1 leads to stderr from now on, descriptor 0 to nothing."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)
        if isinstance(sys.stdout, io.TextIOWrapper):  # a program without a console has none
            sys.stdout.reconfigure(line_buffering=True)
        self._in = os.fdopen(os.dup(0), "rb")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._sending = threading.Lock()
        self._requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._busy = threading.Event()
        self._busy.set()
        threading.Thread(target=self._listen, name="requests", daemon=True).start()

    def next_request(self) -> dict[str, Any] | None:
        """Wait for the next call; None when the parent wants us to end."""
        self._busy.clear()
        request = self._requests.get()
        self._busy.set()
        return request

    def answer(self, event: Event) -> None:
        """Send the last event of a call. From here on the worker counts as idle: a parent that closes now wants an end in order."""
        self._busy.clear()
        self.send(event)

    def idle(self) -> bool:
        """Whether no call is waiting."""
        return self._requests.empty()

    def is_cancelled(self, number: int) -> bool:
        """Whether the parent asked to stop this call."""
        return number in self._cancelled

    def send(self, event: Event) -> None:
        """One event as one line. TypeError when it is not JSON; the process ends when nobody reads any more."""
        data = json.dumps(encode_messages(event), ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        try:
            with self._sending:
                while data:
                    data = data[os.write(self._out, data) :]
        except OSError:
            end_group()

    def _listen(self) -> None:
        for line in self._in:
            message = json.loads(line)
            if "cancel" in message:
                self._cancelled.add(message["cancel"])
            else:
                self._requests.put(message)
        if self._busy.is_set():
            end_group()
        self._requests.put(None)
        time.sleep(LEAVE_SECONDS)
        end_group()


class WorkerJob:
    """The job of one call: its steps become progress events, and a stop that the parent asked for ends it at the next step."""

    def __init__(self, number: int, channel: Channel) -> None:
        self._number, self._channel = number, channel
        self._lock = threading.Lock()
        self._pending: Event | None = None
        self._next = 0.0  # no event is sent before this time
        self._timer: threading.Timer | None = None

    def step(self, fraction: float, message: str = "") -> None:
        """Report progress (at most 20 events a second arrive). Raises Cancelled when a stop was asked for."""
        if self._channel.is_cancelled(self._number):
            raise Cancelled
        event = {"id": self._number, "event": "progress", "fraction": min(1.0, max(0.0, float(fraction))), "message": as_message(message)}
        with self._lock:
            self._pending = event
            if self._timer is None:
                self._flush_in_time()

    def partial(self, data: object) -> None:
        """Hand a partial result over before the end; none is left out. Raises Cancelled when a stop was asked for."""
        if self._channel.is_cancelled(self._number):
            raise Cancelled
        with self._lock:
            self._flush()
            self._channel.send({"id": self._number, "event": "partial", "data": to_json(data)})

    def end(self) -> None:
        """Send what is still held back; nothing may follow."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._flush()

    def _late(self) -> None:
        with self._lock:
            self._timer = None
            self._flush_in_time()

    def _flush_in_time(self) -> None:
        """Send what is held back, now or as soon as it may be sent."""
        wait = self._next - time.monotonic()
        if self._pending is None or wait <= 0:
            self._flush()
            return
        self._timer = threading.Timer(wait, self._late)
        self._timer.daemon = True
        self._timer.start()

    def _flush(self) -> None:
        event, self._pending = self._pending, None
        if event is not None:
            self._next = time.monotonic() + EVENT_SECONDS
            self._channel.send(event)


def _serve(channel: Channel, request: dict[str, Any]) -> None:
    job = WorkerJob(request["id"], channel)
    try:
        channel.send({"id": request["id"], "event": "begun"})
        job.step(0.0)
        event: Event = {"event": "done", "result": to_json(read_call(request["call"], request["args"]).run(job))}
        json.dumps(event["result"])  # what is no JSON is a fault of the call, and reported as one
    except Cancelled:
        event = {"event": "cancelled", "leaving": _has_children()}
    except BaseException as error:  # whatever a call raises, SystemExit too, is its answer; the worker goes on
        event = _failure(error)
    job.end()
    channel.answer({"id": request["id"], **event})
    if event.get("leaving"):
        end_group()  # processes that the call started may still be busy: they go, and the next call gets a new worker


def _failure(error: BaseException) -> Event:
    if isinstance(error, MemoryError):
        error = UserError("There is not enough memory for this.", "Close other programs, or use fewer rows, columns or a smaller model.")
    if isinstance(error, OSError) and disk.is_full(error):
        error = disk.refusal(error, "The result")
    if isinstance(error, UserError):
        return {"event": "refused", "message": error.message, "remedy": error.remedy}
    return {"event": "failed", "message": tracebacks.summary(error), "details": tracebacks.details(error)}


def _import(name: str) -> None:
    """Import what a real call would wait for, if it is installed."""
    if importlib.util.find_spec(name.partition(".")[0]) is not None:
        importlib.import_module(name)


def _has_children() -> bool:
    import psutil

    return bool(psutil.Process().children())


def _tie_to(life: int) -> None:
    """Let the kernel kill this process group when the parent ends. `life` is the reading end of a pipe whose other end the parent holds.

    The thread that listens to stdin does the same, but it cannot run while a C library holds Python's lock. Linux only: there the signal
    that a pipe sends when its writer is gone can be chosen.
    """
    if sys.platform != "linux":
        return
    import fcntl

    f_setsig = 10
    fcntl.fcntl(life, f_setsig, signal.SIGKILL)
    fcntl.fcntl(life, fcntl.F_SETOWN, -os.getpgid(0))
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)


def end_group() -> None:
    """End this process and everything that it started, now."""
    import psutil

    with contextlib.suppress(psutil.Error):
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                process.kill()
    if os.name == "posix" and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
