"""Finds rows at the end of a table that are no data though they fit the columns: legends, and sums without a text for a total."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mlops_desktop.serving.row_sifter import TAIL
from mlops_desktop.serving.sum_row import FILLED, LEAST_NAMED, LEAST_ROWS, NEAR, TextCounts, are_sums, may_be_sums, names_total
from mlops_desktop.serving.table_finder import LeftOut, is_blank, row_text

_MOST_NOTES = 50  # rows of a legend


def without_end(rows: Sequence[Sequence[Any]], kept: Sequence[int], fill: int) -> tuple[list[int], list[LeftOut]]:
    """The positions of rows without a legend and a row of sums at their end, and what was left out; `fill` is the usual number of cells."""
    found, left = list(kept), list[LeftOut]()
    notes = _legend(rows, found) if fill > 1 else 0
    if notes:
        left += [LeftOut(at, "below", row_text(rows[at])) for at in found[len(found) - notes :]]
        found = found[: len(found) - notes]
        while found and is_blank(rows[found[-1]]):
            found.pop()
    has_text = bool(found) and any(isinstance(cell, str) for cell in rows[found[-1]])
    least = LEAST_NAMED if has_text else LEAST_ROWS
    if len(found) > least and _is_sum(rows[found[-1]], [rows[at] for at in found[:-1]]):
        left.append(LeftOut(found[-1], "total", row_text(rows[found[-1]])))
        found.pop()
    return found, left


def _legend(rows: Sequence[Sequence[Any]], kept: Sequence[int]) -> int:
    """How many rows at the end, below an empty one, hold a single text each; 0 unless there is such an empty row."""
    for count, at in enumerate(kept[: -_MOST_NOTES - 2 : -1]):
        filled = [cell for cell in rows[at] if cell is not None and cell != ""]
        if not filled:
            return count
        if len(filled) > 1 or not isinstance(filled[0], str):
            return 0
    return 0


def _is_sum(last: Sequence[Any], above: Sequence[Sequence[Any]]) -> bool:
    """Whether a row without what the others have holds the sums of the columns of numbers, and at most one text that speaks of a total."""
    there = [j for j, cell in enumerate(last) if cell is not None]
    filled = [j for j in there if _is_number(last[j])]
    named = [j for j in there if j not in filled]
    texts = [last[j] if isinstance(last[j], str) else "" for j in named]
    if not filled or len(named) > 1 or not all(map(names_total, texts)) or any(row[j] == last[j] for j in named for row in above):
        return False
    empty = [j for j, cell in enumerate(last) if cell is None]
    names = (sum(row[j] is not None and not _is_number(row[j]) for row in above) for j in empty)
    if not named and max(names, default=0) < FILLED * len(above):
        return False
    columns = {j: [row[j] for row in above if row[j] is not None] for j in filled}
    if not all(len(cells) > 1 and all(map(_is_number, cells)) for cells in columns.values()):
        return False
    sums = {j: math.fsum(cells) for j, cells in columns.items()}
    return any(sums.values()) and all(math.isclose(last[j], sums[j], rel_tol=NEAR, abs_tol=1e-9) for j in filled)


def last_of_sums(table: Any) -> int | None:
    """Where the last filled row of an Arrow table of texts is such a row of sums; None where it is none."""
    ends = range(len(table) - 1, max(LEAST_NAMED, len(table) - TAIL) - 1, -1)
    rows = ((at, [str(column[at]).strip() for column in table.columns]) for at in ends)
    at, last = next(((at, texts) for at, texts in rows if any(texts)), (0, []))
    above = table.slice(0, at)
    return at if may_be_sums(last) and are_sums(last, lambda place: _text_counts(above.column(place)), at) else None


def _text_counts(column: Any) -> TextCounts:
    """The distinct texts of a column and in how many cells each stands."""
    import pyarrow.compute as pc

    found = pc.value_counts(column)
    counts: dict[str, int] = {}
    for text, count in zip(found.field(0).cast("string").to_pylist(), found.field(1).to_pylist(), strict=True):
        counts[text.strip()] = counts.get(text.strip(), 0) + count
    return counts


def _is_number(cell: Any) -> bool:
    return type(cell) in (int, float)
