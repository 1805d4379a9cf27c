"""A short way through the server for the request that a service gets most: one row for `/v1/predict`, on a connection that is kept open.

It is uvicorn's own protocol with one addition. A request whose head uvicorn's parser has seen before on this connection, letter for
letter, and whose body is complete, is answered without a task, a scope or a queue; and requests of one row that come in the same turn of
the event loop are scored as one batch. Nothing waits for others to come. Whatever is unusual in the least takes the long way through
`app`, with the same answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .app import LIGHT, NOTHING_ELSE, PROBLEM, App, read_headers
from .http_problems import Refusal
from .service import JSON, Asked, Reply

ROUTE = "/v1/predict"
START = b"POST /v1/predict HTTP/1.1\r\n"
END = b"\r\n\r\n"
TOGETHER = 64  # rows that are scored as one batch at most
_STATUS = {200: b"HTTP/1.1 200 OK\r\n", 400: b"HTTP/1.1 400 Bad Request\r\n", 422: b"HTTP/1.1 422 Unprocessable Content\r\n"}
_STATUS |= {413: b"HTTP/1.1 413 Content Too Large\r\n", 500: b"HTTP/1.1 500 Internal Server Error\r\n"}
_PLAIN = frozenset((b"host", b"user-agent", b"accept", b"accept-encoding", b"accept-language", b"content-type", b"content-length"))
_PLAIN |= frozenset((b"x-request-id", b"connection", b"origin", b"referer", b"cache-control", b"pragma"))


class Lane:
    """What the connections of one server share: the requests of this turn of the event loop."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._waiting: list[tuple[Asked, Callable[[Reply | Exception], None]]] = []
        self._prepared: dict[bytes, bytes] = {}

    def ask(self, body: bytes, loop: asyncio.AbstractEventLoop, done: Callable[[Reply | Exception], None]) -> None:
        """Call `done` with the answer to a body, within this turn of the loop."""
        try:
            asked = self.app.service.read(body, b"")
            if len(asked.rows) != 1:
                done(self.app.service.answer(asked))
                return
        except Exception as error:
            done(error)
            return
        if not self._waiting:
            loop.call_soon(self._answer)
        self._waiting.append((asked, done))

    def _answer(self) -> None:
        waiting, self._waiting = self._waiting, []
        for start in range(0, len(waiting), TOGETHER):
            batch = waiting[start : start + TOGETHER]
            replies: list[Reply | Exception]
            try:
                replies = [*self.app.service.answer_together([asked for asked, _ in batch])]
            except Exception as error:  # of one row, most likely: that one fails alone
                replies = [error] if len(batch) == 1 else [self._alone(asked) for asked, _ in batch]
            for (_, done), reply in zip(batch, replies, strict=True):
                done(reply)

    def _alone(self, asked: Asked) -> Reply | Exception:
        try:
            return self.app.service.answer(asked)
        except Exception as error:
            return error

    def head(self, content_type: bytes) -> bytes:
        """The headers that every answer of a content type has, as they are sent."""
        found = self._prepared.get(content_type)
        if found is None:
            found = b"".join(b"%s: %s\r\n" % pair for pair in self.app.headers(content_type, NOTHING_ELSE))
            self._prepared[content_type] = found
        return found


def fast_protocol(app: App) -> type[HttpToolsProtocol]:
    """uvicorn's protocol with the short way into `app`."""
    lane = Lane(app)

    class FastLane(_FastLane):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(lane, *arguments, **options)

    return FastLane


class _FastLane(HttpToolsProtocol):
    def __init__(self, lane: Lane, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lane = lane
        self._known = b""  # the head of the last request that could go the short way
        self._length = 0  # … of its body
        self._request = ""
        self._kept = b""  # a request that is not whole yet, or what came while one is being answered
        self._inside = False  # within a request that goes the long way
        self._busy = False  # one is being answered on the short way
        self._leaving = False
        self._started = self._last = 0.0

    def data_received(self, data: bytes) -> None:
        if self._kept:
            data, self._kept = self._kept + data, b""
        if self._busy:
            self._kept = data
            return
        if self._inside or not data.startswith(START) or not (self.cycle is None or self.cycle.response_complete) or self.pipeline:
            super().data_received(data)
            return
        end = data.find(END)
        head = data[: end + 4]
        if end < 0 or not (head == self._known or self._learn(head)):
            super().data_received(data)
            return
        whole = end + 4 + self._length
        if len(data) < whole:
            self._kept = data
        elif len(data) > whole or self.flow.write_paused:
            super().data_received(data)
        else:
            self._busy = True
            self._started = perf_counter()
            self._lane.app.service.metrics.in_progress += 1
            self._lane.ask(data[end + 4 :], self.loop, self._done)

    def _learn(self, head: bytes) -> bool:
        """Whether a request with this head may go the short way; its particulars are remembered."""
        seen = _Head()
        try:
            parser = httptools.HttpRequestParser(seen)
            parser.feed_data(head)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return False
        content_type, length, self._request = read_headers(seen.headers)
        names = [name for name, _ in seen.headers]
        plain = _PLAIN.issuperset(names) and len(set(names)) == len(names) and b"content-length" in names and parser.should_keep_alive()
        if not (plain and seen.complete and content_type == JSON and 0 < length <= LIGHT):
            return False
        self._known, self._length = head, length
        return True

    def _done(self, reply: Reply | Exception) -> None:
        app = self._lane.app
        request = self._request or app.next_request_id()
        status = 200
        if isinstance(reply, Exception):
            refusal = reply if isinstance(reply, Refusal) else app.fault(request, reply)
            status, reply = refusal.status, Reply(refusal.body(request), PROBLEM)
        close = app.draining or self._leaving or status == 413
        if not self.transport.is_closing():
            default = b"".join([b"%s: %s\r\n" % pair for pair in self.server_state.default_headers])
            tail = b"content-length: %d\r\nx-request-id: %s\r\n%s\r\n" % (
                len(reply.body),
                request.encode(),
                b"connection: close\r\n" if close else b"",
            )
            self.transport.write(b"".join((_STATUS[status], default, self._lane.head(reply.content_type), tail, reply.body)))
        self._busy = False
        self.server_state.total_requests += 1
        app.service.metrics.in_progress -= 1
        now = perf_counter()
        app.service.metrics.request("POST", ROUTE, status, now - self._started)
        if close:
            self.transport.close()
            return
        self._last = now
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
        if self._kept:
            data, self._kept = self._kept, b""
            self.data_received(data)

    def timeout_keep_alive_handler(self) -> None:
        """One timer for many requests: it looks how long the connection has been idle."""
        left = self._last + self.timeout_keep_alive - perf_counter()
        if self._busy or left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(max(left, 1.0), self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        self._inside = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._inside = False
        super().on_message_complete()

    def shutdown(self) -> None:
        """Leave after the answer that is under way."""
        if self._busy:
            self._leaving = True
        else:
            super().shutdown()


class _Head:
    """What a parser finds in the head of a request."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.complete = True
