"""Decides whether a text opens a quote that is never closed: then quotes are letters, and rows end where their lines end."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from .dialect import Dialect, numbered_rows

UNCLOSED_QUOTE = "A quote is opened and never closed, so quotes were read as letters."
MOST_LINES = 20  # line ends in a cell of a row of another length; more of them show a quote that is never closed


def count_quotes(text: str, dialect: Dialect) -> int:
    """How many quotes of a text open or close a cell or are doubled; escaped ones do not count."""
    if not dialect.quote:
        return 0
    if not dialect.escape or "\\" not in text:
        return text.count(dialect.quote)
    return sum(found == dialect.quote for found in re.findall(rf"\\.|{re.escape(dialect.quote)}", text, re.DOTALL))


def beginning_rows(text: str, dialect: Dialect, most: int, *, more: bool) -> tuple[list[tuple[int, list[str]]], Dialect]:
    """The first rows of a text, as `numbered_rows` gives them, and their dialect: without quotes where one is never closed.

    `more`: the text is the beginning of a longer one, so that its last row may be cut; it is left out then, unless it is the only one,
    whose quote is never closed.
    """
    rows = _rows_to_fault(text, dialect, most)
    filled = sum(bool(row) for _, row in rows)
    is_end = dialect.quote and rows and len(rows) < most and (filled == 1 or not more)
    if is_end and ends_unclosed(rows[-1][1], text.count("\n"), count_quotes(text, dialect)):
        dialect = replace(dialect, quote="")
        rows = _rows_to_fault(text, dialect, most)
    if more and 1 < len(rows) < most:
        rows.pop()
    return rows, dialect


def _rows_to_fault(text: str, dialect: Dialect, most: int) -> list[tuple[int, list[str]]]:
    """The first rows of a text, up to a fault, which is named when all rows are read."""
    rows = []
    with suppress(csv.Error):
        for numbered in islice(numbered_rows(text, dialect), most):
            rows.append(numbered)
    return rows


def has_unclosed_quote(rows: Iterable[Sequence[str]], last: Sequence[str], lines: int, quotes: int) -> bool:
    """Whether a quote is never closed, by the rows of another length than the usual one, the last row, and the number of line ends and of
    quotes in the text of all rows.
    """
    return any(map(swallows_lines, rows)) or ends_unclosed(last, lines, quotes)


def swallows_lines(row: Sequence[str]) -> bool:
    """Whether a row of another length than the usual one holds so many lines in a cell that a quote before them was never closed."""
    return any(cell.count("\n") > MOST_LINES for cell in row)


def ends_unclosed(last: Sequence[str], lines: int, quotes: int) -> bool:
    """Whether the last row of a text of so many line ends and quotes holds the text behind a quote that is never closed.

    That takes an odd number of quotes, and a cell with many lines or with more than half of all.
    """
    longest = max((cell.count("\n") for cell in last), default=0)
    return quotes % 2 == 1 and longest > 0 and (longest > MOST_LINES or longest > 0.5 * lines)
