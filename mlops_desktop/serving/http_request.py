"""A request as a handler of a protocol gets it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import NamedTuple

CURRENT_REQUEST: ContextVar[str] = ContextVar("request_id", default="")  # the id of the request that is answered
_NONE: Mapping[str, str] = MappingProxyType({})


class Request(NamedTuple):
    """The body, the query, the headers `Content-Type` and `Accept`, and the parameters of the path."""

    body: bytes = b""
    query: bytes = b""
    content_type: bytes = b""
    accept: bytes = b""
    parameters: Mapping[str, str] = _NONE


class ClientDisconnected(Exception):
    """The client went away while its request was read."""


def media_type(value: bytes) -> str:
    """The media type of a `Content-Type` header, in small letters and without its parameters."""
    return value.partition(b";")[0].strip().lower().decode("latin-1")


def accepted_type(accept: bytes, offered: tuple[str, ...]) -> str:
    """The first of the offered media types that an `Accept` header names, by its own order; the first one where it names none."""
    for one in accept.split(b","):
        kind = media_type(one)
        if kind in offered:
            return kind
    return offered[0]
