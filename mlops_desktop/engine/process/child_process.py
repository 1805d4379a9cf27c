"""The parent's side of the child process that does the work. No Qt: the window calls it from threads, the command line from its own.

A child is long-lived and takes one call after another. It is a process group of its own, so that a stop ends whatever it started too.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar

import mlops_desktop
from mlops_desktop.base.errors import Cancelled, UserError
from mlops_desktop.engine.process.call import Call, result_types
from mlops_desktop.engine.process.job_folders import JOB_PREFIX, PID_FILE, remove_job, sweep_jobs
from mlops_desktop.engine.process.worker import CALLS_MODULE
from mlops_desktop.engine.processors import cores
from mlops_desktop.engine.project import from_json, to_json
from mlops_desktop.serving.message import as_message, decode_message, msg

R = TypeVar("R")
P = TypeVar("P")

_TAIL = 64 * 2**10  # bytes of what the child printed that are kept for a crash report
_LINE = 8 * 2**10  # a longer line of the log comes in pieces
_GRACE = 1.5
OnProgress = Callable[[float, str], object]


class Crashed(Exception):
    """The child ended in the middle of a call. `code` is its exit code (negative: the signal), `details` the last of what it printed."""

    def __init__(self, message: str, details: str = "", code: int | None = None) -> None:
        super().__init__(message)
        self.message, self.details, self.code = message, details, code


class Failed(Exception):
    """A call ended by a fault of the program; the child lives. `details` is the child's traceback without values of the table."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.message, self.details = message, details


def program_command() -> list[str]:
    """How this installation starts itself: the same program, frozen or not."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "mlops_desktop"]


def worker_command(calls: str = CALLS_MODULE, *, warm: bool = False) -> list[str]:
    """How this installation starts its worker."""
    return [*program_command(), "--worker", *(["--calls", calls] if calls != CALLS_MODULE else []), *(["--warm"] if warm else [])]


class _Call:
    def __init__(self, number: int) -> None:
        self.number = number
        self.running: _Running | None = None
        self.started = False
        self.cancelled = False
        self.over = threading.Event()


class _Running:
    """A started worker: the process, its pipes, its folder, and the last of what it prints."""

    def __init__(self, command: list[str], threads: int, on_log: Callable[[str], None] | None) -> None:
        sweep_jobs()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{JOB_PREFIX}{os.getpid()}_"))
        self._on_log = on_log
        self._tail: deque[bytes] = deque()
        self._life = -1
        self.process = self._start(command, _environment(self.folder, threads))
        (self.folder / PID_FILE).write_text(str(self.process.pid), encoding="ascii")
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.requests: IO[bytes] = self.process.stdin
        self.events: IO[bytes] = self.process.stdout
        self.writing = threading.Lock()
        self._reader = threading.Thread(target=self._read_log, args=(self.process.stderr,), name="child log", daemon=True)
        self._reader.start()

    def _start(self, command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        try:
            if sys.platform == "win32":
                flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
                return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, creationflags=flags)
            theirs, self._life = os.pipe()
            try:
                command = [*command, "--life", str(theirs)]
                return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, start_new_session=True, pass_fds=(theirs,))
            finally:
                os.close(theirs)
        except OSError as error:
            self._let_go()
            message = msg("The process that does the work could not be started: {error}.", error=error.strerror)
            raise UserError(message, "Close other programs, then try again.") from error

    def send(self, message: dict[str, Any]) -> None:
        """Write one request; OSError when the worker is gone."""
        data = json.dumps(message, ensure_ascii=True).encode() + b"\n"
        with self.writing:
            self.requests.write(data)
            self.requests.flush()

    def kill(self) -> None:
        """End the worker and everything that it started. It must not have been waited for yet: then its number could be another's."""
        import psutil

        descendants: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            descendants = psutil.Process(self.process.pid).children(recursive=True)  # those that left the group too
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS refuses when all that is left is a zombie
                os.killpg(self.process.pid, signal.SIGKILL)
        for process in descendants:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if sys.platform == "win32":
            self.process.kill()

    def end(self, wait: float = 0.0) -> int:
        """Wait for an end in order, then kill what is left, and let everything go; the exit code."""
        if wait:
            with contextlib.suppress(OSError):
                self.requests.close()
            self._reader.join(wait)  # the end of its output is the end of the process
        self.kill()
        with contextlib.suppress(OSError):
            self.requests.close()
        code = self.process.wait()
        self._reader.join(1.0)
        self._let_go()
        self.events.close()
        return code

    def tail(self) -> str:
        """The last of what the worker printed."""
        return b"".join(self._tail).decode("utf-8", "replace")[-_TAIL:]

    def _let_go(self) -> None:
        if self._life >= 0:
            os.close(self._life)
            self._life = -1
        remove_job(self.folder)

    def _read_log(self, stream: IO[bytes]) -> None:
        size = 0
        on_log = self._on_log or _ignore
        failure: Exception | None = None
        with stream:
            for line in iter(lambda: stream.readline(_LINE), b""):
                self._tail.append(line)
                size += len(line)
                while size > _TAIL and len(self._tail) > 1:
                    size -= len(self._tail.popleft())
                try:
                    on_log(line.decode("utf-8", "replace").rstrip("\r\n"))
                except Exception as error:  # reading goes on, else the child would wait for ever; the failure is raised at the end
                    failure, on_log = error, _ignore
        if failure is not None:
            raise failure


