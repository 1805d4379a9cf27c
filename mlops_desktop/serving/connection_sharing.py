"""How the processes of a service get their connections.

Processes that accept from one socket themselves get very unequal shares, and connections in its queue are reset when the last of them
closes it. So the parent accepts the connections and hands them over in turn, where a system can pass sockets between processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable, Hashable, Iterable
from typing import Protocol

from .server_limits import OVERTIME

_CONNECTION = b"c"
_STOP = b"s"  # the message that no further connection comes
CAN_SHARE = hasattr(socket, "send_fds") and hasattr(socket, "AF_UNIX")


class ConnectionSource(Protocol):
    """Where one process gets its connections. Can be passed to a child process.

    `overtime`: seconds beyond `drain` after which the process stops by itself when its parent has not called for that.
    """

    overtime: float

    def sockets(self) -> list[socket.socket]:
        """The listening sockets from which the process itself accepts."""

    def start(self, connect: Callable[[socket.socket], None], stop: Callable[[], None]) -> None:
        """Give connections that are handed over to `connect`, on the running event loop; `stop` is called after the last one."""

    def release(self) -> None:
        """Close what only the child process needs to which this was passed."""


class ListeningSocket:
    """A process accepts from a listening socket itself."""

    overtime = 0.0

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening

    def sockets(self) -> list[socket.socket]:
        """The socket, which does not block."""
        self._listening.setblocking(False)
        return [self._listening]

    def start(self, connect: Callable[[socket.socket], None], stop: Callable[[], None]) -> None:
        """No connection is handed over."""

    def release(self) -> None:
        """The parent and the other processes need the socket as well."""


class Channel:
    """A process gets connections from its parent, which says when no further one comes."""

    overtime = OVERTIME

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def sockets(self) -> list[socket.socket]:
        """None."""
        return []

    def start(self, connect: Callable[[socket.socket], None], stop: Callable[[], None]) -> None:
        """Take connections as they come."""
        loop = asyncio.get_running_loop()
        handle = self._end.fileno()

        def take() -> None:
            connections, is_last = self.taken()
            for connection in connections:
                connect(connection)
            if is_last:
                loop.remove_reader(handle)
                stop()

        loop.add_reader(handle, take)

    def taken(self) -> tuple[list[socket.socket], bool]:
        """The connections that were handed over and not taken yet, and whether no further one comes."""
        self._end.setblocking(False)
        connections: list[socket.socket] = []
        while True:
            try:
                data, handles, _, _ = socket.recv_fds(self._end, 1, 1)
            except BlockingIOError:
                return connections, False
            for handle in handles:
                connection = socket.socket(fileno=handle)
                connection.setblocking(False)
                if connection.family != getattr(socket, "AF_UNIX", None):
                    with contextlib.suppress(OSError):  # macOS refuses it once the client has closed the connection
                        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connections.append(connection)
            if data == _STOP or not data:  # or the other end is closed
                return connections, True

    def release(self) -> None:
        """Close this end."""
        self._end.close()


class Sharing(Protocol):
    """How the parent of several processes shares a listening socket among them, each of which has a key.

    `accepts`: whether the parent accepts the connections, so that it has to go on until no further one comes.
    """

    accepts: bool

    def open(self, key: Hashable) -> ConnectionSource:
        """The source of a new process."""

    def close(self, key: Hashable) -> None:
        """A process has ended."""

    def sources(self, ready: Iterable[Hashable]) -> tuple[int, ...]:
        """The handles to wait for before the next `hand_over`."""

    def hand_over(self, ready: Iterable[Hashable]) -> None:
        """Hand the connections that wait to the processes that can answer."""

    def stop(self) -> None:
        """Notify every process that no further connection comes."""


def sharing(listening: socket.socket) -> Sharing:
    """The way in which this system can share a listening socket among processes."""
    return Dispatcher(listening) if CAN_SHARE else SharedSocket(listening)


class SharedSocket:
    """Every process accepts from the listening socket itself."""

    accepts = False

    def __init__(self, listening: socket.socket) -> None:
        self._source = ListeningSocket(listening)

    def open(self, key: Hashable) -> ConnectionSource:
        """The socket itself."""
        return self._source

    def close(self, key: Hashable) -> None:
        """The others go on."""

    def sources(self, ready: Iterable[Hashable]) -> tuple[int, ...]:
        """Nothing is handed over."""
        return ()

    def hand_over(self, ready: Iterable[Hashable]) -> None:
        """Nothing is handed over."""

    def stop(self) -> None:
        """Each process stops by the signal that it gets."""


class Dispatcher:
    """Accepts the connections of a listening socket and hands each to the next process, in turn."""

    accepts = True

    def __init__(self, listening: socket.socket) -> None:
        listening.setblocking(False)
        self._listening = listening
        self._channels: dict[Hashable, socket.socket] = {}
        self._waiting: socket.socket | None = None  # a connection that no channel had capacity for
        self._failed = False  # the last `accept` met an error, such as no free file handle
        self._turn = 0

    def open(self, key: Hashable) -> Channel:
        """The source of a new process."""
        # Messages with an order and an end; macOS has no such kind, and an end is not noticed there.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM if sys.platform == "darwin" else socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._channels[key] = ours
        return Channel(theirs)

    def close(self, key: Hashable) -> None:
        """A process has ended, or no further connection comes for it."""
        self._channels.pop(key).close()

    def sources(self, ready: Iterable[Hashable]) -> tuple[int, ...]:
        """The socket. Nothing without a process that can answer, while a connection waits for the capacity of a channel, and after an
        error of `accept`: the socket would be ready at once, again and again.
        """
        return () if self._failed or self._waiting is not None or not [*ready] else (self._listening.fileno(),)

    def hand_over(self, ready: Iterable[Hashable]) -> None:
        """Hand every connection that waits to the next of these processes with capacity. Without one it waits in the queue."""
        channels = [self._channels[key] for key in ready]
        while channels:
            connection = self._waiting or self._accepted()
            if connection is None:
                return
            self._waiting = connection
            if not any(self._sent(channels, connection) for _ in channels):
                return
            connection.close()
            self._waiting = None

    def stop(self) -> None:
        """Notify every process that no further connection comes."""
        for channel in self._channels.values():
            with contextlib.suppress(OSError):  # its process has ended, or ends by itself after a while
                channel.send(_STOP)

    def _accepted(self) -> socket.socket | None:
        self._failed = False
        try:
            return self._listening.accept()[0]
        except (BlockingIOError, ConnectionError):
            return None
        except OSError:  # of this moment, such as too many open files or a network that is down: the next call tries again
            self._failed = True
            return None

    def _sent(self, channels: list[socket.socket], connection: socket.socket) -> bool:
        self._turn = (self._turn + 1) % len(channels)
        try:
            socket.send_fds(channels[self._turn], [_CONNECTION], [connection.fileno()])
        except OSError:  # full, or its process has ended
            return False
        return True
