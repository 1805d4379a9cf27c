"""Parses the headers of a request in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,100}")
# W3C Trace Context, version 00; a trace or a parent of zeros alone is not valid.
_TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
# Headers that name an encoding of the body, and the values that are taken.
_ENCODED = {b"content-encoding": (b"", b"identity"), b"transfer-encoding": (b"chunked",)}


class RequestHead(NamedTuple):
    """Content type, content length (0 when unknown), request id (empty when none that fits was sent), the values of `Host`, the encodings
    of the body, the content types that the client takes, the values of `Authorization` and `X-API-Key`, the origin of the page that asks,
    and the `traceparent` of W3C Trace Context (empty when there is no valid one).
    """

    content_type: bytes
    length: int
    request_id: str
    hosts: Sequence[bytes]
    encodings: Sequence[bytes]
    accept: bytes
    credentials: Sequence[bytes]
    origin: bytes
    traceparent: bytes

    @property
    def trace_id(self) -> str:
        """The id of the trace; empty when there is none."""
        return self.traceparent[3:35].decode("ascii")


def read_headers(headers: Iterable[tuple[bytes, bytes]]) -> RequestHead:
    """The head of a request by its headers, whose names are in small letters."""
    content_type = accept = origin = traceparent = b""
    length, request_id = 0, ""
    hosts: list[bytes] = []
    encodings: list[bytes] = []
    credentials: list[bytes] = []
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-length":
            length = int(value[:18]) if value.isdigit() else 0
        elif name == b"host":
            hosts.append(value)
        elif name == b"accept":
            accept = value
        elif name == b"x-request-id":
            request_id = value.decode("ascii") if _REQUEST_ID.fullmatch(value) else ""
        elif name in (b"authorization", b"x-api-key"):
            credentials.append(value)
        elif name == b"origin":
            origin = value
        elif name == b"traceparent":
            traceparent = value if _TRACEPARENT.fullmatch(value) else b""
        elif name in _ENCODED and value.strip().lower() not in _ENCODED[name]:
            encodings.append(value)
    return RequestHead(content_type, length, request_id, hosts, encodings, accept, credentials, origin, traceparent)


def matches(given: bytes, wanted: bytes) -> bool:
    """Whether a content type is the wanted one, with no parameter but charset=utf-8 (and header=present for CSV)."""
    kind, *parameters = (part.strip().lower() for part in given.split(b";"))
    known = (b"", b"charset=utf-8", b'charset="utf-8"', b"header=present")
    return kind == wanted and all(parameter in known for parameter in parameters)
