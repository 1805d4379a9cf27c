"""Refuses tables of very many columns and few rows, from which nothing can be learned, before they cost work on each column."""

from __future__ import annotations

from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.engine.data.loading import best_source
from mlops_desktop.serving.dialect import DELIMITERS
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg

_MANY_COLUMNS, _FEW_ROWS = 1000, 10
_BLOCK = 2**16  # bytes in which most files have more lines


def refuse_few_rows(name: str, columns: int, rows: int) -> None:
    """UserError when a table has fewer rows than can be learned from and tested on, and very many columns."""
    if rows < _FEW_ROWS and columns > _MANY_COLUMNS:
        raise _few(name, columns, plural_msg(rows, "1 row", "{n} rows"))


def refuse_few_lines(place: str, name: str) -> None:
    """As `refuse_few_rows`, for a text whose few lines all have equally many cells, by its bytes alone; nothing for any other place."""
    kind, path = best_source(place), Path(place)
    if kind is None or "delimiter" not in kind.params() or not path.is_file():
        return
    with disk.explain_errors(msg("The file “{name}”", name=name)), path.open("rb") as file:
        text = file.read(_BLOCK)
        if len(text.splitlines()) >= _FEW_ROWS:
            return
        while (block := file.read(len(text))) and len(block.splitlines()) < _FEW_ROWS:
            text += block
    lines = [line for line in text.splitlines() if line.strip()]
    if block or not 1 < len(lines) < _FEW_ROWS:  # a table of as many lines has as many rows at most
        return
    for mark in DELIMITERS:
        counts = {line.count(mark.encode()) for line in lines}
        if len(counts) == 1 and max(counts) >= _MANY_COLUMNS:
            raise _few(name, max(counts) + 1, plural_msg(len(lines), "1 line", "{n} lines"))


def _few(name: str, columns: int, there: str) -> UserError:
    return UserError(
        msg("“{name}” has {columns:,} columns and only {there}: too few to learn from.", name=name, columns=columns, there=there),
        "If each column holds a case, exchange rows and columns first: in a spreadsheet program, which takes 16,384 columns, or with "
        "pandas (read_csv(…, header=None).T). Otherwise bring more rows.",
    )
