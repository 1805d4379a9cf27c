"""The service as an ASGI application, without a framework: routing, limits, headers. What a route answers is in `service`.

A small request is answered on the event loop; large bodies and slow routes go to two threads, so that health stays quick meanwhile.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from .boot import verified_bundle
from .http_messages import DATA_POLICY, PAGE_POLICY, PROBLEM, Headers, Reply
from .http_problems import HttpProblem, too_large
from .model_slot import ModelSlot
from .pages import all_routes, page
from .routes import Route, by_path
from .service import Service

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_DISCARDED = 4  # times the largest body is read and discarded before the connection is closed
MAX_LOOP_BODY = 32_768  # bytes of a body that is answered on the event loop
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,100}")
_log = logging.getLogger("serving")


@dataclass(frozen=True)
class Endpoint:
    """A route with what answers it: a function of the service that holds the model of the request, its body and its query."""

    route: Route
    handler: Callable[[Service, bytes, bytes], Reply]
    consumes: bytes
    policy: bytes


def endpoint(route: Route) -> Endpoint:
    """The endpoint of a route: a file of the pages, or the method of `Service` that is named like the operation."""
    if route.file:
        return Endpoint(route, lambda service, body, query: page(route), b"", PAGE_POLICY)
    return Endpoint(route, getattr(Service, route.operation), route.consumes.encode(), DATA_POLICY)


class App:
    """An ASGI 3 application over the model of a slot. `draining` says that the process stops soon.

    A request takes the slot's model once, when it starts, and keeps it: its answer and headers are of one model, whatever is swapped
    meanwhile.
    """

    def __init__(self, slot: ModelSlot) -> None:
        self.slot = slot
        self.draining = False
        self._limit = slot.limits.body
        self._endpoints = {path: {m: endpoint(route) for m, route in methods.items()} for path, methods in by_path(all_routes()).items()}
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="serving")
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request (or a lifespan scope, which has nothing to do here)."""
        if scope["type"] != "http":
            await _lifespan(receive, send) if scope["type"] == "lifespan" else await send({"type": "websocket.close", "code": 1000})
            return
        started = perf_counter()
        service, metrics = self.slot.current, self.slot.metrics
        metrics.in_progress += 1
        method, path, status = scope["method"], "(unknown)", 499
        try:
            content_type, length, sent_id = read_headers(scope["headers"])
            request_id = sent_id or self.next_request_id()
            close = self.draining
            try:
                found = self._find(scope["path"], method)
                path, policy, status = found.route.path, found.policy, 200
                reply = await self._answer(service, found, content_type, length, receive, scope["query_string"])
            except HttpProblem as problem:
                status, policy, close = problem.status, DATA_POLICY, close or problem.status == 413
                reply = Reply(problem.body(request_id), PROBLEM, problem.headers)
            except _ClientDisconnected:
                status = 499
                return
            except Exception as error:
                status, policy = 500, DATA_POLICY
                reply = Reply(self.internal_error(request_id, error).body(request_id), PROBLEM)
            headers = _headers(service.headers.pairs(reply.content_type, policy), reply, request_id, close)
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else reply.body})
        finally:
            metrics.in_progress -= 1
            metrics.request(method if method in _METHODS else "other", path, status, perf_counter() - started)

    def next_request_id(self) -> str:
        """An id for a request that came without one."""
        return f"{self._prefix}-{next(self._numbers):x}"

    def internal_error(self, request_id: str, error: Exception) -> HttpProblem:
        """500, for an error of the service itself. The cause is logged for whoever runs the service; the client gets the id alone."""
        _log.error("request %s failed", request_id, exc_info=error)
        return HttpProblem(500, "fault", "The service failed at this request.")

    def _find(self, path: str, method: str) -> Endpoint:
        methods = self._endpoints.get(path)
        if methods is None:
            raise HttpProblem(404, "not_found", "There is no such address.", "GET /docs lists them.")
        found = methods.get(method)
        if found is None:
            allowed = ((b"allow", ", ".join(methods).encode()),)
            raise HttpProblem(405, "method_not_allowed", "This address takes another method.", headers=allowed)
        if self.draining and found.route.refused_while_draining:
            raise HttpProblem(503, "stopping", "The service is stopping.")
        return found

    async def _answer(self, service: Service, found: Endpoint, content_type: bytes, length: int, receive: Receive, query: bytes) -> Reply:
        if not found.consumes:
            body = b""
        else:
            if content_type != found.consumes and not _matches(content_type, found.consumes):
                remedy = f"Send Content-Type: {found.route.consumes}"
                raise HttpProblem(415, "unsupported_media_type", "The content type is not the one of this address.", remedy)
            if length > self._limit:
                await self._discard(receive, self._limit * MAX_DISCARDED if length <= self._limit * MAX_DISCARDED else 0)
            message = await receive()
            body = message.get("body", b"")
            if message["type"] != "http.request" or message.get("more_body") or len(body) > self._limit:
                body = await self._rest(message, receive)
        if found.route.threaded or len(body) > MAX_LOOP_BODY:
            return await asyncio.get_running_loop().run_in_executor(self._threads, found.handler, service, body, query)
        return found.handler(service, body, query)

    async def _rest(self, message: Message, receive: Receive) -> bytes:
        """A body that comes in pieces, with its size checked while it is read."""
        pieces, size = [], 0
        while True:
            if message["type"] != "http.request":
                raise _ClientDisconnected
            piece = message.get("body", b"")
            size += len(piece)
            if size > self._limit:
                await self._discard(receive, self._limit * MAX_DISCARDED - size if message.get("more_body") else 0)
            pieces.append(piece)
            if not message.get("more_body"):
                return b"".join(pieces)
            message = await receive()

    async def _discard(self, receive: Receive, most: int) -> None:
        """Raise 413 after reading up to `most` bytes more: a client that sends everything before it reads then gets the response."""
        while most > 0:
            message = await receive()
            if message["type"] != "http.request" or not message.get("more_body"):
                break
            most -= len(message.get("body", b""))
        raise too_large(f"At most {self._limit:,} bytes are taken at once.")


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class _ClientDisconnected(Exception):
    """The client went away while its request was read."""


def read_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, int, str]:
    """Content type, content length (0 when unknown) and request id (empty when none that fits was sent)."""
    content_type, length, request_id = b"", 0, ""
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-length":
            length = int(value) if value.isdigit() else 0
        elif name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            request_id = value.decode("ascii")
    return content_type, length, request_id


def _matches(given: bytes, wanted: bytes) -> bool:
    """Whether a content type is the wanted one, with no parameter but charset=utf-8 (and header=present for CSV)."""
    kind, *parameters = (part.strip().lower() for part in given.split(b";"))
    known = (b"", b"charset=utf-8", b'charset="utf-8"', b"header=present")
    return kind == wanted and all(parameter in known for parameter in parameters)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _headers(common: Headers, reply: Reply, request_id: str, close: bool) -> Headers:
    headers = [*common, (b"content-length", b"%d" % len(reply.body)), (b"x-request-id", request_id.encode()), *reply.headers]
    if close:
        headers.append((b"connection", b"close"))
    return headers


def make_app(folder: Path) -> App:
    """The application of a bundle that passed its self-test; UserError otherwise."""
    log_to_stderr()
    return App(ModelSlot(verified_bundle(folder)[0]))


def log_to_stderr() -> None:
    """Log errors of the service to stderr, as one JSON object a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines())
    _log.handlers[:] = [handler]
    _log.propagate = False


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {"level": record.levelname.lower(), "message": record.getMessage()}
        return json.dumps({**entry, "cause": self.formatException(record.exc_info)} if record.exc_info else entry)
