"""The values of a JSON text that is read piece by piece: of a list its elements, or values one after another, one of them in memory at a
time.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.sources._free_memory import free_memory
from mlops_desktop.serving.message import msg

_SPACE = " \t\r\n\ufeff\x1e"  # 0x1e is before each value of a JSON text sequence (RFC 7464)
_BLOCK = 2**20  # characters
_LARGE = 2**26  # characters of one value from which on memory is looked at
_OBJECTS = 10  # bytes of Python's objects for each character of a value
_CUT_NUMBER = re.compile(r"(\.|[eE][+-]?)?")  # what the end of a piece may leave behind a value that is part of a number
_CUT = 16  # characters before the end of a piece in which an error may come from the cut


class Object(dict[str, Any]):
    """A JSON object that remembers the keys which are in it more than once."""

    doubled: tuple[str, ...] = ()


@contextlib.contextmanager
def json_text(path: Path, name: str) -> Iterator[JsonText]:
    """The text of a file, opened to be read; `name` is what a person knows the file by."""
    with path.open("rb") as file:
        encoding = json.detect_encoding(file.read(4))
    with path.open(encoding=encoding, newline="") as text:
        yield JsonText(text, name)


class JsonText:
    """A JSON text at the place up to which it was read. `json.JSONDecodeError` where it is no JSON, UnicodeDecodeError where it is no text,
    UserError when a single value needs more memory than there is.
    """

    def __init__(self, file: TextIO, name: str) -> None:
        self._file, self._name = file, name
        self._decoder = json.JSONDecoder(object_pairs_hook=_object)
        self._text, self._at = "", 0
        self._lines = 0  # before `_text`

    def mark(self) -> str:
        """The next character behind blanks, at which the text then is; "" at its end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._has_more():
                return ""

    def value(self) -> Any:
        """The value that begins here."""
        self.mark()
        while True:
            lines = self._lines
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                is_cut = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _CUT
                if is_cut and self._has_more():
                    continue
                error.lineno += lines
                raise
            length = end - self._at
            if _CUT_NUMBER.fullmatch(self._text, end) and self._has_more():
                continue
            self._at += length
            return value

    def values(self) -> Iterator[Any]:
        """The values from here on, as in JSON Lines."""
        while self.mark():
            yield self.value()

    def elements(self) -> Iterator[Any]:
        """The elements of the list that begins here, with which the text ends."""
        self._at += 1
        mark = self.mark()
        while mark != "]":
            yield self.value()
            mark = self.mark()
            if mark not in ("]", ","):
                raise self._fault("Expecting ',' or ']'")
            self._at += mark == ","
        self._at += 1
        if self.mark():
            raise self._fault("Extra data")

    def _fault(self, message: str) -> json.JSONDecodeError:
        error = json.JSONDecodeError(message, self._text, self._at)
        error.lineno += self._lines
        return error

    def _has_more(self) -> bool:
        """Whether there is further text, some of which was read then: as much as is held, so that a long value is not tried too often."""
        held = len(self._text) - self._at
        if held > _LARGE and _OBJECTS * held > free_memory():
            raise UserError(
                msg("“{name}” holds one value that needs more memory than there is.", name=self._name),
                "Save its records as JSON Lines, one a line, or as CSV: these are read in pieces.",
            )
        more = self._file.read(max(_BLOCK, held))
        self._lines += self._text.count("\n", 0, self._at)
        self._text, self._at = self._text[self._at :] + more, 0
        return bool(more)


def _object(pairs: list[tuple[str, Any]]) -> Object:
    made = Object(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        made.doubled = tuple(key for key in made if keys.count(key) > 1)
    return made
