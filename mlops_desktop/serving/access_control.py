"""Who may ask a service: API keys with scopes, a limit of requests for each, and the origins of pages that may read the answers (CORS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .api_keys import ApiKeys
from .http_messages import Headers
from .http_problems import HttpProblem
from .network_address import EVERY_ORIGIN
from .rate_limit import TokenBucket
from .route import Route

_ALLOWED = b"authorization, content-type, traceparent, x-api-key, x-request-id"
_EXPOSED = b"retry-after, traceparent, x-model-notes, x-model-version, x-model-warnings, x-request-id"
MAX_AGE = 600  # seconds for which a browser keeps the answer to a preflight request


@dataclass(frozen=True)
class Grant:
    """A request may be answered: the name of its key, and what counts its requests."""

    name: str = ""
    bucket: TokenBucket | None = None

    def count(self) -> None:
        """Count a request. HttpProblem (429) when there were too many."""
        if self.bucket is not None and (seconds := self.bucket.take()):
            headers = ((b"retry-after", b"%d" % seconds),)
            raise HttpProblem(429, "too_many_requests", "There are too many requests.", "Send the request again later.", headers=headers)


@dataclass(eq=False)
class AccessControl:
    """Without `keys` everybody may ask. `per_minute` requests are let through for each key that has no limit of its own, and without keys
    for all clients together; 0 is no limit. `origins` are those of pages elsewhere that may read the answers. Each of `processes` lets
    through its share of a limit.
    """

    keys: ApiKeys = field(default_factory=ApiKeys)
    per_minute: float = 0.0
    origins: frozenset[str] = frozenset()
    processes: int = 1

    def __post_init__(self) -> None:
        self._buckets: dict[str, tuple[float, TokenBucket]] = {}
        self._anonymous = Grant("", self._bucket("", self.per_minute))

    @property
    def generation(self) -> int:
        """Grows whenever a `Grant` may no longer hold."""
        return self.keys.generation

    def grant(self, credentials: Sequence[bytes], route: Route) -> Grant:
        """The permission of a request with these headers. HttpProblem: 401 without a valid key, 403 when the key is not for this route."""
        if route.scope == "open":
            return Grant()
        if not self.keys:
            return self._anonymous
        key = self.keys.find(credentials)
        if key is None:
            # A browser asks a person for a key, as the password, where a page is opened.
            challenge = b'Basic realm="model", charset="UTF-8"' if route.file else b'Bearer realm="model"'
            text = "Send the header “Authorization: Bearer KEY” or “X-API-Key: KEY”."
            raise HttpProblem(401, "unauthorized", "A valid API key is needed.", text, headers=((b"www-authenticate", challenge),))
        if not key.allows(route.scope):
            raise HttpProblem(403, "forbidden", "The API key is not for this address.", f"It needs the scope {route.scope}.")
        return Grant(key.name, self._bucket(key.name, key.per_minute or self.per_minute))

    def _bucket(self, name: str, per_minute: float) -> TokenBucket | None:
        if not per_minute:
            return None
        rate, bucket = self._buckets.get(name, (0.0, None))
        if bucket is None or rate != per_minute:
            bucket = TokenBucket(per_minute / self.processes)
            self._buckets[name] = per_minute, bucket
        return bucket

    def cors_headers(self, origin: bytes) -> Headers:
        """The headers that let a page of this origin read an answer; none when no origin is named."""
        if not self.origins:
            return []
        vary = (b"vary", b"origin")
        if origin.decode("latin-1") in self.origins or EVERY_ORIGIN in self.origins:
            return [(b"access-control-allow-origin", origin or b"*"), (b"access-control-expose-headers", _EXPOSED), vary]
        return [vary]

    def preflight_headers(self, methods: Sequence[str]) -> Headers:
        """What a browser may send, beside `cors_headers`."""
        listed = ", ".join(methods).encode()
        return [
            (b"access-control-allow-methods", listed),
            (b"access-control-allow-headers", _ALLOWED),
            (b"access-control-max-age", b"%d" % MAX_AGE),
        ]


class StreamGrant:
    """The permission of a request that goes on while its rows arrive: it ends with its key, and its rows count as further requests."""

    def __init__(self, access: AccessControl, credentials: Sequence[bytes], route: Route) -> None:
        self._access, self._credentials, self._route = access, credentials, route
        self._generation, self._grant = access.generation, access.grant(credentials, route)

    def check(self) -> None:
        """HttpProblem (401, 403) when the key no longer holds."""
        if self._generation != self._access.generation:
            self._generation = self._access.generation
            self._grant = self._access.grant(self._credentials, self._route)

    def take(self) -> int:
        """Count a further request: 0 when it is let through now, else the seconds after which one would be."""
        return self._grant.bucket.take() if self._grant.bucket is not None else 0
