"""JSON as RFC 8259 means it: what other readers take silently is refused here."""

from __future__ import annotations

import json
from typing import Any


class JsonFault(ValueError):
    """Why a body is no JSON document to be trusted: a `code`, a sentence without any of the data, and a position where it is known."""

    def __init__(self, code: str, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.position = code, message, position


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonFault("duplicate_key", "An object has the same name twice.")
    return found


def _constant(name: str) -> Any:
    raise JsonFault("not_finite", "NaN and Infinity are not part of JSON; send null for a missing value.")


_decode = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant).decode


def parse(body: bytes) -> Any:
    """The value of a UTF-8 JSON document.

    JsonFault for anything else: another encoding, a syntax error, a name that comes twice in an object, NaN or Infinity, nesting beyond all
    measure, a number of thousands of digits.
    """
    try:
        return _decode(body.decode())
    except JsonFault:
        raise
    except json.JSONDecodeError as error:
        raise JsonFault("invalid_json", f"The body is no JSON: {error.msg} at character {error.pos}.", error.pos) from None
    except UnicodeDecodeError as error:
        raise JsonFault("invalid_encoding", "The body is not UTF-8.", error.start) from None
    except RecursionError:
        raise JsonFault("too_deep", "The body is nested too deeply.") from None
    except ValueError:
        raise JsonFault("too_large", "A number in the body has too many digits.") from None
