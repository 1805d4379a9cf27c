"""Rows of text by Arrow's parser: those with the usual number of cells as a table, the few others one by one between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mlops_desktop.serving.dialect import Dialect, numbered_rows
from mlops_desktop.serving.header import generated_names
from mlops_desktop.serving.row_sifter import MARKED, TAIL, TOTALS, RowSifter
from mlops_desktop.serving.table_finder import RULES

_MOST_ODD = 1000
MOST_LINES = 20  # of a cell in a row of another length; more of them were swallowed by a quote that is never closed


@dataclass(frozen=True)
class RegularRows:
    """`table` holds the rows of the usual length, `odd` the others by their position among all rows."""

    table: Any
    odd: Mapping[int, list[str]]

    def __len__(self) -> int:
        return int(self.table.num_rows) + len(self.odd)

    @cached_property
    def _places(self) -> list[int]:
        return sorted(self.odd)

    def row(self, at: int) -> list[str]:
        """One of all rows."""
        if at in self.odd:
            return self.odd[at]
        return table_row(self.table, at - bisect_left(self._places, at))

    def tail(self, end: int) -> list[list[str]]:
        """The last rows before a position."""
        return [self.row(at) for at in range(max(0, end - TAIL), end)]

    def positions(self, in_table: Iterable[int]) -> set[int]:
        """The positions among all rows of rows of the table."""
        shifts = [at - i for i, at in enumerate(self._places)]
        return {at + bisect_right(shifts, at) for at in in_table}

    def candidates(self, sifter: RowSifter) -> set[int]:
        """The rows that may be none of the table; all others are."""
        return self.positions({*_repeated(self.table, sifter), *_comments(self.table, sifter), *_rules(self.table)}) | set(self.odd)

    def totals(self, sifter: RowSifter) -> set[int]:
        """The rows that begin with a word for a total."""
        odd = {at for at, row in self.odd.items() if sifter.is_total(row)}
        return self.positions(_totals(self.table, sifter)) | odd

    def without(self, left: Container[int]) -> Any:
        """The table of all rows but some; those of another length are filled up or cut."""
        import pyarrow as pa

        width = self.table.num_columns
        pieces, start = [], 0
        for i, at in enumerate([*self._places, len(self)]):
            end = at - i
            keep = [place not in left for place in range(start + i, at)]
            piece = self.table.slice(start, end - start)
            pieces.append(piece if all(keep) else piece.filter(pa.array(keep, pa.bool_())))
            if at in self.odd and at not in left:
                row = [*self.odd[at], *[""] * width][:width]
                pieces.append(pa.table([pa.array([cell], pa.string()) for cell in row], names=self.table.column_names))
            start = end
        return pa.concat_tables(pieces)


def parse_regular(data: bytes, start: int, dialect: Dialect, width: int) -> RegularRows | None:
    """The rows of UTF-8 text from byte `start` on; None when too many have another number of cells."""
    import pyarrow as pa

    if start >= len(data):
        return RegularRows(pa.table([pa.array([], pa.string())] * width, names=generated_names(width)), {})
    try:
        return RegularRows(_arrow_table(data, start, dialect, width, lambda _: "error", threads=True), {})
    except pa.ArrowInvalid:
        found: list[Any] = []

    def note(row: Any) -> str:
        found.append(row)
        return "skip" if len(found) <= _MOST_ODD else "error"

    try:
        table = _arrow_table(data, start, dialect, width, note, threads=False)  # rows have numbers on one thread alone
    except pa.ArrowInvalid:
        return None
    odd = _odd_rows(found, dialect, width)
    return RegularRows(table, odd) if odd is not None and len(odd) < table.num_rows else None


def _odd_rows(found: list[Any], dialect: Dialect, width: int) -> dict[int, list[str]] | None:
    """The cells of the rows that Arrow refused by their position; None when they are cut otherwise here."""
    odd: dict[int, list[str]] = {}
    blank = 0
    for one in found:
        rows = [row for _, row in numbered_rows(one.text, dialect) if row]
        closed = not dialect.quote or one.text.count(dialect.quote) % 2 == 0
        if len(rows) != 1 or len(rows[0]) != one.actual_columns or one.text.count("\n") > MOST_LINES or not closed:
            return None
        if width > 1 and not one.text.strip():
            blank += 1  # a line of blanks is no row, as an empty one is none
        else:
            odd[one.number - 1 - blank] = rows[0]
    return odd


def _arrow_table(data: bytes, start: int, dialect: Dialect, width: int, handler: Any, *, threads: bool) -> Any:
    import pyarrow as pa
    import pyarrow.csv as pc

    places = generated_names(width)
    parse = pc.ParseOptions(
        delimiter=dialect.delimiter,
        quote_char=dialect.quote or False,
        double_quote=True,
        newlines_in_values=bool(dialect.quote),
        ignore_empty_lines=width > 1,
        invalid_row_handler=handler,
    )
    convert = pc.ConvertOptions(
        column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False, quoted_strings_can_be_null=False
    )
    longest = max(2**20, min(len(data) - start, 2**24))
    read = pc.ReadOptions(column_names=places, block_size=longest, use_threads=threads)
    return pc.read_csv(pa.BufferReader(pa.py_buffer(data).slice(start)), read, parse_options=parse, convert_options=convert)


def table_row(table: Any, at: int) -> list[str]:
    """One row of an Arrow table."""
    return [column[at].as_py() for column in table.columns]


def _hits(mask: Any) -> list[int]:
    import pyarrow.compute as pc

    found: list[int] = pc.indices_nonzero(mask).to_pylist()
    return found


def _totals(table: Any, sifter: RowSifter) -> list[int]:
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pa.array(sorted(TOTALS), pa.string())
    hits = [_hits(pc.is_in(pc.ascii_trim_whitespace(column), value_set=words)) for column in table.columns[:MARKED]]
    first = table.select(range(min(MARKED, table.num_columns)))
    return [at for at in sorted({at for found in hits for at in found}) if sifter.is_total(table_row(first, at))]


def _repeated(table: Any, sifter: RowSifter) -> list[int]:
    """The rows that may repeat a row of names or units."""
    import pyarrow.compute as pc

    found: set[int] = set()
    for header in sifter.headers:
        hits: Any = None
        named = [j for j, name in enumerate(header[: table.num_columns]) if name]
        for j in sorted(named, key=lambda j: (not any(sifter.layout.kinds[j : j + 1]), j))[:5]:
            mask = pc.match_substring(table.column(j), header[j])
            hits = mask if hits is None else pc.and_(hits, mask)
            if pc.sum(hits).as_py() in (None, 0):
                break
        found.update(_hits(hits) if hits is not None else ())
    return sorted(found)


def _comments(table: Any, sifter: RowSifter) -> list[int]:
    """The rows whose first cell begins with the mark of comments."""
    import pyarrow.compute as pc

    mark = sifter.wanted.comment
    return _hits(pc.starts_with(pc.ascii_ltrim_whitespace(table.column(0)), mark)) if mark else []


def _rules(table: Any) -> list[int]:
    """The rows that may be drawn lines."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if table.num_columns < 2:
        return []
    begins = pa.array(RULES)
    first = (pc.utf8_slice_codeunits(pc.ascii_ltrim_whitespace(column), 0, 3) for column in table.columns[:2])
    return sorted({at for start in first for at in _hits(pc.is_in(start, value_set=begins))})
