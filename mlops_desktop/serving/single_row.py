"""The single-row fast path: answers `/v1/predict` with one row on a keep-alive connection without the overhead of ASGI.

It is the protocol of `http_protocol` with one addition. A request whose head equals, byte for byte, one that the parser accepted before
on this connection, and whose body is complete, is answered without a task, a scope or a queue; and requests of one row that arrive in the
same iteration of the event loop are scored as one batch. A batch that is smaller than the one before waits for `MAX_TURNS` more iterations
that have nothing else to do, some microseconds: the clients that were just answered are about to send their next requests. Every other
request goes to `app`, with the same answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic, perf_counter
from typing import Any

import httptools

from .access_control import Grant
from .app import MAX_LOOP_BODY, App, is_small
from .http_messages import JSON, PROBLEM, Reply
from .http_problems import HttpProblem
from .http_protocol import END_OF_HEAD, BoundedProtocol
from .http_request import CURRENT_REQUEST
from .request_head import RequestHead, read_headers
from .routes import ROUTES
from .service import PredictRequest, Service

ROUTE = next(route for route in ROUTES if route.path == "/v1/predict")
REQUEST_LINE = b"POST /v1/predict HTTP/1.1\r\n"
MAX_BATCH = 64  # rows that are scored together
MAX_TURNS = 3  # iterations of the event loop that a batch waits to be as large as the one before
_STATUS = {200: b"HTTP/1.1 200 OK\r\n", 400: b"HTTP/1.1 400 Bad Request\r\n", 422: b"HTTP/1.1 422 Unprocessable Content\r\n"}
_STATUS |= {413: b"HTTP/1.1 413 Content Too Large\r\n", 500: b"HTTP/1.1 500 Internal Server Error\r\n"}
# Headers that do not change how a request is answered. A request with any other takes the path through `app`.
_NEUTRAL = frozenset((b"host", b"user-agent", b"accept", b"accept-encoding", b"accept-language", b"content-type", b"content-length"))
_NEUTRAL |= frozenset((b"x-request-id", b"connection", b"origin", b"referer", b"cache-control", b"pragma"))
_NEUTRAL |= frozenset((b"authorization", b"x-api-key", b"traceparent", b"tracestate"))

Respond = Callable[[Service, Reply | Exception], None]


class SingleRowBatcher:
    """Collects the single-row requests of all connections in one iteration of the event loop, and scores them as one batch."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._pending: list[tuple[Service, PredictRequest, Respond]] = []
        self._last_size = self._turns = 0

    def submit(self, body: bytes, request_id: str, loop: asyncio.AbstractEventLoop, respond: Respond) -> None:
        """Call `respond` with the answer to a body, within `MAX_TURNS` + 1 iterations of the loop, and with the service that gave it."""
        service = self.app.slot.current
        try:
            request = service.read(body, b"", request_id)
            if len(request.rows) != 1:
                CURRENT_REQUEST.set(request_id)
                respond(service, service.answer(request))
                return
        except Exception as error:
            respond(service, error)
            return
        if not self._pending:
            loop.call_soon(self._answer_pending, loop)
        self._pending.append((service, request, respond))

    def _answer_pending(self, loop: asyncio.AbstractEventLoop) -> None:
        if len(self._pending) < self._last_size and self._turns < MAX_TURNS:
            self._turns += 1
            loop.call_soon(self._answer_pending, loop)
            return
        pending, self._pending = self._pending, []
        self._last_size, self._turns = len(pending), 0
        start = 0
        while start < len(pending):
            service, stop = pending[start][0], start + 1
            # A batch is of one model: the slot may have been swapped between two requests.
            while stop < len(pending) and stop - start < MAX_BATCH and pending[stop][0] is service:
                stop += 1
            self._answer_batch(service, pending[start:stop])
            start = stop

    def _answer_batch(self, service: Service, batch: list[tuple[Service, PredictRequest, Respond]]) -> None:
        replies: list[Reply | Exception]
        try:
            replies = [*service.answer_together([request for _, request, _ in batch])]
        except Exception as error:  # most likely of one row: each is answered alone, and only that one fails
            replies = [error] if len(batch) == 1 else [_answer_alone(service, request) for _, request, _ in batch]
        for (_, _, respond), reply in zip(batch, replies, strict=True):
            respond(service, reply)


def _answer_alone(service: Service, request: PredictRequest) -> Reply | Exception:
    try:
        return service.answer(request)
    except Exception as error:
        return error


def single_row_protocol(app: App) -> type[BoundedProtocol]:
    """The protocol of `http_protocol` with the fast path into `app`."""
    batcher = SingleRowBatcher(app)

    class SingleRowProtocol(_SingleRowProtocol):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(batcher, *arguments, **options)

    return SingleRowProtocol


