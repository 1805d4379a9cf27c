"""The rows of a table in a delimited text, read once: the cells of the model's columns, and what is not a row of the table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TextIO

from .csv_table import CsvRows, CsvTable
from .deadline import check_deadline
from .errors import UserError
from .headings import HEADING, headings
from .message import msg
from .row_sifter import MARKED, TAIL, TOTALS, RowSifter, named_rows
from .split_decimals import joined_parts
from .sum_row import LEAST_NAMED, are_sums, may_be_sums
from .table_finder import ASCII_BLANKS, RULES, LeftOut, Reason, is_blank, row_text
from .unclosed_quote import has_unclosed_quote, swallows_lines

BLOCK = 5000  # rows that are held together
_TOTAL_TEXT = re.compile(r"(?i)tota|sum[ma]|gesamt|razem|ergebnis|somme")  # in each text of a total with a name
_APART = "\0"  # between the cells of a column: in no cell, as it is left out of every text


@dataclass
class _Block:
    """Some rows: the cells of each wanted column as one text, and the positions of rows of another length.

    `without_cells` are the positions of the rows whose cells are not among these: what is held is never more than what the text holds.
    """

    rows: int
    columns: dict[str, str]
    without_cells: frozenset[int]
    ragged: frozenset[int]
    last: int  # the position of the last row that holds anything, -1 for none


@dataclass(frozen=True)
class Part:
    """Some rows of the table: their cells by column, and which rows have another number of cells than the header (theirs are empty)."""

    columns: Mapping[str, Sequence[str]]
    rows: int
    ragged: frozenset[int]


@dataclass
class CsvCells:
    """The cells of a table by column, held as few long texts.

    `left_out` are rows below the names that are none of the table, by position among these; `empty` is the number of rows without anything
    at the end. `has_headings`: the headings between the rows are a column too. `has_unclosed_quote`: a quote is opened and never closed, so
    the table is to be read again without quotes.
    """

    names: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    empty: int = 0
    has_unclosed_quote: bool = False
    has_headings: bool = False
    _blocks: list[_Block] = field(default_factory=list)
    _gone: frozenset[int] = frozenset()
    _end: int = 0

    @property
    def rows(self) -> int:
        """Number of rows of the table."""
        return self._end - sum(at < self._end for at in self._gone)

    def rows_before(self, at: int) -> int:
        """How many rows of the table are above a row that is none, by its position."""
        return min(self.rows, at - sum(other < at for other in self._gone))

    @property
    def has_ragged(self) -> bool:
        """Whether a row has another number of cells than the header."""
        return any(block.ragged for block in self._blocks)

    def parts(self) -> Iterator[Part]:
        """The rows of the table in their order, some thousands at a time."""
        start = rows = 0
        above = headings(self.left_out, self.rows) if self.has_headings else []
        for block in self._blocks:
            columns = {name: _cells(text, block) for name, text in block.columns.items()}
            stay = [i for i in range(block.rows) if start + i < self._end and start + i not in self._gone]
            ragged = block.ragged
            if len(stay) < block.rows:
                columns = {name: [cells[i] for i in stay] for name, cells in columns.items()}
                ragged = frozenset(at for at, i in enumerate(stay) if i in block.ragged)
            start += block.rows
            if above:
                columns[HEADING] = above[rows : rows + len(stay)]
            rows += len(stay)
            if stay:
                yield Part(columns, len(stay), ragged)


def _cells(text: str, block: _Block) -> list[str]:
    """The cells of a column in the rows of a block, "" where a row has none."""
    if not block.without_cells:
        return text.split(_APART)
    there = iter(text.split(_APART))
    return ["" if i in block.without_cells else next(there) for i in range(block.rows)]


class TooManyRows(UserError):
    """A text has more rows than are taken at once."""

    def __init__(self, most: int) -> None:
        super().__init__(msg("The text has more than {most:,} rows.", most=most), "Send it in parts.")


def read_cells(
    text: TextIO,
    table: CsvTable,
    places: Mapping[str, int],
    note: Callable[[Mapping[str, Iterable[str]]], None],
    size: int = BLOCK,
    most: int | None = None,
) -> CsvCells:
    """The rows of a table, the columns at these places; `note` is given the texts of each column, in parts.

    UserError when a line cannot be cut; `TooManyRows` as soon as there are more than `most`, those that are none of the table counted.
    """
    found, given = _Reader(table, places, note), CsvRows(text, table)
    last: list[str] = []
    for rows, is_last in _in_blocks(given, size):
        check_deadline()
        found.add(rows, is_last)
        last = rows[-1] if rows else last
        if most is not None and found.rows > most:
            raise TooManyRows(most)
    unclosed = has_unclosed_quote(found.swallowing, last, given.lines, given.quotes)
    if table.dialect.quote and unclosed:
        return replace(found.cells(), has_unclosed_quote=True)
    found.leave_out_sums(text, table)
    return found.cells()


def _in_blocks(rows: Iterable[list[str]], size: int) -> Iterator[tuple[list[list[str]], bool]]:
    """Rows some thousands at a time, and whether they are the last; these hold all rows that may be notices at the end."""
    waiting: list[list[str]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) >= size + TAIL:
            yield waiting[:size], False
            waiting = waiting[size:]
    yield waiting, True


class _Reader:
    """Takes the rows of a table block by block, and sifts them."""

    def __init__(self, table: CsvTable, places: Mapping[str, int], note: Callable[[Mapping[str, Iterable[str]]], None]) -> None:
        self._width, self._sifter, self._places, self._note = table.width, table.sifter, places, note
        self._split = frozenset(table.split)
        self._may_be_others = _others_finder(table.sifter)
        self._blocks: list[_Block] = []
        self._reasons: dict[int, Reason | None] = {}
        self._left_out: list[LeftOut] = []
        self._odd: dict[int, list[str]] = {}  # the rows that are none of the table, unless there are too many of them
        self.rows = self._totals = 0
        self._first: list[str] = []
        self._tail: dict[int, list[str]] = {}  # the last rows by their position
        self.swallowing: list[list[str]] = []  # the first row that shows a quote that is never closed

    def add(self, rows: list[list[str]], is_last: bool) -> None:
        """Take some rows; the last ones are those at the end of the text."""
        width, start, sifter = self._width, self.rows, self._sifter
        odd = [i for i, row in enumerate(rows) if len(row) != width]
        found: set[int] = set()
        for i in odd if not self._may_be_others(rows) else range(len(rows)):
            self._totals += sifter.is_total(rows[i])
            if sifter.inside(rows[i], width):
                found.add(i)
                self._odd[start + i] = rows[i]
        self.swallowing = self.swallowing or [rows[i] for i in odd if swallows_lines(rows[i])][:1]
        self._first = self._first or (rows[0] if rows else [])
        self.rows += len(rows)
        if is_last:
            found = {at - start for at in self._decide(rows) if at >= start}
        ragged = frozenset(i for i in odd if i not in found and (len(rows[i]) < width or any(cell.strip() for cell in rows[i][width:])))
        # Rows of the table with further cells that hold nothing keep those of its columns; other odd rows have no cells of these.
        without = frozenset(i for i in odd if i in ragged or len(rows[i]) < width)
        whole = rows if not odd else [rows[i][:width] for i in range(len(rows)) if i not in without]
        last = next((i for i in range(len(rows) - 1, -1, -1) if not is_blank(rows[i])), -1)
        cells = self._cells_of(whole)
        columns = {name: _APART.join(cells[at]) for name, at in self._places.items()}
        self._blocks.append(_Block(len(rows), columns, without, ragged, last))
        if found:
            cells = self._cells_of([row[:width] for i, row in enumerate(rows) if i not in without and i not in found])
        self._note({name: set(cells[at]) for name, at in self._places.items()})

    def _cells_of(self, rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
        """The cells of rows by column, with the parts of cut numbers put together."""
        cells: list[Sequence[str]] = [*zip(*rows, strict=True)] or [()] * self._width
        for at in self._split:
            cells[at] = [*map(joined_parts, cells[at], cells[at + 1])]
        return cells

    def _decide(self, last: list[list[str]]) -> Collection[int]:
        """The positions of all rows that are none of the table, with the last ones of it."""
        tail = last[-TAIL:]
        self._reasons = self._sifter.left_out(
            self._width, self.rows, marked=self._totals, first=self._first, tail=tail, candidates=self._odd.items()
        )
        self._tail = dict(enumerate(tail, self.rows - len(tail)))
        known = {0: self._first, **self._odd, **self._tail}
        self._left_out = named_rows(self._reasons, known.__getitem__)
        return self._reasons.keys()

    def leave_out_sums(self, text: TextIO, table: CsvTable) -> None:
        """Take a last row of sums for none of the table, once all rows were taken; only where there may be one is the text read again."""
        at, last = next(((at, row) for at, row in reversed(self._tail.items()) if at not in self._reasons and not is_blank(row)), (0, []))
        places = [j for j in range(self._width) if j - 1 not in self._split]  # without the parts of numbers that were put together
        texts = [cells[0].strip() for cells in self._cells_of([[*last, *[""] * self._width][: self._width]])]
        if at < LEAST_NAMED or not may_be_sums([texts[j] for j in places]):
            return
        counters: list[Counter[str]] = [Counter() for _ in range(self._width)]
        above = (row for i, row in enumerate(islice(CsvRows(text, table), at)) if i not in self._reasons)
        rows = 0
        for block, _ in _in_blocks(above, BLOCK):
            check_deadline()
            rows += len(block)
            for column, cells in zip(counters, self._cells_of([[*row, *[""] * self._width][: self._width] for row in block]), strict=True):
                column.update(map(str.strip, cells))
        if are_sums([texts[j] for j in places], lambda place: counters[places[place]], rows):
            self._reasons[at] = "total"
            self._left_out = sorted([*self._left_out, LeftOut(at, "total", row_text(last))], key=lambda one: one.at)

    def cells(self) -> CsvCells:
        """What was read, once all rows were taken."""
        reasons = self._reasons
        start = end = 0
        for block in self._blocks:
            if block.last >= 0:
                end = start + block.last + 1
            start += block.rows
        while end and (end - 1 in reasons or is_blank(self._tail.get(end - 1, ("row",)))):
            end -= 1
        gone = frozenset(reasons)
        kept = [block for block in self._blocks if block.rows]
        empty = sum(at not in gone for at in range(end, self.rows)) if self._width > 1 else 0
        heads = any(one.reason == "head" for one in self._left_out)
        return CsvCells(tuple(self._places), tuple(self._left_out), empty, False, heads, kept, gone, end)


def _others_finder(sifter: RowSifter) -> Callable[[list[list[str]]], bool]:
    """The function that says of rows whether one with the usual number of cells may be none of the table; it is quick where none is."""
    starts = [re.escape(text) for text in (*RULES, sifter.wanted.comment) if text]
    totals = "|".join(map(re.escape, sorted(TOTALS)))
    begins = re.compile(rf"(?:^|{_APART})[{ASCII_BLANKS}]*(?:{'|'.join(starts)}|(?:{totals}|[*]+)[{ASCII_BLANKS}]*(?:{_APART}|$))").search
    names = [(at, header[at]) for header in sifter.headers if (at := next((j for j, name in enumerate(header) if name), -1)) >= 0]

    def may_be_others(rows: list[list[str]]) -> bool:
        marked = _APART.join([cell for row in rows for cell in row[:MARKED]])
        if begins(marked) or _TOTAL_TEXT.search(marked) or any(len(row) > 1 and not any(map(str.strip, row[1:])) for row in rows):
            return True
        return any(at < len(row) and name in row[at] and row[at].strip() == name for at, name in names for row in rows)

    return may_be_others
