"""Rows of text that Arrow's parser does not cut alike: read one after another, with some of them in memory at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mlops_desktop.catalog.sources._coded_columns import coded_batch
from mlops_desktop.catalog.sources._regular_rows import RegularRows
from mlops_desktop.serving.csv_names import usual_width
from mlops_desktop.serving.dialect import Dialect, numbered_lines
from mlops_desktop.serving.header import generated_names
from mlops_desktop.serving.row_sifter import TAIL, RowSifter, named_rows
from mlops_desktop.serving.table_finder import LeftOut, row_text
from mlops_desktop.serving.unclosed_quote import count_quotes, ends_unclosed, swallows_lines

_PART_CELLS, _PART_ROWS = 400_000, 20_000  # that are Python's texts at a time
_LONGEST_ROW = 2**22  # characters; a longer one of several lines shows a quote that is never closed
Lines = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class UnevenRows:
    """The rows of a table as a record batch of texts by their distinct values, all of one length.

    `short` and `long` are the numbers (from 1) of the rows with fewer and with more cells, of the latter those whose surplus holds
    something. `is_unclosed`: quotes are letters, as one is never closed; `ends_open`: the last row opens a quote and holds the rest.
    """

    batch: Any
    left_out: tuple[LeftOut, ...]
    short: list[int]
    long: list[int]
    is_unclosed: bool
    ends_open: bool


def parse_uneven(lines: Lines, dialect: Dialect, columns: int, sifter: RowSifter, skip_end: int, size: int) -> UnevenRows:
    """The rows of a text: short ones are filled up, surplus cells left out, a quote that never ends is taken as a letter.

    `lines` begins the lines of the text anew at each call, `columns` is the usual number of cells, `size` are the bytes of the text.
    """
    import pyarrow as pa

    facts = _Facts.of(lines(), dialect, columns)
    is_unclosed = facts.is_unclosed(dialect)
    if is_unclosed:
        dialect = replace(dialect, quote="")
        facts = _Facts.of(lines(), dialect, columns)
    width = max(columns, usual_width(facts.widths.elements(), columns))
    schema = pa.schema([(name, pa.string()) for name in generated_names(width)])
    scan = _Scan(sifter, width, deque(maxlen=TAIL + skip_end))
    rows = (row for _, cells in numbered_lines(lines(), dialect) if (row := _row_of(cells, columns)))
    batch = coded_batch(_batches(rows, scan, schema), schema, size)
    reasons, left = scan.left_out(skip_end)
    gone = sorted(reasons)
    return UnevenRows(
        RegularRows(batch, {}).without(reasons),
        left,
        _numbers(scan.short, gone),
        _numbers(scan.long, gone),
        is_unclosed,
        not is_unclosed and facts.ends_open(dialect, columns),
    )


def _row_of(cells: list[str], columns: int) -> list[str]:
    """The cells of a row of the table; none where it is no row. A blank line is one in a table of one column alone."""
    if columns == 1:
        return cells or [""]
    return cells if len(cells) > 1 or any(cell.strip() for cell in cells) else []


def _batches(rows: Iterator[list[str]], scan: _Scan, schema: Any) -> Iterator[Any]:
    """The rows as record batches of texts, each looked at by `scan` on the way."""
    import pyarrow as pa

    width = scan.width
    most = max(1, min(_PART_ROWS, _PART_CELLS // width))
    part: list[list[str]] = []

    def batch() -> Any:
        scan.take(part)
        filled = [row if len(row) == width else [*row, *[""] * (width - len(row))][:width] for row in part]
        return pa.RecordBatch.from_arrays([pa.array(cells, pa.string()) for cells in zip(*filled, strict=True)], schema=schema)

    for row in rows:
        part.append(row)
        if len(part) >= most:
            yield batch()
            part = []
    if part:
        yield batch()


def _numbers(places: Sequence[int], gone: Sequence[int]) -> list[int]:
    """The numbers of rows, by their places among all rows, some of which are gone."""
    there = set(gone)
    return [at + 1 - bisect_left(gone, at) for at in places if at not in there]


class _UnclosedQuoteError(Exception):
    """A quote is opened and holds more than any cell of a table."""


@dataclass
class _Facts:
    """What decides how the rows of a text are read: how many have each length, the last one, and the quotes and line ends of the text."""

    widths: Counter[int] = field(default_factory=Counter)
    last: list[str] = field(default_factory=list)
    swallows: bool = False
    line_ends: int = 0
    quotes: int = 0
    last_line: str = ""
    _since_row: int = 0  # characters

    @classmethod
    def of(cls, lines: Iterable[str], dialect: Dialect, columns: int) -> _Facts:
        """The facts of the lines of a text, cut in a dialect."""
        facts = cls()
        try:
            for _, cells in numbered_lines(facts._measured(lines, dialect), dialect):
                facts._since_row, facts.last = 0, cells
                facts.swallows = facts.swallows or (len(cells) != columns and swallows_lines(cells))
                if row := _row_of(cells, columns):
                    facts.widths[len(row)] += 1
        except _UnclosedQuoteError:
            facts.swallows = True
        return facts

    def _measured(self, lines: Iterable[str], dialect: Dialect) -> Iterator[str]:
        for line in lines:
            self.line_ends += line.count("\n")
            if dialect.quote and dialect.quote in line:
                self.quotes += count_quotes(line, dialect)
            if not line.isspace():
                self.last_line = line
            self._since_row += len(line)
            if dialect.quote and self._since_row > _LONGEST_ROW and self._since_row > len(line):
                raise _UnclosedQuoteError
            yield line

    def is_unclosed(self, dialect: Dialect) -> bool:
        """Whether a quote is never closed, so that quotes are letters."""
        return bool(dialect.quote) and (self.swallows or ends_unclosed(self.last, self.line_ends, self.quotes))

    def ends_open(self, dialect: Dialect, columns: int) -> bool:
        """Whether the last row opens a quote that is never closed."""
        return bool(self.last) and len(self.last) < columns and count_quotes(self.last_line, dialect) % 2 == 1


@dataclass
class _Scan:
    """What of the rows, taken in parts, shows which of them are none of the table; `tail` holds the last ones."""

    sifter: RowSifter
    width: int
    tail: deque[list[str]]
    rows: int = 0
    first: list[str] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    odd: dict[int, list[str]] = field(default_factory=dict)  # rows that the sifter refuses wherever they stand
    short: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)

    def take(self, part: Sequence[list[str]]) -> None:
        """Look at further rows."""
        sifter, width, start = self.sifter, self.width, self.rows
        self.first = self.first or part[0]
        for i in () if sifter.wanted.keep_all else sifter.candidates(part, width):
            if sifter.is_total(part[i]):
                self.totals.append(start + i)
            if sifter.inside(part[i], width):
                self.odd[start + i] = part[i]
        for i, row in enumerate(part, start):
            if len(row) < width:
                self.short.append(i)
            elif len(row) > width and any(cell.strip() for cell in row[width:]):
                self.long.append(i)
        self.tail.extend(part)
        self.rows += len(part)

    def left_out(self, skip_end: int) -> tuple[dict[int, Any], tuple[LeftOut, ...]]:
        """Why rows are none of the table, by their places, and those that hold something; the last `skip_end` ones are left out too."""
        end = max(0, self.rows - skip_end)
        known = {**self.odd, **dict(enumerate(self.tail, self.rows - len(self.tail)))}
        if self.rows:
            known[0] = self.first
        reasons: dict[int, Any] = dict(
            self.sifter.left_out(
                self.width,
                end,
                marked=bisect_left(self.totals, end),
                first=self.first if end else (),
                tail=[known[at] for at in range(max(0, end - TAIL), end)],
                candidates=[(at, row) for at, row in self.odd.items() if at < end],
            )
        )
        left = named_rows(reasons, known.__getitem__)
        left += [LeftOut(at, "end", row_text(known[at])) for at in range(end, self.rows)]
        return reasons | dict.fromkeys(range(end, self.rows), "end"), tuple(left)
