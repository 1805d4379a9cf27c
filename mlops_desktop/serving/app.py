"""The service as an ASGI application, without a framework: routing, limits, headers. What a route answers is in `service`.

A request of a few rows is answered on the event loop; more work and slow routes go to threads, explanations and metrics to threads of their
own, so that health stays quick meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from .access_control import AccessControl, StreamGrant
from .access_log import AccessLog
from .allowed_hosts import AllowedHosts
from .boot import verified_bundle
from .http_messages import DATA_POLICY, JSON, PAGE_POLICY, PROBLEM, Headers, Reply
from .http_problems import HttpProblem, too_large
from .http_request import CURRENT_REQUEST, ClientDisconnected, Request, media_type
from .line_stream import LineAnswers
from .metrics import Metrics
from .model_slot import ModelSlot
from .monitoring.opening import recorder_of
from .pages import all_routes, page
from .protocol import protocols
from .request_head import RequestHead, matches, read_headers
from .request_limits import RequestLimits, stopping
from .route import CSV_TYPE, TABLE_TYPES, Route
from .routes import by_path
from .server_limits import Options, ServerLimits
from .service import Service
from .work_pool import WorkPool

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_DISCARDED = 4  # times the largest body is read and discarded before the connection is closed
MAX_LINGER = 10.0  # seconds for the same
# Threads of each pool, and how many of them run at a time: so many requests are in progress and take turns, others wait in the queue.
# A large body of JSON takes 15 times its bytes in memory, so one is parsed and answered at a time.
THREADS = {"model": (4, 2), "large": (1, 1), "explain": (4, 1), "status": (2, 2), "store": (2, 2)}
LARGE_BODY = 1_000_000  # bytes
MAX_LOOP_BODY = 32_768  # bytes of a body that is answered on the event loop
MAX_LOOP_CELLS = 1_000  # cells of its rows, sent or left out
LINES = b"application/x-ndjson"
_TAKE_REQUESTS = frozenset(("predict_table",))  # methods of `Service` that need the headers of a request
_log = logging.getLogger("serving")


@dataclass(frozen=True)
class Endpoint:
    """A route with what answers it (None for a stream: `line_stream` does), the content types that it takes, the content security policy
    of its answers, and what writes the body of a problem for a request id, and its type.
    """

    route: Route
    handler: Callable[[Service, Request], Reply] | None
    consumes: tuple[bytes, ...]
    policy: bytes
    problem: Callable[[HttpProblem, str], Reply]


def endpoint(route: Route) -> Endpoint:
    """The endpoint of a route: a file of the pages, a handler of a protocol, or the method of `Service` that is named like the
    operation.
    """
    consumes = tuple(kind.encode() for kind in route.consumes)
    if route.file:
        return Endpoint(route, lambda service, request: page(route), (), PAGE_POLICY, problem_reply)
    if route.protocol:
        protocol = protocols()[route.protocol]
        answer, problem = protocol.handlers[route.operation], protocol.problem
        return Endpoint(
            route,
            lambda service, request: answer(service.predictor, request),
            consumes,
            DATA_POLICY,
            lambda one, request_id: Reply(problem(one, request_id), JSON, one.headers),
        )
    if route.streams:
        return Endpoint(route, None, consumes, DATA_POLICY, problem_reply)
    method = getattr(Service, route.operation)
    if route.operation in _TAKE_REQUESTS:
        return Endpoint(route, method, consumes, DATA_POLICY, problem_reply)
    return Endpoint(route, lambda service, request: method(service, request.body, request.query), consumes, DATA_POLICY, problem_reply)


def problem_reply(problem: HttpProblem, request_id: str) -> Reply:
    """A problem as a response of RFC 9457."""
    return Reply(problem.body(request_id), PROBLEM, problem.headers)


def is_small(body: bytes, service: Service) -> bool:
    """Whether a JSON body is answered within some milliseconds: an empty object, too, is a row with a cell of each column."""
    if len(body) > MAX_LOOP_BODY:
        return False
    return max(body.count(b","), (body.count(b"{") - 1) * len(service.bundle.schema.columns)) <= MAX_LOOP_CELLS


@dataclass
class Exchange:
    """A request and what became of it, for metrics and log. `path` is that of the route, `status` 499 while nothing was answered."""

    method: str
    started: float
    head: RequestHead
    request_id: str
    path: str = "(unknown)"
    status: int = 499
    key: str = ""
    policy: bytes = DATA_POLICY
    more: Headers = field(default_factory=list)
    write: Callable[[HttpProblem, str], Reply] = problem_reply


class App:
    """An ASGI 3 application over the model of a slot, within `limits`, for requests to `hosts` that `access` allows. `draining` says that
    the process stops soon.

    A request takes the slot's model once, when it starts, and keeps it: its answer and headers are of one model, whatever is swapped
    meanwhile.
    """

    def __init__(
        self,
        slot: ModelSlot,
        limits: ServerLimits | None = None,
        hosts: AllowedHosts | None = None,
        access: AccessControl | None = None,
        log: AccessLog | None = None,
    ) -> None:
        self.slot, self.limits = slot, limits or ServerLimits()
        self._hosts, self._requests = hosts or AllowedHosts(), RequestLimits(self.limits)
        self.access, self.log = access or AccessControl(), log
        self.draining = False
        self._limit = slot.limits.body
        self._endpoints = {path: {m: endpoint(route) for m, route in methods.items()} for path, methods in by_path(all_routes()).items()}
        some = [next(iter(methods.values())).route for path, methods in self._endpoints.items() if "{" in path]
        self._patterns = [(route.pattern(), self._endpoints[route.path]) for route in some]
        self._pools = {name: WorkPool(name, *threads) for name, threads in THREADS.items()}
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request (or a lifespan scope, which has nothing to do here)."""
        if scope["type"] != "http":
            await _lifespan(receive, send) if scope["type"] == "lifespan" else await send({"type": "websocket.close", "code": 1000})
            return
        head = read_headers(scope["headers"])
        one = Exchange(scope["method"], perf_counter(), head, head.request_id or self.next_request_id())
        CURRENT_REQUEST.set(one.request_id)
        service = self.slot.current
        self.slot.metrics.in_progress += 1
        try:
            close, unread = self.draining, False
            try:
                reply = await self._reply(service, one, scope, receive)
                if isinstance(reply, LineAnswers):
                    await self._stream(reply, one, service, send)
                    return
            except HttpProblem as problem:
                one.status, one.policy, unread = problem.status, DATA_POLICY, problem.is_body_unread
                close = close or unread
                reply = one.write(problem, one.request_id)
            except ClientDisconnected:
                one.status = 499
                return
            except Exception as error:
                one.status, one.policy = 500, DATA_POLICY
                reply = one.write(self.internal_error(one.request_id, error), one.request_id)
            headers = _headers(service.headers.pairs(reply.content_type, one.policy), reply, one, close)
            await send({"type": "http.response.start", "status": one.status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if one.method == "HEAD" else reply.body, "more_body": unread})
            if unread:
                await self._discard(receive)
                await send({"type": "http.response.body", "body": b""})
        finally:
            self.slot.metrics.in_progress -= 1
            self.finished(one.method, one.path, one.status, perf_counter() - one.started, one.request_id, one.key, head)

    def finished(self, method: str, path: str, status: int, seconds: float, request_id: str, key: str, head: RequestHead) -> None:
        """Count and log a request that has ended; `path` is that of its route."""
        method = method if method in _METHODS else "other"
        self.slot.metrics.request(method, path, status, seconds)
        if self.log is not None:
            self.log.write(method, path, status, seconds, request_id, key, head.trace_id)

    async def _stream(self, answers: LineAnswers, one: Exchange, service: Service, send: Send) -> None:
        """Send the answer to a stream as it is ready. HttpProblem when the request is refused before its first row is answered."""
        pieces = answers.pieces()
        async with contextlib.aclosing(pieces):
            first = await anext(pieces, b"")
            headers = _headers(service.headers.pairs(LINES, one.policy), None, one, self.draining)
            await send({"type": "http.response.start", "status": one.status, "headers": headers})
            await send({"type": "http.response.body", "body": first, "more_body": True})
            try:
                async for piece in pieces:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            except ClientDisconnected:
                raise
            except Exception as error:
                last = self.internal_error(one.request_id, error).body(one.request_id) + b"\n"
                await send({"type": "http.response.body", "body": last, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _reply(self, service: Service, one: Exchange, scope: Message, receive: Receive) -> Reply | LineAnswers:
        """The answer to a request that may be answered; HttpProblem otherwise."""
        self.check_head(one.head, scope.get("http_version", "1.0"))
        one.more = self.access.cors_headers(one.head.origin)
        found, parameters = self._find(scope["path"], one)
        if found is None:
            one.status = 204
            return Reply(b"")
        one.path, one.write = found.route.path, found.problem
        grant = self.access.grant(one.head.credentials, found.route)
        one.key = grant.name
        grant.count()
        if self.draining and found.route.refused_while_draining:
            raise stopping()
        request = Request(b"", scope["query_string"], one.head.content_type, one.head.accept, parameters)
        if found.route.streams:
            _check_content_type(found, one.head)
            one.policy, one.status = found.policy, 200
            going_on = StreamGrant(self.access, one.head.credentials, found.route)
            return LineAnswers(service.predictor, receive, self._requests, self._pools["model"], one.request_id, going_on)
        reply = await self._answer(service, found, one.head, receive, request)
        one.policy, one.status = found.policy, 200
        return reply

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

    def _find(self, path: str, one: Exchange) -> tuple[Endpoint | None, Mapping[str, str]]:
        """The endpoint of a request, and the parameters in its path; None for a preflight request, whose headers are then prepared."""
        methods, parameters = self._endpoints.get(path), {}
        if methods is None:
            for pattern, of_pattern in self._patterns:
                if match := pattern.fullmatch(path):
                    methods, parameters = of_pattern, match.groupdict()
        if methods is None:
            raise HttpProblem(404, "not_found", "There is no such address.", "GET /docs lists them.")
        found = methods.get(one.method)
        if found is None:
            if one.method == "OPTIONS" and one.head.origin and self.access.origins:
                one.more += self.access.preflight_headers([*methods])
                return None, {}
            allowed = ((b"allow", ", ".join(methods).encode()),)
            raise HttpProblem(405, "method_not_allowed", "This address takes another method.", headers=allowed)
        return found, parameters

    async def _answer(self, service: Service, found: Endpoint, head: RequestHead, receive: Receive, request: Request) -> Reply:
        if not found.consumes:
            return await self._run(service, found, request)
        _check_content_type(found, head)
        with self._requests.reserve() as take:
            try:
                body = await self._body(head.length, receive, take)
            except HttpProblem as problem:
                problem.is_body_unread = True
                raise
            return await self._run(service, found, request._replace(body=body))

    async def _body(self, length: int, receive: Receive, take: Callable[[int], None]) -> bytes:
        """The body of a request, with its size and the limit of all bodies checked while it is read."""
        if length > self._limit:
            raise self._too_large()
        pieces, size = [], 0
        async with self._requests.body_time():
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise ClientDisconnected
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > self._limit:
                    raise self._too_large()
                take(len(pieces[-1]))
                if not message.get("more_body"):
                    return b"".join(pieces) if len(pieces) > 1 else pieces[0]

    async def _run(self, service: Service, found: Endpoint, request: Request) -> Reply:
        """The answer, from a thread where it may take long."""
        handler = found.handler
        assert handler is not None, "a stream is answered while it arrives"
        pool: str | None = found.route.pool or (None if is_small(request.body, service) else "model")
        if pool == "model" and len(request.body) > LARGE_BODY and media_type(request.content_type) not in (CSV_TYPE, *TABLE_TYPES):
            pool = "large"
        if pool is None:
            return handler(service, request)
        return await self._requests.run(self._pools[pool], lambda: handler(service, request))

    def _too_large(self) -> HttpProblem:
        return too_large(f"At most {self._limit:,} bytes are taken at once.")

    async def _discard(self, receive: Receive) -> None:
        """Read what a client still sends, for some seconds: a client may read the response only then, and none of it after a reset."""
        left = self._limit * MAX_DISCARDED
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MAX_LINGER):
                while left > 0 and (message := await receive())["type"] == "http.request" and message.get("more_body"):
                    left -= len(message.get("body", b""))


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def _check_content_type(found: Endpoint, head: RequestHead) -> None:
    """HttpProblem (415) when a route does not take bodies of this type."""
    if head.content_type not in found.consumes and not any(matches(head.content_type, kind) for kind in found.consumes):
        remedy = f"Send Content-Type: {' or '.join(found.route.consumes)}"
        raise HttpProblem(415, "unsupported_media_type", "The content type is not the one of this address.", remedy)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _headers(common: Headers, reply: Reply | None, one: Exchange, close: bool) -> Headers:
    """The headers of a response; without `reply` of a stream, whose length nobody knows."""
    headers = [*common, (b"x-request-id", one.request_id.encode()), *one.more]
    if reply is not None:
        headers += [(b"content-length", b"%d" % len(reply.body)), *reply.headers]
    if one.head.traceparent:
        headers.append((b"traceparent", one.head.traceparent))
    if close:
        headers.append((b"connection", b"close"))
    return headers


def make_app(folder: Path, options: Options | None = None) -> App:
    """The application of a bundle that passed its self-test; UserError otherwise, and when the keys or the store cannot be used."""
    options = options or Options()
    log_to_stderr()
    metrics = Metrics()
    recorder = recorder_of(options.monitor, metrics)
    slot = ModelSlot(verified_bundle(folder)[0], None, options.settings, metrics, recorder)
    log = AccessLog(sys.stdout, options.access_log) if options.access_log and sys.stdout is not None else None
    return App(slot, options.limits, AllowedHosts(options.host, options.allowed_hosts), options.protection.access(options.workers), log)


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
