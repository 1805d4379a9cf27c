"""The service as an ASGI application, without a framework: routing, limits, headers. What a route answers is in `service`.

A small request is answered on the event loop; large bodies and slow routes go to threads, explanations and metrics to threads of their own,
so that health stays quick meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from .allowed_hosts import AllowedHosts
from .boot import verified_bundle
from .http_messages import DATA_POLICY, PAGE_POLICY, PROBLEM, Headers, Reply
from .http_problems import HttpProblem, too_large
from .model_slot import ModelSlot
from .pages import all_routes, page
from .request_limits import RequestLimits, stopping
from .routes import Route, by_path
from .server_limits import ServerLimits
from .service import Service
from .work_pool import WorkPool

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_DISCARDED = 4  # times the largest body is read and discarded before the connection is closed
MAX_LINGER = 10.0  # seconds for the same
THREADS = {"model": 2, "explain": 1, "status": 2}
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
    """An ASGI 3 application over the model of a slot, within `limits`, for requests to `hosts`. `draining` says that the process
    stops soon.

    A request takes the slot's model once, when it starts, and keeps it: its answer and headers are of one model, whatever is swapped
    meanwhile.
    """

    def __init__(self, slot: ModelSlot, limits: ServerLimits | None = None, hosts: AllowedHosts | None = None) -> None:
        self.slot, self.limits = slot, limits or ServerLimits()
        self._hosts, self._requests = hosts or AllowedHosts(), RequestLimits(self.limits)
        self.draining = False
        self._limit = slot.limits.body
        self._endpoints = {path: {m: endpoint(route) for m, route in methods.items()} for path, methods in by_path(all_routes()).items()}
        self._pools = {name: WorkPool(name, threads) for name, threads in THREADS.items()}
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
            head = read_headers(scope["headers"])
            request_id = head.request_id or self.next_request_id()
            close, unread = self.draining, False
            try:
                self.check_head(head, scope.get("http_version", "1.0"))
                found = self._find(scope["path"], method)
                path, policy, status = found.route.path, found.policy, 200
                reply = await self._answer(service, found, head, receive, scope["query_string"])
            except HttpProblem as problem:
                status, policy, unread = problem.status, DATA_POLICY, problem.is_body_unread
                close = close or unread
                reply = Reply(problem.body(request_id), PROBLEM, problem.headers)
            except _ClientDisconnected:
                status = 499
                return
            except Exception as error:
                status, policy = 500, DATA_POLICY
                reply = Reply(self.internal_error(request_id, error).body(request_id), PROBLEM)
            headers = _headers(service.headers.pairs(reply.content_type, policy), reply, request_id, close)
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else reply.body, "more_body": unread})
            if unread:
                await self._discard(receive)
                await send({"type": "http.response.body", "body": b""})
        finally:
            metrics.in_progress -= 1
            metrics.request(method if method in _METHODS else "other", path, status, perf_counter() - started)

    def check_head(self, head: RequestHead, version: str) -> None:
        """HttpProblem when a request is not to be answered whatever it asks for: its host is missing or foreign, or its body is encoded."""
        self._hosts.check(head.hosts, version)
        if head.encodings:
            headers = ((b"accept-encoding", b"identity"),)
            remedy = "Send the body as it is, without compression."
            raise HttpProblem(415, "unsupported_encoding", "The encoding of the body is not known here.", remedy, headers=headers)

    def stop(self) -> None:
        """The process ends in some seconds: what is in progress by then is answered with 503. Called on the event loop."""
        self._requests.stop()

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
            raise stopping()
        return found

    async def _answer(self, service: Service, found: Endpoint, head: RequestHead, receive: Receive, query: bytes) -> Reply:
        if not found.consumes:
            return await self._run(service, found, b"", query)
        if head.content_type != found.consumes and not _matches(head.content_type, found.consumes):
            remedy = f"Send Content-Type: {found.route.consumes}"
            raise HttpProblem(415, "unsupported_media_type", "The content type is not the one of this address.", remedy)
        with self._requests.reserve() as take:
            try:
                body = await self._body(head.length, receive, take)
            except HttpProblem as problem:
                problem.is_body_unread = True
                raise
            return await self._run(service, found, body, query)

    async def _body(self, length: int, receive: Receive, take: Callable[[int], None]) -> bytes:
        """The body of a request, with its size and the limit of all bodies checked while it is read."""
        if length > self._limit:
            raise self._too_large()
        pieces, size = [], 0
        async with self._requests.body_time():
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise _ClientDisconnected
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > self._limit:
                    raise self._too_large()
                take(len(pieces[-1]))
                if not message.get("more_body"):
                    return b"".join(pieces) if len(pieces) > 1 else pieces[0]

    async def _run(self, service: Service, found: Endpoint, body: bytes, query: bytes) -> Reply:
        """The answer, from a thread where it may take long."""
        pool = found.route.pool or ("model" if len(body) > MAX_LOOP_BODY else None)
        if pool is None:
            return found.handler(service, body, query)
        return await self._requests.run(self._pools[pool], lambda: found.handler(service, body, query))

    def _too_large(self) -> HttpProblem:
        return too_large(f"At most {self._limit:,} bytes are taken at once.")

    async def _discard(self, receive: Receive) -> None:
        """Read what a client still sends, for some seconds: a client may read the response only then, and none of it after a reset."""
        left = self._limit * MAX_DISCARDED
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MAX_LINGER):
                while left > 0 and (message := await receive())["type"] == "http.request" and message.get("more_body"):
                    left -= len(message.get("body", b""))


# Headers that name an encoding of the body, and the values that are taken.
_ENCODED = {b"content-encoding": (b"", b"identity"), b"transfer-encoding": (b"chunked",)}
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class _ClientDisconnected(Exception):
    """The client went away while its request was read."""


class RequestHead(NamedTuple):
    """What the headers of a request say: content type, content length (0 when unknown), request id (empty when none that fits was sent),
    the values of `Host`, and the encodings of the body.
    """

    content_type: bytes
    length: int
    request_id: str
    hosts: Sequence[bytes]
    encodings: Sequence[bytes]


def read_headers(headers: Iterable[tuple[bytes, bytes]]) -> RequestHead:
    """The head of a request by its headers, whose names are in small letters."""
    content_type, length, request_id = b"", 0, ""
    hosts: list[bytes] = []
    encodings: list[bytes] = []
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-length":
            length = int(value[:18]) if value.isdigit() else 0
        elif name == b"host":
            hosts.append(value)
        elif name == b"x-request-id":
            request_id = value.decode("ascii") if _REQUEST_ID.fullmatch(value) else ""
        elif name in _ENCODED and value.strip().lower() not in _ENCODED[name]:
            encodings.append(value)
    return RequestHead(content_type, length, request_id, hosts, encodings)


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


def make_app(folder: Path, limits: ServerLimits | None = None, hosts: AllowedHosts | None = None) -> App:
    """The application of a bundle that passed its self-test; UserError otherwise."""
    log_to_stderr()
    return App(ModelSlot(verified_bundle(folder)[0]), limits, hosts)


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
