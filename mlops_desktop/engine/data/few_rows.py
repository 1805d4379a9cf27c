"""Refuses tables of very many columns and few rows, from which nothing can be learned, before they cost work on each column."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.engine.data.loading import best_source
from mlops_desktop.serving.dialect import DELIMITERS
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg

_MANY_COLUMNS, _FEW_ROWS = 1000, 10
_BLOCK = 2**16  # bytes


def refuse_few_rows(name: str, columns: int, rows: int) -> None:
    """UserError when a table has fewer rows than can be learned from and tested on, and very many columns."""
    if rows < _FEW_ROWS and columns > _MANY_COLUMNS:
        raise _few(name, columns, plural_msg(rows, "1 row", "{n} rows"))


def refuse_few_lines(place: str, name: str) -> None:
    """As `refuse_few_rows`, for a text whose few lines all have equally many cells, by its bytes alone; nothing for any other place.

    Nothing also where one of the usual delimiters makes fewer columns of all lines, or cells may be quoted by apostrophes: the reader finds
    out then what the columns are.
    """
    kind, path = best_source(place), Path(place)
    if kind is None or "delimiter" not in kind.params() or not path.is_file():
        return
    with disk.explain_errors(msg("The file “{name}”", name=name)), path.open("rb") as file:
        lines = _delimiter_counts(file)
    if len(lines) < 2:
        return
    equal = [counts[0] for counts in zip(*lines, strict=True) if len(set(counts)) == 1 and counts[0]]
    if equal and min(equal) >= _MANY_COLUMNS:
        raise _few(name, equal[0] + 1, plural_msg(len(lines), "1 line", "{n} lines"))


def _delimiter_counts(file: BinaryIO) -> list[list[int]]:
    """How often each of `DELIMITERS` is outside of double quotes, for each line that is not blank; one block is in memory at a time.

    Empty for `_FEW_ROWS` lines or more (a table of fewer lines has fewer rows) and for a text with apostrophes outside of double quotes.
    """
    lines: list[list[int]] = []
    counts, is_filled, is_quoted = [0] * len(DELIMITERS), False, False
    while block := file.read(_BLOCK):
        for piece in block.splitlines(keepends=True):
            parts = piece.split(b'"')
            unquoted = b"".join(parts[is_quoted::2])
            if b"'" in unquoted:
                return []
            is_quoted ^= len(parts) % 2 == 0
            is_filled |= bool(piece.strip())
            counts = [count + unquoted.count(mark.encode()) for count, mark in zip(counts, DELIMITERS, strict=True)]
            if is_filled and piece.endswith((b"\n", b"\r")):
                lines.append(counts)
                counts, is_filled = [0] * len(DELIMITERS), False
            if len(lines) + is_filled >= _FEW_ROWS:
                return []
    return [*lines, counts] if is_filled else lines


def _few(name: str, columns: int, there: str) -> UserError:
    return UserError(
        msg("“{name}” has {columns:,} columns and only {there}: too few to learn from.", name=name, columns=columns, there=there),
        "If each column holds a case, exchange rows and columns first: in a spreadsheet program, which takes 16,384 columns, or with "
        "pandas (read_csv(…, header=None).T). Otherwise bring more rows.",
    )
