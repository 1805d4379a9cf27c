"""Finds a last row of sums that does not begin with a text for a total: its numbers are the sums of the columns above, and it lacks the
name that others have, or one of its texts contains a text for a total.

Program and bundle decide it by the same rule, each over the cells as it holds them. It takes several rows, so a file of one row keeps it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence

LEAST_ROWS = 5  # above sums
LEAST_NAMED = 3  # where a text of the row contains a text for a total
FILLED = 0.9  # share of the rows that have a name, where the row of sums has none
NEAR = 1e-9  # relative difference of sums
_NOT_ZERO = re.compile("[1-9]")
_NUMBER = re.compile("[+-]?[0-9][0-9.,]*")

_TOTAL = re.compile(r"(?i)total|summe|gesamt|betrag|amount|balance|saldo|insgesamt|sum\b|totaal|somme|suma|razem")

TextCounts = Mapping[str, int]  # the distinct texts of a column, without blanks around them, and in how many cells each stands


def may_be_sums(last: Sequence[str]) -> bool:
    """Whether texts without blanks around them are numbers beside an empty cell, or beside one text that contains one for a total."""
    filled = [text for text in last if text]
    numbers = [text for text in filled if _NUMBER.fullmatch(text)]
    others = [text for text in filled if not _NUMBER.fullmatch(text)]
    named = len(others) == 1 and names_total(others[0])
    return bool(numbers) and (named or (not others and len(filled) < len(last))) and any(map(_NOT_ZERO.search, numbers))


def names_total(text: str) -> bool:
    """Whether a text has a text for a total in it."""
    return _TOTAL.search(text) is not None


def are_sums(last: Sequence[str], above: Callable[[int], TextCounts], rows: int) -> bool:
    """Whether the texts of a last row are the sums of the columns of numbers in so many rows above it, where a column of names is empty
    or a text contains a text for a total.

    `above` gives the texts of a column in these rows. The numbers have a decimal point, or all of them a comma.
    """
    named = [j for j, text in enumerate(last) if text and not _NUMBER.fullmatch(text)]
    if rows < (LEAST_NAMED if named else LEAST_ROWS) or not may_be_sums(last):
        return False
    if any(last[j] in above(j) for j in named):
        return False
    if not named and not any(_are_texts(above(j), rows) for j, text in enumerate(last) if not text):
        return False
    columns = [(text, above(j)) for j, text in enumerate(last) if text and j not in named]
    return any(all(_adds_up(column, text, decimal) for text, column in columns) for decimal in ".,")


def _are_texts(column: TextCounts, rows: int) -> bool:
    """Whether nearly all cells of a column hold something that is no number."""
    texts = sum(count for text, count in column.items() if text and _NUMBER.fullmatch(text) is None)
    return texts >= FILLED * rows


def _adds_up(column: TextCounts, total: str, decimal: str) -> bool:
    """Whether the numbers of a column, two or more, have this sum; False when a cell holds something else."""
    filled = {text: count for text, count in column.items() if text}
    try:
        wanted = _number(total, decimal)
        found = math.fsum(_number(text, decimal) * count for text, count in filled.items())
    except ValueError:
        return False
    return sum(filled.values()) > 1 and math.isclose(found, wanted, rel_tol=NEAR, abs_tol=NEAR)


def _number(text: str, decimal: str) -> float:
    """The number that a text holds with this decimal mark. ValueError when it holds something else."""
    value = float(text.replace("," if decimal == "." else ".", "").replace(decimal, "."))
    if not math.isfinite(value):
        raise ValueError("no number")
    return value
