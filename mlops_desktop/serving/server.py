"""Running the service in one process: a port, and an end without a lost request. Starts uvicorn; nothing else here needs it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import importlib.util
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from .errors import UserError

KEEP_ALIVE = 65  # seconds; longer than the 60 of usual load balancers, so that it is never the service that hangs up first
LAST_REQUESTS = 25  # seconds that requests under way may take after a stop
LINGER = 0.2  # seconds that who came in at the last instant has for sending a request
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

    SIGTERM first lets `ready` say 503 and every answer close its connection for `drain` seconds, so that callers move away unharmed. Then
    whoever stands in the queue is let in, the door is closed, and what is under way is answered.
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

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            late = _last_in(self.servers, sockets or [])
            loop = asyncio.get_running_loop()
            for connection in late:
                with contextlib.suppress(OSError):  # gone again
                    await loop.connect_accepted_socket(self._protocol, connection)
            await asyncio.sleep(LINGER)
            await super().shutdown(sockets)

        def _protocol(self) -> asyncio.Protocol:
            protocol: Any = self.config.http_protocol_class
            made: asyncio.Protocol = protocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
            return made

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
    sock.setblocking(False)
    Drained(config).run([sock])


def _last_in(servers: Iterable[Any], sockets: Iterable[socket.socket]) -> list[socket.socket]:
    """Close the listening sockets; the connections that waited in their queues, which would be reset with them.

    The servers let go of a socket first, while a second handle keeps it open: nothing runs between the last look at the queue and its end.
    """
    doors = [one.dup() for one in sockets]
    for server in servers:
        server.close()
    late = []
    for door in doors:
        with door, contextlib.suppress(BlockingIOError):
            while True:
                late.append(door.accept()[0])
    for connection in late:
        connection.setblocking(False)
    return late


def _protocol(app: Any, options: Options) -> Any:
    """uvicorn's protocol with a short way for single rows, where httptools is there and nobody asked for a log of each request."""
    if options.access_log or importlib.util.find_spec("httptools") is None:
        return "auto"
    from .single_row import fast_protocol

    return fast_protocol(app)
