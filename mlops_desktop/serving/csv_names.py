"""The number of columns of a table in a text and their names, where rows and names differ in length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

Extra = Literal["", "trailing", "row_names"]
ROW_NAMES = "row_names"  # the name of a first column that has none of its own
_FILLED = 0.5  # share of the rows, at least, that have a cell more than there are names


def usual_width(lengths: Iterable[int], names: int) -> int:
    """The most frequent of the lengths of the rows; of equally frequent ones the number of names, then the greatest.

    Without any row the number of names, at least 1.
    """
    counts = Counter(lengths)
    return max(counts, key=lambda one: (counts[one], one == names, one), default=max(names, 1))


def without_empty_end(names: Sequence[str], width: int) -> list[str]:
    """The names without empty ones beyond the cells of the rows, which a delimiter at the end of the line makes."""
    names = list(names)
    while len(names) > width and not names[-1].strip():
        names.pop()
    return names


def complete_names(
    names: Sequence[str], width: int, filled: Callable[[int], float]
) -> tuple[list[str], Literal["", "trailing", "row_names"]]:
    """A name for each of `width` columns, "" where there is none, and what a column more than there are names is.

    `filled` gives the share of the cells of the column at a position that hold something. The column is "trailing" when it holds nothing
    (each row ends with a delimiter), and "row_names" when the names belong one place further right: the first column has no name then.
    """
    names = without_empty_end(names, width)
    found: Extra = ""
    if names and len(names) == width - 1:
        last = filled(width - 1)
        found = "trailing" if last == 0 else "row_names" if last >= _FILLED and filled(0) > 0 else ""
        if found == "row_names":
            names = [ROW_NAMES, *names]
    return [*names, *[""] * (width - len(names))], found
