"""Finds where tables begin that are under one another in a text or sheet, or side by side in a sheet, with a blank line between."""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .cell_kind import cell_kind, cell_text, count_kinds
from .deadline import check_deadline
from .dialect import find_dialect, numbered_rows, sep_line
from .table_finder import TableLayout, find_table, is_blank

_BLANK_LINE = re.compile(rb"(?:\r\n|\n|\r)(?:[ \t,;|\"]*(?:\r\n|\n|\r))+")
_NOTHING = b' \t,;|"'  # what a line without a filled cell consists of
_PROBED = 8_192  # bytes behind a blank line that show whether a table begins there
_MOST_ROWS = 100
_MOST_PAIRS = 20
# Reasons and rules of what is noted on a table that may be several: rows of another length, or such as fit no column.
IRREGULAR = frozenset(("ragged", "inside", "below", "repeated", "row_names"))

ParseRows = Callable[[str], Sequence[Sequence[str]]]


def filled_lines(data: bytes) -> int:
    """How many lines hold something."""
    return sum(1 for line in data.splitlines() if line.strip(_NOTHING))


def rows_by_own_dialect(text: str) -> list[list[str]]:
    """The rows of a part of a text in the dialect of this part."""
    named = sep_line(text)
    dialect = find_dialect(text, named) if named else find_dialect(text)
    return [row for _, row in numbered_rows(text, dialect)]


def table_starts(data: bytes | mmap.mmap, parse: ParseRows) -> list[int]:
    """Where further tables begin in the bytes of a text of ASCII or UTF-8: behind a blank line, with names of their own that differ from
    those above. `parse` gives the rows of a part of the text.
    """
    starts: list[int] = []
    begin, above = 0, None
    counted_until = quotes = 0  # the quotes up to a place, since `begin`
    for gap in _BLANK_LINE.finditer(data):
        check_deadline()
        below = _table_at(_text(data, gap.end(), len(data)), parse)
        if below is None:
            continue
        if above is None:
            above = _table_at(_text(data, begin, gap.start()), parse)
        if above is None:
            above = below  # the first table, below a title
            continue
        quotes += data[counted_until : gap.start()].count(b'"')
        counted_until = gap.start()
        if not _is_another(above, below) or quotes % 2:
            continue
        starts.append(gap.end())
        begin = counted_until = gap.end()
        above, quotes = below, 0
    return starts


def row_blocks(rows: Sequence[Sequence[Any]]) -> list[tuple[int, int]]:
    """Where the tables under one another begin and end in the rows of a sheet, with blank rows between; one for a sheet of one table."""
    starts, above = [0], None
    blank = [not row or ((row[0] is None or isinstance(row[0], str)) and is_blank(row)) for row in rows]  # quick, for most rows
    if True not in blank:
        return [(0, len(rows))]
    for at in range(1, len(rows)):
        if not blank[at - 1] or blank[at]:
            continue
        end = next((i for i in range(at, min(at + _MOST_ROWS, len(rows))) if blank[i]), min(at + _MOST_ROWS, len(rows)))
        below = _layout(rows[at:end])
        if below is None:
            continue
        above = above or _layout([row for row in rows[starts[-1] : at][:_MOST_ROWS] if not is_blank(row)])
        if above is None:
            above = below
        elif _is_another(above, below):
            starts.append(at)
            above = below
    return list(zip(starts, [*starts[1:], len(rows)], strict=True))


def _text(data: bytes | mmap.mmap, begin: int, end: int) -> str:
    """The lines from one place, to the next blank one, a bounded number of them."""
    part = data[begin : min(end, begin + _PROBED)]
    blank = _BLANK_LINE.search(part, len(part) - len(part.lstrip(b' \t\r\n,;|"')))
    if blank is None and end > begin + _PROBED:
        part = part[: max(part.rfind(b"\n"), 0)]
    return part[: blank.start() if blank else None].decode("utf-8", "replace")


