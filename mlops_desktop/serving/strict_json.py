"""Strict JSON by RFC 8259: duplicate names, NaN and Infinity, which other parsers accept, are errors."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator
from typing import Any


class InvalidJson(ValueError):
    """Why a body is not a valid JSON document: a `code`, a message without any of the data, and a position where it is known."""

    def __init__(self, code: str, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.position = code, message, position


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("duplicate_key", "An object has the same name twice.")
    return members


def _constant(name: str) -> Any:
    raise InvalidJson("not_finite", "NaN and Infinity are not part of JSON; send null for a missing value.")


_decode = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant).decode
_BOUNDED_BYTES = 1_000_000  # of a body from which its objects and lists are counted: an empty one takes 20 times its two bytes
MAX_OBJECTS = 100_000
MAX_LISTS = 2_000_000  # brackets in texts counted too
_TOO_MANY = "There are too many objects and lists in the body."


def _decode_bounded(text: str) -> Any:
    count = itertools.count(1)

    def bounded_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if next(count) > MAX_OBJECTS:
            raise InvalidJson("too_large", _TOO_MANY)
        return _object(pairs)

    return json.JSONDecoder(object_pairs_hook=bounded_object, parse_constant=_constant).decode(text)


def count_lines(body: bytes) -> int:
    """How many `filled_lines` a body has, found without keeping them."""
    return sum(1 for _ in _filled(body))


def filled_lines(body: bytes) -> list[bytes]:
    """The lines of a body with one JSON value a line, without blank ones."""
    return [*_filled(body)]


def _filled(body: bytes) -> Iterator[bytes]:
    return (line for line in io.BytesIO(body) if line.strip())


def parse(body: bytes) -> Any:
    """The value of a UTF-8 JSON document.

    InvalidJson for anything else: another encoding, a syntax error, a name that comes twice in an object, NaN or Infinity, nesting beyond
    the recursion limit, a number of thousands of digits, and for more objects and lists than any request has.
    """
    try:
        if len(body) <= _BOUNDED_BYTES:
            return _decode(body.decode())
        if body.count(b"[") > MAX_LISTS:
            raise InvalidJson("too_large", _TOO_MANY)
        return _decode_bounded(body.decode())
    except InvalidJson:
        raise
    except json.JSONDecodeError as error:
        raise InvalidJson("invalid_json", f"The body is no JSON: {error.msg} at character {error.pos}.", error.pos) from None
    except UnicodeDecodeError as error:
        raise InvalidJson("invalid_encoding", "The body is not UTF-8.", error.start) from None
    except RecursionError:
        raise InvalidJson("too_deep", "The body is nested too deeply.") from None
    except ValueError:
        raise InvalidJson("too_large", "A number in the body has too many digits.") from None
