"""Finds the table in a delimited text for a model: the dialect, the rows that name the model's columns, and what is no row of it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TextIO

from .dialect import BLANKS, DELIMITERS, FIXED, SAMPLE_BYTES, Dialect, find_dialect, numbered_lines, numbered_rows, sep_line
from .errors import UserError
from .message import msg
from .names import clean_name, match_names
from .row_sifter import RowSifter
from .table_finder import SAMPLE_ROWS, Layout, LeftOut, Wanted, find_table, row_text

_MOST_ABOVE = 100  # rows among which the one with the names is sought
_OTHERS = (Wanted(names="first"), Wanted(names="last"), Wanted(names="joined"), Wanted(header="first"))  # where names are lacking


@dataclass(frozen=True)
class CsvTable:
    """Where the table of a text is.

    `lines` stand above all rows, `above` rows (blank ones counted) above those of the table, which have `width` cells; `header` are the
    names as they stand there, one for each cell; `left_out` is what else stands above.
    """

    dialect: Dialect
    header: Sequence[str]
    lines: int
    above: int
    width: int
    sifter: RowSifter
    left_out: tuple[LeftOut, ...] = ()


def find_csv_table(text: TextIO, known: Collection[str]) -> CsvTable:
    """The dialect and the place of the table: those under which most of the `known` columns are named. `text` is at its beginning."""
    sample = text.read(SAMPLE_BYTES).lstrip("\ufeff").replace("\0", "")
    more = bool(text.read(1))
    if more:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    named = sep_line(sample)
    lines = io.StringIO(sample, newline="").readlines() if named else []
    body = "".join(lines[1:]) if named else sample
    found = find_dialect(body, named) if named else find_dialect(body)
    best: tuple[int, CsvTable] | None = None
    for dialect in dict.fromkeys((found, *(Dialect(mark, '"') for mark in DELIMITERS))):
        rows = _first_rows(body, dialect, more)
        for table in (_table(dialect, rows, layout, lines[:1]) for layout in _layouts(rows, known)):
            names = [*map(clean_name, table.header)]
            count = len(set(known).intersection(names)) + len(match_names(names, known))
            if best is None or count > best[0]:
                best = count, table
            if count == len(known):
                return table
        if best is not None and 2 * best[0] >= len(known):
            break  # the names are there; some columns are lacking
    assert best is not None, "there is a place for each dialect"
    return best[1]


def _layouts(rows: list[list[str]], known: Collection[str]) -> Iterator[Layout]:
    """The place of the table as it is found from the rows, then other places where it might be."""
    first = find_table(rows)
    if first.names:
        yield first
    for wanted in _OTHERS:
        if (layout := find_table(rows, wanted)).names:
            yield layout
    counts = [len(set(known).intersection(map(clean_name, row))) for row in rows[:_MOST_ABOVE]]
    if any(counts):
        at = counts.index(max(counts))
        yield _moved(find_table(rows[at:], Wanted(header="first", names="first", from_first=True)), rows, at)
    if not first.names:
        yield first


def _moved(layout: Layout, rows: Sequence[Sequence[str]], by: int) -> Layout:
    """A layout that was found in the rows from one on, among all rows."""
    above = [LeftOut(at, "above", text) for at, row in enumerate(rows[:by]) if (text := row_text(row))]
    left = [replace(one, at=one.at + by) for one in layout.left_out]
    return replace(layout, header=tuple(at + by for at in layout.header), body=layout.body + by, left_out=(*above, *left))


def _first_rows(sample: str, dialect: Dialect, more: bool) -> list[list[str]]:
    """The first rows of a sample, blank ones too, up to a fault, which is named when the rows are read."""
    rows = []
    with suppress(csv.Error):
        for _, row in islice(numbered_rows(sample, dialect), SAMPLE_ROWS):
            rows.append(row)
    if more and 1 < len(rows) < SAMPLE_ROWS:
        rows.pop()  # a cell with line breaks may be cut
    return rows


def _table(dialect: Dialect, rows: list[list[str]], layout: Layout, lines: list[str]) -> CsvTable:
    """The table by its layout in the first rows below some lines."""
    names = list(layout.names or next(filter(None, rows), []))
    above = layout.body if layout.names else next((at for at, row in enumerate(rows, 1) if row), 0)
    body = [row for row in rows[above:] if any(cell.strip() for cell in row)]
    lengths = Counter(map(len, body))
    width = max(lengths, key=lambda one: (lengths[one], one == len(names), one), default=len(names))
    while len(names) > width and not names[-1].strip():
        names.pop()
    if len(names) == width - 1 and sum(bool(row[-1].strip()) for row in body if len(row) == width) >= 0.5 * len(body):
        names.insert(0, "")  # the first column holds the names of the rows
    width = max(width, len(names))
    names += [""] * (width - len(names))
    sifter = RowSifter.over(layout, Wanted(), rows)
    left = (*(LeftOut(at, "above", line.strip()) for at, line in enumerate(lines)), *layout.left_out)
    return CsvTable(dialect, names, len(lines), above, width, sifter, left)


def csv_rows(text: TextIO, table: CsvTable) -> Iterator[list[str]]:
    """The rows below the names. A blank line is a row of one empty cell where there is one column, else none.

    UserError when a line cannot be cut.
    """
    text.seek(0)
    dialect, line, single = table.dialect, 0, table.width == 1
    by_lines = dialect.delimiter not in (BLANKS, FIXED) and not dialect.escape
    lines = islice(_clean_lines(text), table.lines, None)
    rows = numbered_lines(lines, dialect) if by_lines else numbered_rows("".join(lines), dialect)
    try:
        for number, row in islice(rows, table.above, None):
            line = number
            if len(row) > 1 or single or (row and row[0].strip()):
                yield row or [""]
    except csv.Error as error:
        raise UserError(msg("Line {line_num} cannot be read as CSV.", line_num=line + 1), "Check its quotation marks.") from error


def _clean_lines(text: TextIO) -> Iterator[str]:
    """The lines of a text without byte order marks at its beginning and without NUL characters."""
    for at, line in enumerate(text):
        clean = line if at else line.lstrip("\ufeff")
        yield clean.replace("\0", "") if "\0" in clean else clean
