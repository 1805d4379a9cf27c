"""Strict JSON by RFC 8259: duplicate names, NaN and Infinity, which other parsers accept, are errors."""

from __future__ import annotations

import json
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


def filled_lines(body: bytes) -> list[bytes]:
    """The lines of a body with one JSON value a line, without blank ones."""
    return [line for line in body.split(b"\n") if line.strip()]


def parse(body: bytes) -> Any:
    """The value of a UTF-8 JSON document.

    InvalidJson for anything else: another encoding, a syntax error, a name that comes twice in an object, NaN or Infinity, nesting beyond
    the recursion limit, a number of thousands of digits.
    """
    try:
        return _decode(body.decode())
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