class _SingleRowProtocol(BoundedProtocol):
    def __init__(self, batcher: SingleRowBatcher, *arguments: Any, **options: Any) -> None:
        super().__init__(batcher.app, *arguments, **options)
        self._batcher = batcher
        self._known_head = b""  # the head of the last request that could take the fast path
        self._body_length = 0  # of a request with that head
        self._head: RequestHead | None = None  # what that head says
        self._grant, self._generation = Grant(), -1  # the permission of such a request, and the keys by which it was given
        self._busy = False  # a request is being answered on the fast path
        self._request_id = ""  # of that request
        self._closing = False
        self._started = self._last = 0.0

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data, self._buffer = self._buffer + data, b""
        if self._busy:
            self._buffer = data
            return
        answered = self.cycle is None or self.cycle.response_complete
        if self._parsing or self._refused or not data.startswith(REQUEST_LINE) or not answered or self.pipeline:
            super().data_received(data)
            return
        end = data.find(END_OF_HEAD)
        head = data[: end + 4]
        known = head == self._known_head and self._generation == self._batcher.app.access.generation
        if end < 0 or not (known or self._accept_head(head)):
            super().data_received(data)
            return
        size = end + 4 + self._body_length
        if len(data) < size:
            self.wait_for_more(data, "body")
        elif (
            len(data) > size
            or self.flow.write_paused
            or not is_small(data[end + 4 :], self._batcher.app.slot.current)
            or (self._grant.bucket is not None and self._grant.bucket.take())
        ):
            super().data_received(data)
        else:
            if self._expires:
                self.stop_waiting()
            self._busy = True
            self._started = perf_counter()
            self._batcher.app.slot.metrics.in_progress += 1
            head_id = self._head.request_id if self._head is not None else ""
            self._request_id = head_id or self._batcher.app.next_request_id()
            self._batcher.submit(data[end + 4 :], self._request_id, self.loop, self._respond)

    def _accept_head(self, head: bytes) -> bool:
        """Whether a request with this head may take the fast path; its body length and request id are then remembered."""
        collected = _HeadCollector()
        try:
            parser = httptools.HttpRequestParser(collected)
            parser.feed_data(head)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return False
        found = read_headers(collected.headers)
        names = [name for name, _ in collected.headers]
        neutral = _NEUTRAL.issuperset(names) and len(set(names)) == len(names) and b"content-length" in names
        fits = found.content_type == JSON and 0 < found.length <= MAX_LOOP_BODY and len(head) <= self._limits.max_head
        if not (neutral and fits and parser.should_keep_alive() and collected.complete):
            return False
        app = self._batcher.app
        if found.origin and app.access.origins:
            return False
        try:
            app.check_head(found, "1.1")
            self._grant, self._generation = app.access.grant(found.credentials, ROUTE), app.access.generation
        except HttpProblem:
            return False
        self._known_head, self._body_length, self._head = head, found.length, found
        return True

    def is_idle(self) -> bool:
        """Whether no request is being sent or answered, on the fast path either."""
        return not self._busy and super().is_idle()

    def _respond(self, service: Service, reply: Reply | Exception) -> None:
        app, head = self._batcher.app, self._head
        assert head is not None
        request_id = self._request_id
        status = 200
        if isinstance(reply, Exception):
            problem = reply if isinstance(reply, HttpProblem) else app.internal_error(request_id, reply)
            status, reply = problem.status, Reply(problem.body(request_id), PROBLEM)
        close = app.draining or self._closing
        if not self.transport.is_closing():
            default = b"".join([b"%s: %s\r\n" % pair for pair in self.server_state.default_headers])
            tail = b"content-length: %d\r\nx-request-id: %s\r\n%s%s\r\n" % (
                len(reply.body),
                request_id.encode(),
                b"traceparent: %s\r\n" % head.traceparent if head.traceparent else b"",
                b"connection: close\r\n" if close else b"",
            )
            self.transport.write(b"".join((_STATUS[status], default, service.headers.encoded(reply.content_type), tail, reply.body)))
        self._busy = False
        self._idle_since = monotonic()
        self.server_state.total_requests += 1
        now = perf_counter()
        app.slot.metrics.in_progress -= 1
        app.finished("POST", ROUTE.path, status, now - self._started, request_id, self._grant.name, head)
        if close:
            self.transport.close()
            return
        self._last = now
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
        if self._buffer:
            data, self._buffer = self._buffer, b""
            self.data_received(data)

    def timeout_keep_alive_handler(self) -> None:
        """One timer for many requests: it checks how long the connection has been idle."""
        left = self._last + self.timeout_keep_alive - perf_counter()
        if self._busy or left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(max(left, 1.0), self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def shutdown(self) -> None:
        """Close the connection after the answer in progress. A request whose body has not arrived is given to `app`, which answers."""
        if self._busy:
            self._closing = True
            return
        if END_OF_HEAD in self._buffer:
            data, self._buffer = self._buffer, b""
            super().data_received(data)
        super().shutdown()


class _HeadCollector:
    """The headers that a parser finds in the head of a request."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.complete = True
