"""The service as an ASGI application, without a framework: routes, limits, headers. What a route does stands in `service`.

A small request is answered on the event loop; bodies over 32 KB and slow routes go to two threads, so that health stays quick meanwhile.
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
from time import perf_counter
from typing import Any

from .http_problems import Refusal, too_large
from .pages import page_of, page_paths
from .service import Reply, Service

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PATIENCE = 4  # times the largest body is read and thrown away before the connection is cut
LIGHT = 32_768  # bytes of a body that is answered on the event loop
PROBLEM = b"application/problem+json"
NOTHING_ELSE = b"default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = b"default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,100}")
_log = logging.getLogger("serving")


@dataclass(frozen=True)
class Endpoint:
    """One method of one path. `takes` is the content type of its body (empty: no body), `slow` whether it always goes to a thread."""

    route: str
    answer: Callable[[bytes, bytes], Reply]
    takes: bytes = b""
    slow: bool = False
    policy: bytes = NOTHING_ELSE


class App:
    """An ASGI 3 application over a bundle's service. `draining` says that the process stops soon."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.draining = False
        self._limit = service.limits.body
        self._routes = self._endpoints()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="serving")
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        version = service.scorer.version.encode("ascii", "replace")
        self._always: Headers = [
            (b"x-model-version", version),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cache-control", b"no-store"),
        ]
        self._prepared: dict[tuple[bytes, bytes], Headers] = {}

    def _endpoints(self) -> dict[str, dict[str, Endpoint]]:
        service = self.service

        def fixed(reply: Reply) -> Callable[[bytes, bytes], Reply]:
            return lambda body, query: reply

        posts = {
            "/v1/predict": (service.predict, b"application/json", False),
            "/v1/predict/csv": (service.predict_csv, b"text/csv", True),
            "/v1/explain": (service.explain, b"application/json", True),
            "/v1/what-if": (service.what_if, b"application/json", True),
        }
        gets: dict[str, tuple[Callable[[bytes, bytes], Reply], bool]] = {
            "/v1/schema": (fixed(service.schema), False),
            "/v1/model": (fixed(service.model), False),
            "/openapi.json": (fixed(service.openapi), False),
            "/v1/drift": (lambda body, query: service.drift(), True),
            "/metrics": (lambda body, query: service.metrics_page(), True),
            "/health/live": (fixed(Reply(b'{"status":"live"}')), False),
            "/health/startup": (fixed(Reply(b'{"status":"started"}')), False),
            "/health/ready": (self._ready, False),
        }
        routes = {path: {"POST": Endpoint(path, answer, takes, slow)} for path, (answer, takes, slow) in posts.items()}
        routes.update({path: {"GET": Endpoint(path, answer, slow=slow)} for path, (answer, slow) in gets.items()})
        for path in page_paths():
            routes[path] = {"GET": Endpoint(path, fixed(page_of(path)), policy=PAGE_POLICY)}
        return routes

    def _ready(self, body: bytes, query: bytes) -> Reply:
        if self.draining:
            raise Refusal(503, "stopping", "The service is stopping.")
        return Reply(b'{"status":"ready"}')

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request (or a lifespan scope, which has nothing to do here)."""
        if scope["type"] != "http":
            await _lifespan(receive, send) if scope["type"] == "lifespan" else await send({"type": "websocket.close", "code": 1000})
            return
        started = perf_counter()
        metrics = self.service.metrics
        metrics.in_progress += 1
        method, route, status = scope["method"], "(unknown)", 499
        try:
            content_type, length, request_id = read_headers(scope["headers"])
            request = request_id or self.next_request_id()
            close = self.draining
            try:
                endpoint = self._find(scope["path"], method)
                route, policy, status = endpoint.route, endpoint.policy, 200
                reply = await self._answer(endpoint, content_type, length, receive, scope["query_string"])
            except Refusal as refusal:
                status, policy, close = refusal.status, NOTHING_ELSE, close or refusal.status == 413
                reply = Reply(refusal.body(request), PROBLEM, refusal.headers)
            except _Gone:
                status = 499
                return
            except Exception as error:
                status, policy = 500, NOTHING_ELSE
                reply = Reply(self.fault(request, error).body(request), PROBLEM)
            headers = self._headers(reply, policy, request, close)
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else reply.body})
        finally:
            metrics.in_progress -= 1
            metrics.request(method if method in _METHODS else "other", route, status, perf_counter() - started)

    def next_request_id(self) -> str:
        """An id for a request that came without one."""
        return f"{self._prefix}-{next(self._numbers):x}"

    def fault(self, request: str, error: Exception) -> Refusal:
        """What is answered when a request fails here. The cause is logged for whoever runs the service; whoever asked gets the id alone."""
        _log.error("request %s failed", request, exc_info=error)
        return Refusal(500, "fault", "The service failed at this request.")

    def _find(self, path: str, method: str) -> Endpoint:
        methods = self._routes.get(path)
        if methods is None:
            raise Refusal(404, "not_found", "There is no such address.", "GET /docs lists them.")
        endpoint = methods.get(method) or (methods.get("GET") if method == "HEAD" else None)
        if endpoint is None:
            allowed = [*methods, *(["HEAD"] if "GET" in methods else [])]
            raise Refusal(
                405, "method_not_allowed", "This address takes another method.", headers=((b"allow", ", ".join(allowed).encode()),)
            )
        return endpoint

    async def _answer(self, endpoint: Endpoint, content_type: bytes, length: int, receive: Receive, query: bytes) -> Reply:
        if not endpoint.takes:
            body = b""
        else:
            if content_type != endpoint.takes and not _fits(content_type, endpoint.takes):
                wanted = endpoint.takes.decode()
                raise Refusal(
                    415, "unsupported_media_type", "The content type is not the one of this address.", f"Send Content-Type: {wanted}"
                )
            if length > self._limit:
                await self._pour_away(receive, self._limit * PATIENCE if length <= self._limit * PATIENCE else 0)
            message = await receive()
            body = message.get("body", b"")
            if message["type"] != "http.request" or message.get("more_body") or len(body) > self._limit:
                body = await self._rest(message, receive)
        if endpoint.slow or len(body) > LIGHT:
            return await asyncio.get_running_loop().run_in_executor(self._threads, endpoint.answer, body, query)
        return endpoint.answer(body, query)

    async def _rest(self, message: Message, receive: Receive) -> bytes:
        """The whole of a body that comes in pieces, counted while it is read."""
        pieces, size = [], 0
        while True:
            if message["type"] != "http.request":
                raise _Gone
            piece = message.get("body", b"")
            size += len(piece)
            if size > self._limit:
                await self._pour_away(receive, self._limit * PATIENCE - size if message.get("more_body") else 0)
            pieces.append(piece)
            if not message.get("more_body"):
                return b"".join(pieces)
            message = await receive()

    async def _pour_away(self, receive: Receive, most: int) -> None:
        """Refuse a body that is too large. Clients that send it whole before they read get to see the answer, up to 4 times the limit."""
        while most > 0:
            message = await receive()
            if message["type"] != "http.request" or not message.get("more_body"):
                break
            most -= len(message.get("body", b""))
        raise too_large(f"At most {self._limit:,} bytes are taken at once.")

    def headers(self, content_type: bytes, policy: bytes) -> Headers:
        """The headers that every answer of this kind has."""
        key = (content_type, policy)
        prepared = self._prepared.get(key)
        if prepared is None:
            prepared = [*self._always, (b"content-type", content_type), (b"content-security-policy", policy)]
            self._prepared[key] = prepared
        return prepared

    def _headers(self, reply: Reply, policy: bytes, request: str, close: bool) -> Headers:
        headers = [
            *self.headers(reply.content_type, policy),
            (b"content-length", b"%d" % len(reply.body)),
            (b"x-request-id", request.encode()),
        ]
        if reply.headers:
            headers += reply.headers
        if close:
            headers.append((b"connection", b"close"))
        return headers


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class _Gone(Exception):
    """The client went away while its request was read."""


def read_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, int, str]:
    """Content type, content length (0 when unknown) and request id (empty when none that fits was sent)."""
    content_type, length, request = b"", 0, ""
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-length":
            length = int(value) if value.isdigit() else 0
        elif name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            request = value.decode("ascii")
    return content_type, length, request


def _fits(given: bytes, wanted: bytes) -> bool:
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


def log_to_stderr() -> None:
    """Let faults of ours be seen by whoever runs the service, as one JSON object a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines())
    _log.handlers[:] = [handler]
    _log.propagate = False


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {"level": record.levelname.lower(), "message": record.getMessage()}
        return json.dumps({**said, "cause": self.formatException(record.exc_info)} if record.exc_info else said)
