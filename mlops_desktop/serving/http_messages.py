"""What a handler returns, and the headers that every response has."""

from __future__ import annotations

from typing import NamedTuple

Headers = list[tuple[bytes, bytes]]

JSON = b"application/json"
CSV = b"text/csv; charset=utf-8"
PROBLEM = b"application/problem+json"
# Content security policies: of data, which loads nothing, and of the pages, which load files of this service alone.
DATA_POLICY = b"default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = b"default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"


class Reply(NamedTuple):
    """A response: its body, its content type and further headers."""

    body: bytes
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class CommonHeaders:
    """The headers that every response of one model has, prepared for each content type and policy."""

    def __init__(self, model_version: str) -> None:
        self._always: Headers = [
            (b"x-model-version", model_version.encode("ascii", "replace")),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cache-control", b"no-store"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]
        self._pairs: dict[tuple[bytes, bytes], Headers] = {}
        self._encoded: dict[bytes, bytes] = {}

    def pairs(self, content_type: bytes, policy: bytes = DATA_POLICY) -> Headers:
        """Names and values, for an ASGI server. The list is shared: copy it before adding to it."""
        found = self._pairs.get((content_type, policy))
        if found is None:
            found = [*self._always, (b"content-type", content_type), (b"content-security-policy", policy)]
            self._pairs[content_type, policy] = found
        return found

    def encoded(self, content_type: bytes) -> bytes:
        """The same for data as bytes of HTTP/1.1, each line with its end."""
        found = self._encoded.get(content_type)
        if found is None:
            found = b"".join(b"%s: %s\r\n" % pair for pair in self.pairs(content_type))
            self._encoded[content_type] = found
        return found
