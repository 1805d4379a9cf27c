"""uvicorn's protocol within limits: a head is read whole before anything is made of it, and nothing waits for a client without an end.

A request that asks for another protocol (`Upgrade`) is answered as if it had not asked: the parser would take its body for data of that
protocol, or for the next request.
"""

from __future__ import annotations

import math
from time import monotonic
from typing import Any, Literal

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from .app import App
from .http_messages import PROBLEM
from .http_problems import HttpProblem
from .request_limits import body_overdue, busy

Part = Literal["head", "body"]  # of a request
END_OF_HEAD = b"\r\n\r\n"
IDLE = 65.0  # seconds that a new connection may be open without a byte
GRACE = 1.0  # seconds without a request after which a connection makes way for another one where all are taken
LINGER = 2.0  # seconds for which a client may read a last response, or take part in the end of TLS, before its connection is closed
_FIRST_BYTES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n")  # of a request


class BoundedProtocol(HttpToolsProtocol):
    """A connection of `app`. `expire` is to be called about once a second."""

    def __init__(self, app: App, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._owner, self._limits = app, app.limits
        self._buffer = b""  # an incomplete request, or bytes that arrived while a request is being answered
        self._parsing = False  # within a request that was given to the parser
        self._head_size = 0  # bytes of the head that the parser has found in the current request
        self._fault: HttpProblem | None = None  # why the parser was stopped
        self._refused = False  # the last response was sent, and whatever arrives is discarded
        self._waiting: Part | None = None  # the part of a request whose rest is waited for
        self._expires = 0.0  # when to wait no longer; 0 for never
        self._idle_since = 0.0  # when the connection was opened, or its last response was complete
        # Bytes of responses that the client has not taken, and since when; also since when a connection without such bytes is closing.
        self._unsent, self._stalled = 0, 0.0

    def connection_made(self, transport: Any) -> None:
        """Refuse a connection beyond the limit, unless one is open that waits for a request."""
        super().connection_made(transport)
        self._idle_since = self._stalled = monotonic()
        self._expires = self._idle_since + IDLE
        most = self._limits.max_connections
        if len(self.connections) <= most or self._has_place():
            return
        if len(self.connections) > 2 * most:
            transport.abort()
        else:
            self.refuse(busy())

    def _has_place(self) -> bool:
        """Whether this connection is within the limit once the one is closed that has waited longest for a request."""
        connections: list[Any] = [*self.connections]
        there = [one for one in connections if not one.transport.is_closing()]
        if len(there) <= self._limits.max_connections:
            return True
        latest = monotonic() - GRACE
        idle = [one for one in there if one._idle_since <= latest and one.is_idle()]
        if not idle:
            return False
        min(idle, key=lambda one: one._idle_since).transport.close()
        return True

    def is_idle(self) -> bool:
        """Whether no request is being sent or answered."""
        answered = self.cycle is None or self.cycle.response_complete
        return answered and not (self._parsing or self._waiting or self._buffer or self._refused)

    def data_received(self, data: bytes) -> None:
        """Give bytes to the parser, a head that begins with them whole and without `Upgrade`."""
        if self._refused:
            return
        if self._buffer:
            data, self._buffer = self._buffer + data, b""
        if not self._parsing:
            end = data.find(END_OF_HEAD)
            if (end if end >= 0 else len(data)) > self._limits.max_head:
                self.refuse(self._too_long())
                return
            if end < 0 and data[0] in _FIRST_BYTES:
                self.wait_for_more(data, "head")
                return
            self.stop_waiting()
            head = data[: end + 4]
            if b"upgrade:" in head.lower():
                data = _without_upgrade(head) + data[end + 4 :]
        super().data_received(data)

    def wait_for_more(self, data: bytes, part: Part) -> None:
        """Keep the beginning of a request. The rest of this part of it is to arrive in time."""
        self._wait(part)
        self._buffer = data

    def _wait(self, part: Part) -> None:
        """Begin the time for a part of a request, unless it has begun."""
        if self._waiting != part:
            seconds = self._limits.head_timeout if part == "head" else self._limits.body_timeout
            self._waiting, self._expires = part, monotonic() + seconds

    def stop_waiting(self) -> None:
        """A request has arrived."""
        self._waiting, self._expires = None, 0.0

    def expire(self, now: float, patience: float = math.inf) -> None:
        """Give up what takes too long: the rest of a request, a client that does not take its responses (for `patience` seconds where that
        is less than the limit), or one that does not answer the end of TLS.
        """
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent or not (unsent or self.transport.is_closing()):
            self._unsent, self._stalled = unsent, now
        elif now - self._stalled > (min(patience, self._limits.body_timeout) if unsent else LINGER):
            self.transport.abort()
        if self._expires and now >= self._expires:
            if self._waiting and not self._refused:
                self.refuse(body_overdue() if self._waiting == "body" else _head_overdue())
            else:
                self.transport.close() if not unsent else self.transport.abort()

    def refuse(self, problem: HttpProblem) -> None:
        """Answer outside of any request, and close the connection once the client had the time to read that."""
        if self._refused or self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # its response would come behind this one
            self.cycle.message_event.set()
        app = self._owner
        body = problem.body(app.next_request_id())
        common = app.slot.current.headers.encoded(PROBLEM)
        default = b"".join(b"%s: %s\r\n" % pair for pair in self.server_state.default_headers)
        more = b"".join(b"%s: %s\r\n" % pair for pair in problem.headers)
        tail = b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(b"".join((STATUS_LINE[problem.status], default, common, more, tail, body)))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._refused, self._buffer, self._expires = True, b"", monotonic() + LINGER
        app.slot.metrics.request("other", "(connection)", problem.status, 0.0)

    def send_400_response(self, msg: str) -> None:
        """The answer to what the parser does not take."""
        self.refuse(self._fault or HttpProblem(400, "invalid_request", "The request is no valid HTTP."))

    def on_message_begin(self) -> None:
        """A request begins: its head is to arrive in time."""
        self._parsing, self._head_size = True, 0
        self._wait("head")
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the bytes of the head."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count the bytes of the head."""
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Answer the request. One with `Upgrade` behind another request in the same bytes is refused: it can no longer be changed."""
        if self.parser.should_upgrade():
            self._fault = HttpProblem(400, "invalid_request", "The request asks for another protocol.")
            raise ValueError(self._fault.title)
        self.stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The whole request has arrived."""
        self._parsing = False
        self.stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The rest of a body that nobody reads is discarded for a limited time."""
        super().on_response_complete()
        self._idle_since = monotonic()
        if self._parsing:
            self._expires = self._idle_since + self._limits.body_timeout

    def _count(self, size: int) -> None:
        self._head_size += size
        if self._head_size > self._limits.max_head:
            self._fault = self._too_long()
            raise ValueError(self._fault.title)

    def _too_long(self) -> HttpProblem:
        detail = f"At most {self._limits.max_head:,} bytes of headers are taken."
        return HttpProblem(431, "head_too_large", "The head of the request is too large.", detail)


def _head_overdue() -> HttpProblem:
    return HttpProblem(408, "request_timeout", "The request did not arrive in time.")


def _without_upgrade(head: bytes) -> bytes:
    """The head of a request without its `Upgrade` headers."""
    return b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(b"upgrade:"))
