"""uvicorn's server that stops without losing a request."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import math
import signal
import socket
import sys
import time
from collections.abc import Iterable
from types import FrameType
from typing import Any

import uvicorn

from .connection_sharing import ConnectionSource
from .request_limits import STALLED_AT_STOP
from .server_limits import OVERTIME, Options

LINGER = 0.2  # seconds that a connection accepted last has for sending its request


class DrainingServer(uvicorn.Server):
    """A server of uvicorn that goes on answering for `drain` seconds after SIGTERM, and answers the connections that wait in the queue."""

    def __init__(self, app: Any, config: uvicorn.Config, options: Options, source: ConnectionSource) -> None:
        super().__init__(config)
        self._app, self._options, self._source = app, options, source
        self._connecting: set[asyncio.Task[None]] = set()
        self.stop_at = float("inf")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop at SIGTERM, and stop at once at Ctrl+C."""
        seconds = self._options.drain + self._source.overtime
        if sig == signal.SIGTERM and seconds > 0:
            # A further SIGTERM changes nothing: a service manager sends one to the group, and the parent sends one to its workers.
            self.stop_at = min(self.stop_at, time.monotonic() + seconds)
        else:
            self.should_exit = True
        if not self._app.draining and sys.stderr is not None:
            # The interpreter cannot stop a thread, or a signal handler that waits for one.
            faulthandler.dump_traceback_later(self._options.drain + LINGER + self._options.limits.stop_timeout + OVERTIME, exit=True)
        self._app.draining = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, or wait for connections that are handed over."""
        await super().startup(sockets)
        self._source.start(self._take, self._stop)

    def _take(self, connection: socket.socket) -> None:
        task = asyncio.get_running_loop().create_task(self._connect(connection))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    def _stop(self) -> None:
        self.should_exit = True

    async def _connect(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed by the client meanwhile, or no TLS
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection, ssl=self.config.ssl)

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop now, asked ten times a second; once a second connections are examined that wait for too long,
        and the API keys are read again if they changed.
        """
        now = time.monotonic()
        if counter % 10 == 0:
            self._expire(now)
            self._app.access.keys.refresh()
        return await super().on_tick(counter) or now >= self.stop_at

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what has come, and close every connection, also of clients that wait without an end."""
        for connection in close_listeners(self.servers, sockets or []):
            self._take(connection)
        await asyncio.sleep(LINGER)
        self._app.stop()
        giving_up = asyncio.get_running_loop().create_task(self._give_up())
        try:
            await super().shutdown(sockets)
        finally:
            giving_up.cancel()

    async def _give_up(self) -> None:
        while True:
            self._expire(time.monotonic(), STALLED_AT_STOP)
            await asyncio.sleep(0.1)

    def _expire(self, now: float, patience: float = math.inf) -> None:
        connections: list[Any] = [*self.server_state.connections]
        for connection in connections:
            connection.expire(now, patience)

    def _protocol(self) -> asyncio.Protocol:
        protocol: Any = self.config.http_protocol_class
        made: asyncio.Protocol = protocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
        return made


def close_listeners(servers: Iterable[Any], sockets: Iterable[socket.socket]) -> list[socket.socket]:
    """Close the listening sockets; the connections that waited in their queues, which would be reset with them.

    The servers close a socket first, while a duplicate keeps it open: nothing runs between the last `accept` and its end. An error of
    the system, such as too many open files, ends the accepting and not the stop.
    """
    duplicates = []
    for one in sockets:
        with contextlib.suppress(OSError):
            duplicates.append(one.dup())
    for server in servers:
        server.close()
    queued = []
    for duplicate in duplicates:
        with duplicate, contextlib.suppress(OSError):  # BlockingIOError: the queue is empty
            while True:
                queued.append(duplicate.accept()[0])
    for connection in queued:
        connection.setblocking(False)
    return queued
