"""Running the service: a port, one process or several, and an end without a lost request. Starts uvicorn; nothing else here needs it."""

from __future__ import annotations

import errno
import gc
import importlib.util
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from .errors import UserError

KEEP_ALIVE = 65  # seconds; longer than the 60 of usual load balancers, so that it is never the service that hangs up first
LAST_REQUESTS = 25  # seconds that requests under way may take after a stop
RESTARTS, PERIOD = 5, 60.0  # so many dead workers within so many seconds, and the service stops
# What a service imports, and what those packages need themselves. On Windows uvicorn does without uvloop.
PACKAGES = ("numpy", "uvicorn", "httptools", "h11", "click", "uvloop")
NOT_ON_WINDOWS = frozenset(("uvloop",))
_TAKEN = frozenset((errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)))


@dataclass(frozen=True)
class Options:
    """How a service runs. `drain`: seconds that it goes on answering, with `ready` at 503, after it was asked to stop."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    drain: float = 1.0
    access_log: bool = False


def missing_packages() -> list[str]:
    """The packages of a service that are not installed here."""
    wanted = (name for name in PACKAGES if sys.platform != "win32" or name not in NOT_ON_WINDOWS)
    return [name for name in wanted if importlib.util.find_spec(name) is None]


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; UserError when the port is taken or the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # On Windows SO_REUSEADDR would let two services share one port.
        option = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
        sock.bind((host, port))
        sock.listen(2048)
    except (OSError, OverflowError) as error:
        sock.close()
        if getattr(error, "errno", None) in _TAKEN:
            raise UserError(
                f"Port {port} is in use on this machine.",
                f"Stop what uses it, or take another: --port {8000 if port == 65535 else port + 1}.",
            ) from error
        if getattr(error, "errno", None) == errno.EACCES:
            raise UserError(f"Port {port} may not be used by this account.", "Take one above 1023, such as --port 8000.") from error
        raise UserError(f"The service cannot listen at {host}, port {port}.", "Check --host and --port (0 to 65535).") from error
    return sock


def address(sock: socket.socket) -> str:
    """The URL of a bound socket, as it is opened on this machine."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(make_app: Callable[[], Any], sock: socket.socket, options: Options) -> None:
    """Answer on a bound socket until the process is asked to stop (SIGTERM, Ctrl+C). Returns when the last request is answered.

    SIGTERM first lets `ready` say 503 and every answer close its connection for `drain` seconds, so that callers move away unharmed.
    """
    import uvicorn

    class Drained(uvicorn.Server):
        leave_at = float("inf")

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if sig == signal.SIGTERM and not app.draining and options.drain > 0:
                app.draining = True
                self.leave_at = time.monotonic() + options.drain
            else:
                app.draining = self.should_exit = True

        async def on_tick(self, counter: int) -> bool:
            return await super().on_tick(counter) or time.monotonic() >= self.leave_at

    app = make_app()
    config = uvicorn.Config(
        app,
        http=_protocol(app, options),
        lifespan="off",
        ws="none",
        log_level="info" if options.access_log else "warning",
        access_log=options.access_log,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=LAST_REQUESTS,
        backlog=2048,
    )
    # The model lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    Drained(config).run([sock])


def _protocol(app: Any, options: Options) -> Any:
    """uvicorn's protocol with a short way for single rows, where httptools is there and nobody asked for a log of each request."""
    if options.access_log or importlib.util.find_spec("httptools") is None:
        return "auto"
    from .fast_lane import fast_protocol

    return fast_protocol(app)


def serve_many(folder: Path, sock: socket.socket, options: Options) -> None:
    """The same with several processes on one socket; a process that dies is started anew, but not for ever.

    UserError when processes die as fast as they are started.
    """
    context = multiprocessing.get_context("spawn")
    stopping = threading.Event()

    def stop(sig: int, frame: FrameType | None) -> None:
        stopping.set()

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)

    def start() -> Any:
        process = context.Process(target=work, args=(str(folder), sock, options), daemon=False)
        process.start()
        return process

    processes = [start() for _ in range(options.workers)]
    deaths: list[float] = []
    try:
        while not stopping.is_set():
            multiprocessing.connection.wait([process.sentinel for process in processes], timeout=0.2)
            for i, process in enumerate(processes):
                if not process.is_alive() and not stopping.is_set():
                    deaths = [*(at for at in deaths if at > time.monotonic() - PERIOD), time.monotonic()]
                    if len(deaths) > RESTARTS:
                        raise UserError("The service's processes end as soon as they start.", "Try it with --workers 1 to see why.")
                    processes[i] = start()
    finally:
        _end(processes, options.drain + LAST_REQUESTS)


def _end(processes: list[Any], patience: float) -> None:
    for process in processes:
        if process.is_alive():
            process.terminate()
    deadline = time.monotonic() + patience
    for process in processes:
        process.join(max(0.0, deadline - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


def work(folder: str, sock: socket.socket, options: Options) -> None:
    """One of several processes."""
    from .boot import make_app

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    serve(lambda: make_app(Path(folder)), sock, options)


def _leave_with(parent: Any) -> None:
    """A worker whose parent was killed stops too."""
    parent.join()
    if sys.platform == "win32":
        os._exit(1)
    os.kill(os.getpid(), signal.SIGTERM)