def _table_at(text: str, parse: ParseRows) -> TableLayout | None:
    """The place of a table in a text; None unless it has names for two columns at least and a row below them that fills them."""
    if text.count("\n") < 1:
        return None
    return _layout([row for row in parse(text)[:_MOST_ROWS] if any(cell.strip() for cell in row)])


def _layout(rows: Sequence[Sequence[Any]]) -> TableLayout | None:
    if len(rows) < 2:
        return None
    layout = find_table(rows)
    names = [name for name in layout.names or () if name.strip()]
    body = rows[layout.body :]
    pairs = len(names) == 2 and (len(body) < 2 or _are_pairs(rows, body))
    return layout if len(names) >= 2 and body and not pairs and all(len(row) >= len(names) for row in body[:3]) else None


def _are_pairs(rows: Sequence[Sequence[Any]], body: Sequence[Sequence[Any]]) -> bool:
    """Whether rows of two cells, of which the first would name the columns of the `body`, say something about another table: names with a
    colon, or each with a value of its own kind beside it.
    """
    if any(cell_text(row[0]).endswith(":") for row in rows if row):
        return True
    names, kinds = [cell_text(row[0]) for row in rows if row], {cell_kind(row[1]) for row in body if len(row) > 1}
    mixed = "text" in kinds and len(kinds - {"", "text"}) > 0
    return mixed and len(rows) <= _MOST_PAIRS and len(set(names)) == len(names) and all(cell_kind(name) == "text" for name in names)


def _is_another(above: TableLayout, below: TableLayout) -> bool:
    """Whether the names of a table differ from those of the one above, and are no row of it either; of equal names the titles differ."""
    one, other = ([name.strip().casefold() for name in layout.names or () if name.strip()] for layout in (above, below))
    if one == other:
        titles, further = _titles(above), _titles(below)
        return bool(titles and further) and titles != further
    good, bad = count_kinds(below.names or (), above.kinds)
    return len(one) != len(other) or bad > good


def _titles(layout: TableLayout) -> list[str]:
    """What is above the names of a table, without numbers, by which the pages of one table differ."""
    return [re.sub("[0-9]+", "", line.text).strip() for line in layout.left_out if line.reason == "above"]


@dataclass(frozen=True)
class ColumnBlocks:
    """Where the tables side by side begin and end in the columns of some rows.

    `tables` are those that are surely several, else a single one; `parts` are the columns between empty ones, which may be several tables
    when `may_be_several`.
    """

    tables: tuple[tuple[int, int], ...]
    parts: tuple[tuple[int, int], ...]
    may_be_several: bool


def column_blocks(rows: Sequence[Sequence[Any]]) -> ColumnBlocks:
    """The tables side by side in the rows of a sheet, with empty columns between.

    Parts that are tables on their own are several where they repeat their names, or where one goes on below the end of another.
    """
    width = max(map(len, rows), default=0)
    filled = [any(j < len(row) and not is_blank(row[j : j + 1]) for row in rows) for j in range(width)]
    parts, start = [], -1
    for j, there in enumerate([*filled, False]):
        if there and start < 0:
            start = j
        elif not there and start >= 0:
            parts.append((start, j))
            start = -1
    whole = ((0, width),)
    if len(parts) < 2 or not all(right - left > 1 for left, right in parts):
        return ColumnBlocks(whole, whole, False)
    cut = [[row[left:right] for row in rows] for left, right in parts]
    layouts = [_layout([row for row in part[:_MOST_ROWS] if not is_blank(row)]) for part in cut]
    known = [layout for layout in layouts if layout is not None]
    if len(known) < len(parts):
        return ColumnBlocks(whole, whole, False)
    names = [name.strip().casefold() for layout in known for name in layout.names or () if name.strip()]
    ends = {max(i for i, row in enumerate(part) if not is_blank(row)) for part in cut}
    tables = tuple(parts) if len(set(names)) < len(names) or len(ends) > 1 else whole
    return ColumnBlocks(tables, tuple(parts), True)
