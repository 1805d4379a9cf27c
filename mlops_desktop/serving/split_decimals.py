"""Finds numbers with a decimal comma that are without quotes between commas, so that each was cut into two cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .message import msg

_WHOLE = re.compile(r"[+\-−]?[0-9]+").fullmatch
_FRACTION = re.compile(r"[0-9]+").fullmatch
_ALIKE = 0.95  # share of the rows, at least, that have the usual number of cells
_LEAST_ROWS = 2
_MOST_CELLS = 60

SPLIT = msg(
    "The rows have more cells than there are names, because numbers with a decimal comma stand without quotes between commas; their two "
    "parts were put together again."
)
MAY_BE_SPLIT = msg(
    "The rows have more cells than there are names. If these are numbers with a decimal comma, commas cut them in two and the names stand "
    "beside the wrong columns. Write the file with semicolons between its cells, or the numbers in quotes."
)


@dataclass(frozen=True)
class SplitDecimals:
    """The positions of the cells that hold the whole parts of cut numbers, each before its fraction; `doubtful` where there may be such,
    but not which.
    """

    places: tuple[int, ...] = ()
    doubtful: bool = False


def find_split_decimals(delimiter: str, names: int, rows: Sequence[Sequence[str]]) -> SplitDecimals:
    """Which cells of these rows, below so many names, are the parts of cut numbers.

    They are put together where that gives each name one column in one way only. A single cell more than names can be the names of the rows
    as well, unless the first column repeats a value.
    """
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    widths = Counter(map(len, rows))
    width = max(widths, key=lambda one: (widths[one], one), default=0)
    more = width - names
    if delimiter != "," or not names or not 1 <= more <= width // 2 or width > _MOST_CELLS:
        return SplitDecimals()
    cells = [[cell.strip() for cell in column] for column in zip(*(row for row in rows if len(row) == width), strict=True)]
    if more == 1 and not any(cells[-1]):
        return SplitDecimals()  # each row ends with a comma
    first, counts = _choices({at for at in range(width - 1) if _are_parts(cells[at], cells[at + 1])}, more, width)
    if not counts:
        return SplitDecimals()
    alike = len(rows) >= _LEAST_ROWS and widths[width] >= _ALIKE * len(rows)
    row_names = more == 1 and len(set(cells[0])) == len(cells[0]) and bool(cells[-1][0])
    if counts == 1 and alike and not row_names:
        return SplitDecimals(first)
    even = len(rows) > _LEAST_ROWS and len({len(text) for text in cells[first[0] + 1]}) == 1  # fractions of equally many digits
    return SplitDecimals(doubtful=not row_names or even)


def _are_parts(whole: Sequence[str], fraction: Sequence[str]) -> bool:
    """Whether the cells of a column are the whole parts of numbers, and those of the next one their fractions."""
    both = list(zip(whole, fraction, strict=True))
    return any(a for a, _ in both) and all((_WHOLE(a) and _FRACTION(b)) or not (a or b) for a, b in both)


def _choices(pairs: Collection[int], count: int, width: int) -> tuple[tuple[int, ...], int]:
    """The first choice of so many of these pairs of neighbours among `width` cells that share no cell, and how many choices there are:
    0, 1, or 2 for more than one.

    Counted from the end (dynamic programming), as the choices themselves can be more than can be listed.
    """
    counts = [[1] + [0] * count for _ in range(width + 2)]  # by first position that may be used, and by how many pairs are to be chosen
    for at in reversed(range(width)):
        for more in range(1, count + 1):
            counts[at][more] = min(2, counts[at + 1][more] + (counts[at + 2][more - 1] if at in pairs else 0))
    first: list[int] = []
    at = 0
    while counts[0][count] and len(first) < count:
        if at in pairs and counts[at + 2][count - len(first) - 1]:
            first.append(at)
            at += 1
        at += 1
    return tuple(first), counts[0][count]


def joined_parts(whole: str, fraction: str) -> str:
    """The cell as it was before the comma cut it; blank where both parts are."""
    both = f"{whole},{fraction}"
    return "" if both.strip() == "," else both