def _ignore(line: str) -> None:
    """Nobody reads the log."""


class Child:
    """One child process. `call` blocks its thread; `cancel` comes from another. The next call replaces a child that ended.

    `threads` is how many a fit may use (all processors but one unless given), `warm` lets it import big libraries while idle, `calls` is
    the module that the child imports to know its calls, `on_log` gets each line that libraries print (in a thread of its own).
    """

    def __init__(
        self,
        *,
        threads: int | None = None,
        warm: bool = False,
        calls: str = CALLS_MODULE,
        on_log: Callable[[str], None] | None = None,
    ) -> None:
        self._threads = threads or max(1, cores() - 1)
        self._command = worker_command(calls, warm=warm)
        self._on_log = on_log
        self._numbers = itertools.count(1)
        self._calling = threading.Lock()  # one call at a time
        self._state = threading.RLock()  # guards the two below
        self._running: _Running | None = None
        self._current: _Call | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the child; None while there is none."""
        with self._state:
            return self._running.process.pid if self._running else None

    def start(self) -> None:
        """Start the process now, so that the first call finds it ready. UserError when the system refuses."""
        with self._state:
            if self._running is None:
                self._running = _Running(self._command, self._threads, self._on_log)

    def call(self, call: Call[R, P], on_progress: OnProgress | None = None, on_partial: Callable[[P], object] | None = None) -> R:
        """The result of a call; progress (share done, message) and partial results are handed to functions in this thread.

        UserError: the call was refused. Cancelled: it was stopped. Failed: a fault of the program. Crashed: the process ended. After any of
        them the next call works. An exception of the two functions, and KeyboardInterrupt, ends the process at once.
        """
        name, (kind, partial) = type(call).__name__, result_types(type(call))

        def on_event(event: dict[str, Any]) -> None:
            if event["event"] == "progress" and on_progress is not None:
                on_progress(event["fraction"], event["message"])
            elif event["event"] == "partial" and on_partial is not None:
                on_partial(_read(partial, event["data"], f"{name}, partial result"))

        with self._calling:
            work = _Call(next(self._numbers))
            request = {"id": work.number, "call": name, "args": to_json(call)}
            json.dumps(request)  # TypeError before anything is sent
            try:
                event = self._work(work, request, on_event)
            except BaseException:
                self._end(work.running)
                raise
            finally:
                with self._state:
                    self._current = None
                work.over.set()
        return _read(kind, _answer(event), name)

    def cancel(self, grace: float = _GRACE) -> None:
        """Ask the current call to stop; after `grace` seconds its processes are killed. Returns at once; nothing happens without a call."""
        with self._state:
            call, running = self._current, self._running
            if call is None or running is None:
                return
            call.cancelled = True
        # Two threads: writing may block on a full pipe, and the end must come all the same.
        threading.Thread(target=_request_stop, args=(running, call), name="cancel", daemon=True).start()
        threading.Thread(target=self._kill_late, args=(running, call, grace), name="grace", daemon=True).start()

    def close(self) -> None:
        """End the process: in order when it is idle, at once when it works (that call raises Cancelled). Nothing of it is left."""
        with self._state:
            call, running = self._current, self._running
            if running is None:
                return
            if call is not None:
                call.cancelled = True
                running.kill()
        if call is not None:
            call.over.wait(5.0)
        self._end(running, wait=_GRACE if call is None else 0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _work(self, call: _Call, request: dict[str, Any], on_event: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """The last event of a call. A worker that ended before it began the call is replaced once."""
        for last in (False, True):
            self.start()
            with self._state:
                running = self._running
                assert running is not None
                self._current, call.running = call, running
            try:
                running.send(request)
                event = self._follow(running, call, on_event)
            except BrokenPipeError:
                event = None
            if event is not None:
                return event
            code = self._end(running)
            if call.cancelled:
                raise Cancelled
            if call.started or last:
                raise Crashed(_ending(code), running.tail(), code)
        raise AssertionError("the second round answers")

    def _follow(self, running: _Running, call: _Call, on_event: Callable[[dict[str, Any]], None]) -> dict[str, Any] | None:
        """The last event of a call; None when the worker ended without one."""
        for line in running.events:
            event: dict[str, Any] = json.loads(line, object_hook=decode_message)
            if event["id"] != call.number:
                continue
            if event["event"] == "begun":
                call.started = True
            elif event["event"] in ("progress", "partial"):
                on_event(event)
            else:
                if event.get("leaving"):
                    self._end(running)
                return event
        return None

    def _kill_late(self, running: _Running, call: _Call, grace: float) -> None:
        if call.over.wait(grace):
            return
        with self._state:
            if self._current is call and self._running is running:
                running.kill()

    def _end(self, running: _Running | None, wait: float = 0.0) -> int:
        """End a worker, once: who comes second only waits. From here on nobody signals it, so its number may be another's."""
        if running is None:
            return 0
        with self._state:
            is_current = self._running is running
            if is_current:
                self._running = None
        return running.end(wait) if is_current else running.process.wait()


