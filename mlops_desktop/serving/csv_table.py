"""Finds the table in a delimited text for a model: the dialect, the rows that name the model's columns, and what is no row of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TextIO

from .csv_names import Extra, complete_names, usual_width, without_empty_end
from .dialect import DELIMITERS, SAMPLE_BYTES, Dialect, find_dialect, numbered_lines, sep_line
from .errors import UserError
from .header import generated_names
from .late_escape import has_late_escape
from .message import msg
from .names import clean_name, match_names
from .row_sifter import RowSifter
from .split_decimals import find_split_decimals
from .table_finder import SAMPLE_ROWS, LeftOut, TableLayout, Wanted, find_table, row_text
from .unclosed_quote import beginning_rows, count_quotes

_MOST_ABOVE = 100  # rows among which the one with the names is sought
# Where names may be that are lacking in the table as it is found.
OTHER_PLACES = (Wanted(names="first"), Wanted(names="last"), Wanted(names="joined"), Wanted(header="first"))


@dataclass(frozen=True)
class CsvTable:
    """Where the table of a text is.

    `lines` are above all rows, `above` rows (blank ones counted) above those of the table, which have `width` cells; `header` are the
    names as they are there, one for each cell; `left_out` is what else is above. `extra` is the column without a name of its own, as
    `complete_names` gives it. `split` are the positions of the cells that are put together with the next one, which has no name then
    (`split_decimals`). `late_escape`: only lines further down show that backslashes are escapes. `has_unclosed_quote`: quotes are
    letters, as one is never closed.
    """

    dialect: Dialect
    header: Sequence[str]
    lines: int
    above: int
    width: int
    sifter: RowSifter
    left_out: tuple[LeftOut, ...] = ()
    extra: Extra = ""
    split: tuple[int, ...] = ()
    late_escape: bool = False
    has_unclosed_quote: bool = False


def find_csv_table(text: TextIO, known: Collection[str]) -> CsvTable:
    """The dialect and the place of the table: those under which most of the `known` columns are named. `text` is at its beginning."""
    sample = text.read(SAMPLE_BYTES).lstrip("\ufeff").replace("\0", "")
    more = bool(text.read(1))
    if more:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    named = sep_line(sample)
    lines = io.StringIO(sample, newline="").readlines() if named else []
    body = "".join(lines[1:]) if named else sample
    marks = named or DELIMITERS
    found = find_dialect(body, marks)
    late = more and not found.escape and has_late_escape(_pieces(text), find_dialect)
    if late:
        found = find_dialect(body, marks, escape=True)
    best: tuple[int, CsvTable] | None = None
    others = (*DELIMITERS, *_other_marks(body, known))
    for dialect in dict.fromkeys((found, *(Dialect(mark, '"', late) for mark in others))):
        rows, plain = _first_rows(body, dialect, more)
        for layout in _layouts(rows, known):
            table = replace(_table(plain, rows, layout, lines[:1], known), late_escape=late, has_unclosed_quote=plain != dialect)
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


def _other_marks(text: str, known: Collection[str]) -> Iterator[str]:
    """The characters beyond the usual delimiters at which one of the first lines parts into names of which half of the known ones are."""
    names = frozenset(known)
    for line in islice(io.StringIO(text), _MOST_ABOVE):
        for mark in dict.fromkeys(char for char in line if not char.isalnum() and not char.isspace() and char not in DELIMITERS + "\"'\\"):
            parts = {clean_name(part.strip().strip("\"'")) for part in line.split(mark)}
            if len(parts) > 1 and 2 * len(names & parts) >= len(names):
                yield mark


def _layouts(rows: list[list[str]], known: Collection[str]) -> Iterator[TableLayout]:
    """The place of the table as it is found from the rows, then other places where it might be."""
    first = find_table(rows)
    if first.names:
        yield first
    for wanted in OTHER_PLACES:
        if (layout := find_table(rows, wanted)).names:
            yield layout
    counts = [len(set(known).intersection(map(clean_name, row))) for row in rows[:_MOST_ABOVE]]
    if any(counts):
        at = counts.index(max(counts))
        yield _moved(find_table(rows[at:], Wanted(header="first", names="first", from_first=True)), rows, at)
    if not first.names:
        yield first


def _moved(layout: TableLayout, rows: Sequence[Sequence[str]], by: int) -> TableLayout:
    """A layout that was found in the rows from one on, among all rows."""
    above = [LeftOut(at, "above", text) for at, row in enumerate(rows[:by]) if (text := row_text(row))]
    left = [replace(one, at=one.at + by) for one in layout.left_out]
    return replace(layout, header=tuple(at + by for at in layout.header), body=layout.body + by, left_out=(*above, *left))


def _first_rows(sample: str, dialect: Dialect, more: bool) -> tuple[list[list[str]], Dialect]:
    """The first rows of a sample, blank ones too, and the dialect in which they are cut."""
    rows, dialect = beginning_rows(sample, dialect, SAMPLE_ROWS, more=more)
    return [row for _, row in rows], dialect


def _table(dialect: Dialect, rows: list[list[str]], layout: TableLayout, lines: list[str], known: Collection[str]) -> CsvTable:
    """The table by its layout in the first rows below some lines."""
    names, above = list(layout.names or ()), layout.body
    body = _filled_rows(rows, above)
    width = usual_width(map(len, body), len(names))
    if not names:
        names = generated_names(width)
        if set(names).isdisjoint(known):  # the first row names the columns after all
            names = next(filter(None, rows), [])
            above = next((at for at, row in enumerate(rows, 1) if row), 0)
            body = _filled_rows(rows, above)
            width = usual_width(map(len, body), len(names))
    names = without_empty_end(names, width)
    width = max(width, len(names))

    def filled(at: int) -> float:
        return sum(at < len(row) and bool(row[at].strip()) for row in body) / max(1, len(body))

    split = find_split_decimals(dialect.delimiter, len(names), body).places
    if split:
        given = iter(names)
        names = ["" if at - 1 in split else next(given, "") for at in range(width)]
    names, extra = complete_names(names, width, filled)
    sifter = RowSifter.over(layout, Wanted(), rows)
    left = (*(LeftOut(at, "above", line.strip()) for at, line in enumerate(lines)), *layout.left_out)
    return CsvTable(dialect, names, len(lines), above, width, sifter, left, extra, split)


def _filled_rows(rows: Sequence[Sequence[str]], start: int) -> list[Sequence[str]]:
    return [row for row in rows[start:] if any(cell.strip() for cell in row)]


class CsvRows:
    """The rows below the names, and the number of line ends and of quotes in their text once all of them were taken.

    A blank line is a row of one empty cell where there is one column, else none. UserError when a line cannot be cut.
    """

    def __init__(self, text: TextIO, table: CsvTable) -> None:
        self._text, self._table = text, table
        self.lines = self.quotes = 0
        self._is_last_open = False  # whether the last line has no line end

    def __iter__(self) -> Iterator[list[str]]:
        self._text.seek(0)
        table, line = self._table, 0
        rows = numbered_lines(self._with_quotes_counted(islice(_clean_lines(self._text), table.lines, None)), table.dialect)
        try:
            for number, _ in islice(rows, table.above):
                line = number
            start, self.quotes = line, 0
            for number, row in rows:
                line = number
                if len(row) > 1 or table.width == 1 or (row and row[0].strip()):
                    yield row or [""]
            self.lines = line - start - self._is_last_open
        except csv.Error as error:
            raise UserError(msg("Line {line_num} cannot be read as CSV.", line_num=line + 1), "Check its quotation marks.") from error

    def _with_quotes_counted(self, lines: Iterable[str]) -> Iterator[str]:
        dialect, line = self._table.dialect, "\n"
        for line in lines:
            if dialect.quote in line:
                self.quotes += count_quotes(line, dialect)
            yield line
        self._is_last_open = not line.endswith("\n")


def _pieces(text: TextIO) -> Iterator[str]:
    """The rest of a text, up to the end of a line at a time, in few pieces."""
    while piece := text.read(SAMPLE_BYTES):
        yield piece + text.readline()


def _clean_lines(text: TextIO) -> Iterator[str]:
    """The lines of a text without byte order marks at its beginning and without NUL characters."""
    for at, line in enumerate(text):
        clean = line if at else line.lstrip("\ufeff")
        yield clean.replace("\0", "") if "\0" in clean else clean
