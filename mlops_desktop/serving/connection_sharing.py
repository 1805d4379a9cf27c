"""One process accepts the connections of a service and hands each to the next of several others, in turn.

Processes that accept from one socket themselves get very unequal shares, and connections in its queue are reset when the last of them
closes it.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Sequence

STOP = b"s"  # the message that no further connection comes
_CONNECTION = b"c"
CAN_SHARE = hasattr(socket, "send_fds") and hasattr(socket, "AF_UNIX")


def channel() -> tuple[socket.socket, socket.socket]:
    """The two ends of a channel for connections: for whoever accepts them, and for whoever answers them. Neither blocks."""
    # Messages with an order and an end; macOS has no such kind, and an end is not noticed there.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM if sys.platform == "darwin" else socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    theirs.setblocking(False)
    return ours, theirs


class Dispatcher:
    """Accepts the connections of a listening socket, which does not block, and hands them over in turn."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._waiting: socket.socket | None = None  # a connection that no channel had capacity for
        self._failed = False  # the last `accept` met an error, such as no free file handle
        self._turn = 0

    def sources(self) -> tuple[int, ...]:
        """What to wait for before the next `hand_over`: the socket. Nothing while a connection waits for the capacity of a channel, and
        after an error of `accept`: the socket would be ready at once, again and again.
        """
        return () if self._failed or self._waiting is not None else (self._listening.fileno(),)

    def hand_over(self, channels: Sequence[socket.socket]) -> None:
        """Hand every connection that waits to the next of these channels with capacity. Without one it waits in the queue."""
        while channels:
            connection = self._waiting or self._accepted()
            if connection is None:
                return
            self._waiting = connection
            if not any(self._sent(channels, connection) for _ in channels):
                return
            connection.close()
            self._waiting = None

    def _accepted(self) -> socket.socket | None:
        self._failed = False
        try:
            return self._listening.accept()[0]
        except (BlockingIOError, ConnectionError):
            return None
        except OSError:  # of this moment, such as too many open files or a network that is down: the next call tries again
            self._failed = True
            return None

    def _sent(self, channels: Sequence[socket.socket], connection: socket.socket) -> bool:
        self._turn = (self._turn + 1) % len(channels)
        try:
            socket.send_fds(channels[self._turn], [_CONNECTION], [connection.fileno()])
        except OSError:  # full, or its process has ended
            return False
        return True


def stop(channels: Sequence[socket.socket]) -> None:
    """Tell whoever answers that no further connection comes."""
    for one in channels:
        with contextlib.suppress(OSError):  # its process has ended, or ends by itself after a while
            one.send(STOP)


def taken(channel: socket.socket) -> tuple[list[socket.socket], bool]:
    """The connections that were handed over and not taken yet, and whether no further one comes."""
    connections: list[socket.socket] = []
    while True:
        try:
            data, handles, _, _ = socket.recv_fds(channel, 1, 1)
        except BlockingIOError:
            return connections, False
        for handle in handles:
            connection = socket.socket(fileno=handle)
            connection.setblocking(False)
            if connection.family != getattr(socket, "AF_UNIX", None):
                with contextlib.suppress(OSError):  # macOS refuses it once the client has closed the connection
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connections.append(connection)
        if data == STOP or not data:  # or the other end is closed
            return connections, True