def _request_stop(running: _Running, call: _Call) -> None:
    with contextlib.suppress(OSError, ValueError):  # it ended meanwhile: what was asked for
        running.send({"cancel": call.number})


def _read(kind: type[R], document: Any, name: str) -> R:
    """What the child answered. Failed when it is not of the call's type: the processes are of different editions."""
    try:
        return from_json(kind, document, name)
    except UserError as error:
        raise Failed(msg("The answer of {name} could not be read.", name=name), str(error)) from error


def _answer(event: dict[str, Any]) -> Any:
    kind = event["event"]
    if kind == "done":
        return event["result"]
    if kind == "refused":
        raise UserError(event["message"], event["remedy"])
    if kind == "cancelled":
        raise Cancelled
    raise Failed(event["message"], event["details"])


def _ending(code: int) -> str:
    if code >= 0:
        return msg("The process that does the work ended unexpectedly (exit code {code}).", code=code)
    name = signal.Signals(-code).name if -code in {int(s) for s in signal.Signals} else f"signal {-code}"
    if name == "SIGKILL":
        return as_message("The process that does the work was ended from outside, most often because the memory ran out.")
    return msg("The process that does the work ended unexpectedly ({name}): a library failed.", name=name)


def program_environment() -> dict[str, str]:
    """The environment in which this program finds itself again. It never imports from the folder in which it happens to run: a file there
    may be named like a library.
    """
    env = {**os.environ, "PYTHONSAFEPATH": "1"}
    root = Path(mlops_desktop.__file__).resolve().parents[1]
    if str(root) not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        env["PYTHONPATH"] = os.pathsep.join([str(root), *filter(None, [env.get("PYTHONPATH")])])
    return env


def _environment(folder: Path, threads: int) -> dict[str, str]:
    env = program_environment()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS"):
        env[name] = str(threads)
    env.update(JOBLIB_TEMP_FOLDER=str(folder), PYTHONUNBUFFERED="1")
    return env
