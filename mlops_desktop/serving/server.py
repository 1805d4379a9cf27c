"""Runs the service in one process: listens on a port, starts uvicorn, and stops without losing a request."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import faulthandler
import functools
import gc
import importlib.util
import math
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from .errors import UserError
from .message import msg
from .server_limits import ServerLimits

KEEP_ALIVE = 65  # seconds; longer than the 60 of usual load balancers, so that the service is never the first to close a connection
OVERTIME = 5.0  # seconds beyond the time of a stop after which the process ends, whatever runs
LINGER = 0.2  # seconds that a connection accepted last has for sending its request
# The packages that a service imports, and those that they need. On Windows uvicorn runs without uvloop.
PACKAGES = ("numpy", "uvicorn", "httptools", "h11", "click", "uvloop")
NOT_ON_WINDOWS = frozenset(("uvloop",))
_TAKEN = frozenset((errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)))


@dataclass(frozen=True)
class Options:
    """How a service runs. `drain`: seconds for which it still answers, with `ready` at 503, after it was asked to stop."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    drain: float = 1.0
    access_log: bool = False
    allowed_hosts: tuple[str, ...] = ()
    limits: ServerLimits = field(default_factory=ServerLimits)


def missing_packages() -> list[str]:
    """The packages of a service that are not installed here."""
    wanted = (name for name in PACKAGES if sys.platform != "win32" or name not in NOT_ON_WINDOWS)
    return [name for name in wanted if importlib.util.find_spec(name) is None]


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; UserError when the port is in use or the address is not available."""
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
                msg("Port {port} is in use on this machine.", port=port),
                msg("Stop what uses it, or take another: --port {text}.", text=8000 if port == 65535 else port + 1),
            ) from error
        if getattr(error, "errno", None) == errno.EACCES:
            raise UserError(
                msg("Port {port} may not be used by this account.", port=port), "Take one above 1023, such as --port 8000."
            ) from error
        raise UserError(
            msg("The service cannot listen at {host}, port {port}.", host=host, port=port), "Check --host and --port (0 to 65535)."
        ) from error
    return sock


def address(sock: socket.socket) -> str:
    """The URL of a bound socket, as it is opened on this machine."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(make_app: Callable[[], Any], sock: socket.socket, options: Options) -> None:
    """Answer on a bound socket until the process is asked to stop (SIGTERM, Ctrl+C). Returns when the last request is answered.

    After SIGTERM, `ready` answers 503 and every response closes its connection for `drain` seconds, so that clients move to other servers.
    Then the connections in the queue are accepted, the socket is closed, and requests in progress are answered.
    """
    import uvicorn

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
        timeout_graceful_shutdown=math.ceil(options.limits.stop_timeout),
        backlog=2048,
    )
    # Objects made so far live about as long as the process: the garbage collector need not visit them.
    gc.collect()
    gc.freeze()
    sock.setblocking(False)
    _draining_server(app, config, options).run([sock])


def _draining_server(app: Any, config: Any, options: Options) -> Any:
    """A server of uvicorn that goes on answering for `drain` seconds after SIGTERM, and accepts the connections that wait in the queue."""
    import uvicorn

    drain = options.drain

    class DrainingServer(uvicorn.Server):
        stop_at = float("inf")

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if sig == signal.SIGTERM and drain > 0:
                # A further SIGTERM changes nothing: a service manager sends one to the group, and the parent sends one to its workers.
                self.stop_at = min(self.stop_at, time.monotonic() + drain)
            else:
                self.should_exit = True
            if not app.draining and sys.stderr is not None:
                # The interpreter cannot stop a thread, or a signal handler that waits for one.
                faulthandler.dump_traceback_later(drain + LINGER + options.limits.stop_timeout + OVERTIME, exit=True)
            app.draining = True

        async def on_tick(self, counter: int) -> bool:
            now = time.monotonic()
            if counter % 10 == 0:
                connections: list[Any] = [*self.server_state.connections]
                for connection in connections:
                    connection.expire(now)
            return await super().on_tick(counter) or now >= self.stop_at

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            queued = _close_listeners(self.servers, sockets or [])
            loop = asyncio.get_running_loop()
            for connection in queued:
                with contextlib.suppress(OSError):  # closed by the client meanwhile
                    await loop.connect_accepted_socket(self._protocol, connection)
            await asyncio.sleep(LINGER)
            app.stop()
            await super().shutdown(sockets)

        def _protocol(self) -> asyncio.Protocol:
            protocol: Any = self.config.http_protocol_class
            made: asyncio.Protocol = protocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
            return made

    return DrainingServer(config)


def _close_listeners(servers: Iterable[Any], sockets: Iterable[socket.socket]) -> list[socket.socket]:
    """Close the listening sockets; the connections that waited in their queues, which would be reset with them.

    The servers close a socket first, while a duplicate keeps it open: nothing runs between the last `accept` and its end.
    """
    duplicates = [one.dup() for one in sockets]
    for server in servers:
        server.close()
    queued = []
    for duplicate in duplicates:
        with duplicate, contextlib.suppress(BlockingIOError):
            while True:
                queued.append(duplicate.accept()[0])
    for connection in queued:
        connection.setblocking(False)
    return queued


def _protocol(app: Any, options: Options) -> Any:
    """The protocol of a connection, with the single-row fast path where no log of requests is wanted."""
    from .http_protocol import BoundedProtocol
    from .single_row import single_row_protocol

    return functools.partial(BoundedProtocol, app) if options.access_log else single_row_protocol(app)
