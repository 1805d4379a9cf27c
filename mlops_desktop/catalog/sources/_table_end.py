"""What stands at the end of a table though it fits the columns: a legend below an empty row, and sums without a word for a total."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from mlops_desktop.serving.table_finder import LeftOut, is_blank, row_text

_MOST_NOTES = 50  # rows of a legend
_LEAST_ROWS = 5  # above sums
_FILLED = 0.9  # share of the rows that have a name, where the row of sums has none
_NOT_ZERO = re.compile("[1-9]")
_NUMBER = re.compile("[+-]?[0-9][0-9.,]*")
_NEAR = 1e-9  # relative difference of sums


def without_end(rows: Sequence[Sequence[Any]], kept: Sequence[int], fill: int) -> tuple[list[int], list[LeftOut]]:
    """The positions of rows without a legend and a row of sums at their end, and what was left out; `fill` is the usual number of cells."""
    found, left = list(kept), list[LeftOut]()
    notes = _legend(rows, found) if fill > 1 else 0
    if notes:
        left += [LeftOut(at, "below", row_text(rows[at])) for at in found[len(found) - notes :]]
        found = found[: len(found) - notes]
        while found and is_blank(rows[found[-1]]):
            found.pop()
    if len(found) > _LEAST_ROWS and _is_sum(rows[found[-1]], [rows[at] for at in found[:-1]]):
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
    """Whether a row without the names that the others have holds the sums of the columns of numbers alone."""
    filled = [j for j, cell in enumerate(last) if cell is not None]
    if not filled or len(filled) == len(last) or not all(_is_number(last[j]) for j in filled):
        return False
    empty = [j for j, cell in enumerate(last) if cell is None]
    names = (sum(row[j] is not None and not _is_number(row[j]) for row in above) for j in empty)
    if max(names, default=0) < _FILLED * len(above):
        return False
    columns = {j: [row[j] for row in above if row[j] is not None] for j in filled}
    if not all(len(cells) > 1 and all(map(_is_number, cells)) for cells in columns.values()):
        return False
    sums = {j: math.fsum(cells) for j, cells in columns.items()}
    return any(sums.values()) and all(math.isclose(last[j], sums[j], rel_tol=_NEAR, abs_tol=1e-9) for j in filled)


def ends_with_sums(table: Any) -> bool:
    """Whether the last row of an Arrow table of texts is such a row of sums; its numbers have a decimal point, or all of them a comma."""
    import pyarrow as pa

    if len(table) <= _LEAST_ROWS:
        return False
    last = [str(column[-1]).strip() for column in table.columns]
    filled, empty = ([j for j, text in enumerate(last) if bool(text) == there] for there in (True, False))
    if not filled or not empty or not all(_NUMBER.fullmatch(last[j]) for j in filled):
        return False  # most tables, at once
    above = table.slice(0, len(table) - 1)
    if not any(_are_texts(above.column(j)) for j in empty):
        return False
    for decimal in ".,":
        try:
            if all(_adds_up(above.column(j), last[j], decimal) for j in filled):
                return any(_NOT_ZERO.search(last[j]) for j in filled)
        except pa.ArrowInvalid:  # texts that are no numbers with this mark
            continue
    return False


def _counted(column: Any) -> tuple[Any, Any]:
    """The distinct texts of a column without blanks around them, and in how many cells each stands."""
    import pyarrow.compute as pc

    found = pc.value_counts(column)
    return pc.utf8_trim_whitespace(found.field(0).cast("string")), found.field(1)


def _are_texts(column: Any) -> bool:
    """Whether nearly all cells of a column hold something that is no number."""
    import pyarrow.compute as pc

    texts, counts = _counted(column)
    numbers = pc.match_substring_regex(texts, f"^(?:{_NUMBER.pattern})?$")
    return int(pc.sum(counts.filter(pc.invert(numbers))).as_py() or 0) >= _FILLED * len(column)


def _adds_up(column: Any, total: str, decimal: str) -> bool:
    """Whether the numbers of a column, two or more, have this sum; ArrowInvalid when a cell holds something else."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts, counts = _counted(column)
    filled = pc.not_equal(texts, "")
    counts = counts.filter(filled).to_pylist()
    *values, wanted = _values(pa.concat_arrays([texts.filter(filled), pa.array([total])]), decimal)
    found = math.fsum(value * count for value, count in zip(values, counts, strict=True))
    return sum(counts) > 1 and math.isclose(found, wanted, rel_tol=_NEAR, abs_tol=1e-9)


def _values(texts: Any, decimal: str) -> list[float]:
    """The numbers that texts hold; ArrowInvalid when one holds something else."""
    import pyarrow.compute as pc

    texts = pc.replace_substring(texts, "," if decimal == "." else ".", "")
    values: list[float] = pc.cast(pc.replace_substring(texts, decimal, "."), "float64").to_pylist()
    return values


def _is_number(cell: Any) -> bool:
    return type(cell) in (int, float)
