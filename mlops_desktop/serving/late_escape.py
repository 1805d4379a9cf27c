"""Finds backslashes that are escapes further down in a text than the beginning in which its dialect is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from .dialect import Dialect

LATE_ESCAPE = "Further down in the file, backslashes mark quotes or delimiters that belong to the cells; they were read so."
_ESCAPED_MARK = re.compile(r"""\\["',;|\t]""")
_BEFORE, _AROUND = 20, 2**14  # lines before and characters behind a backslash that show what it means


def has_late_escape(pieces: Iterable[str], find: Callable[[str], Dialect]) -> bool:
    """Whether lines around the first backslash of one of some pieces of a text are read best with escapes; `find` gives their dialect."""
    return any(_ESCAPED_MARK.search(lines) is not None and find(lines).escape for lines in _lines_around(pieces))


def _lines_around(pieces: Iterable[str]) -> Iterator[str]:
    """Some lines around the first backslash of each piece; a piece ends with a whole line."""
    for piece in pieces:
        at = piece.find("\\")
        if at >= 0:
            begin = at
            for _ in range(_BEFORE):
                begin = max(piece.rfind("\n", 0, begin), 0)
            begin += piece[begin : begin + 1] == "\n"
            end = piece.find("\n", at + _AROUND)
            yield piece[begin : end + 1 if end >= 0 else None]
