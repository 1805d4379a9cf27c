"""Rows of text by Arrow's parser: those with the usual number of cells as a record batch, the few others one by one between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from mlops_desktop.base.column_threads import THREADS
from mlops_desktop.catalog.sources._coded_columns import coded_batch, coded_pieces, kept_rows, mask_where, rows_where, texts_of, with_rows
from mlops_desktop.serving.dialect import Dialect, numbered_rows
from mlops_desktop.serving.header import generated_names
from mlops_desktop.serving.row_sifter import MARKED, NAMED_TOTAL, STARS, TAIL, TOTALS, RowSifter
from mlops_desktop.serving.table_finder import RULES
from mlops_desktop.serving.unclosed_quote import MOST_LINES

_MOST_ODD = 1000
_BLOCK_BYTES = 2**20  # of text that Arrow cuts at a time, more for wide tables; a longer row is read by the slower path
_USUAL_CELL = 200  # bytes
_PIECE_BYTES = 2**24  # of text without quotes that a thread takes at a time
_LEAST_BYTES, _LEAST_COLUMN = 2**22, 2**13  # of text, and of text in a column, that are worth several threads


@dataclass(frozen=True)
class RegularRows:
    """`batch` holds the rows of the usual length by their distinct texts, `odd` the others by their position among all rows."""

    batch: Any
    odd: Mapping[int, list[str]]

    def __len__(self) -> int:
        return len(self.batch) + len(self.odd)

    @cached_property
    def _places(self) -> list[int]:
        return sorted(self.odd)

    def row(self, at: int) -> list[str]:
        """One of all rows."""
        if at in self.odd:
            return self.odd[at]
        place = at - bisect_left(self._places, at)
        return texts_of(self.batch, place, place + 1)[0]

    def tail(self, end: int) -> list[list[str]]:
        """The last rows before a position."""
        places = range(max(0, end - TAIL), end)
        start = places.start - bisect_left(self._places, places.start)
        regular = iter(texts_of(self.batch, start, end - bisect_left(self._places, end)))
        return [self.odd[at] if at in self.odd else next(regular) for at in places]

    def positions(self, in_batch: Iterable[int]) -> set[int]:
        """The positions among all rows of rows of the batch."""
        shifts = [at - i for i, at in enumerate(self._places)]
        return {at + bisect_right(shifts, at) for at in in_batch}

    def candidates(self, sifter: RowSifter) -> set[int]:
        """The rows that may be none of the table; all others are."""
        found = {*_repeated(self.batch, sifter), *_comments(self.batch, sifter), *_rules(self.batch)}
        return self.positions({*found, *_named_totals(self.batch), *_lone_texts(self.batch)}) | set(self.odd)

    def totals(self, sifter: RowSifter) -> set[int]:
        """The rows that begin with a text for a total."""
        odd = {at for at, row in self.odd.items() if sifter.is_total(row)}
        return self.positions(_totals(self.batch, sifter)) | odd

    def without(self, left: Collection[int]) -> Any:
        """The record batch of all rows but some; those of another length are filled up or cut."""
        width, rows = self.batch.num_columns, len(self)
        batch = self.batch
        if self.odd:
            cells = [[*self.odd[at], *[""] * width][:width] for at in self._places]
            batch = with_rows(batch, cells, self._places)
        if not left:
            return batch
        keep = np.ones(rows, dtype=bool)
        keep[list(left)] = False
        kept = int(np.count_nonzero(keep))
        return batch.slice(0, kept) if keep[:kept].all() else kept_rows(batch, keep)


def parse_regular(path: Path, start: int, dialect: Dialect, width: int, *, quoted: bool) -> RegularRows | None:
    """The rows of a UTF-8 file from byte `start` on; None when too many have another number of cells. `quoted`: a quote is among them."""
    import pyarrow as pa

    names = generated_names(width)
    schema = pa.schema([(name, pa.string()) for name in names])
    if start >= path.stat().st_size:
        return RegularRows(coded_batch([], schema), {})
    quote = dialect.quote if quoted else ""
    try:
        return RegularRows(_coded_rows(path, start, dialect, quote, schema), {})
    except pa.ArrowInvalid:
        found: list[Any] = []

    def note(row: Any) -> str:
        found.append(row)
        return "skip" if len(found) <= _MOST_ODD else "error"

    try:  # rows have numbers on one thread alone
        batch = coded_batch(_arrow_batches(path, start, dialect, quote, schema, note, threads=False), schema, path.stat().st_size - start)
    except pa.ArrowInvalid:
        return None
    odd = _odd_rows(found, dialect, width)
    return RegularRows(batch, odd) if odd is not None and len(odd) < len(batch) else None


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


def _coded_rows(path: Path, start: int, dialect: Dialect, quote: str, schema: Any) -> Any:
    """All rows as a record batch of dictionary arrays; ArrowInvalid when one has another number of cells."""
    import pyarrow as pa
    import pyarrow.csv as pc

    size = path.stat().st_size - start
    ranges = [] if quote else _line_ranges(path, start, len(schema))
    if len(ranges) < 2:
        return coded_batch(_arrow_batches(path, start, dialect, quote, schema, lambda _: "error", threads=True), schema, size)
    read, parse, convert = _options(dialect, quote, schema, lambda _: "error", threads=False)
    read.block_size *= 4  # fewer and longer arrays

    def table(begin: int, end: int) -> Any:
        with pa.OSFile(str(path)) as file:
            return pc.read_csv(file.get_stream(begin, end - begin), read, parse, convert)

    return coded_pieces([partial(table, *one) for one in ranges], schema, size)


def _line_ranges(path: Path, start: int, width: int) -> list[tuple[int, int]]:
    """The bytes of whole lines in which a large file without quotes can be read at once in several threads; none for other files."""
    end, block = path.stat().st_size, _block_bytes(width)
    pieces = -(-(end - start) // _PIECE_BYTES)
    if end - start < max(_LEAST_BYTES, _LEAST_COLUMN * width):
        return []
    pieces = -(-pieces // THREADS) * THREADS
    cuts = [start]
    with path.open("rb") as file:
        for i in range(1, pieces):
            file.seek(start + (end - start) * i // pieces)
            if not file.readline(block).endswith(b"\n"):
                return []  # other line ends, or a row longer than Arrow takes
            cut = file.tell()
            if file.read(len(BOM_UTF8)) != BOM_UTF8:  # at the beginning Arrow takes it for no part of the text
                cuts.append(cut)
    return [(a, b) for a, b in pairwise((*cuts, end)) if a < b]


def _block_bytes(width: int) -> int:
    return max(_BLOCK_BYTES, _USUAL_CELL * width)


def _options(dialect: Dialect, quote: str, schema: Any, handler: Any, *, threads: bool) -> tuple[Any, Any, Any]:
    import pyarrow.csv as pc

    parse = pc.ParseOptions(
        delimiter=dialect.delimiter,
        quote_char=quote or False,
        double_quote=True,
        newlines_in_values=bool(quote),
        ignore_empty_lines=len(schema) > 1,
        invalid_row_handler=handler,
    )
    convert = pc.ConvertOptions(
        column_types=dict(zip(schema.names, schema.types, strict=True)),
        strings_can_be_null=False,
        quoted_strings_can_be_null=False,
        check_utf8=False,  # `Utf8File` is
    )
    return pc.ReadOptions(column_names=schema.names, block_size=_block_bytes(len(schema)), use_threads=threads), parse, convert


def _arrow_batches(path: Path, start: int, dialect: Dialect, quote: str, schema: Any, handler: Any, *, threads: bool) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.csv as pc

    read, parse, convert = _options(dialect, quote, schema, handler, threads=threads)
    with pa.OSFile(str(path)) as file:
        file.seek(start)
        with pc.open_csv(file, read, parse_options=parse, convert_options=convert) as reader:
            yield from reader


def _totals(batch: Any, sifter: RowSifter) -> list[int]:
    import pyarrow as pa
    import pyarrow.compute as pc

    totals = pa.array(sorted(TOTALS | STARS), pa.string())
    first = batch.select(list(range(min(MARKED, batch.num_columns))))
    hits = [rows_where(column, lambda texts: pc.is_in(pc.ascii_trim_whitespace(texts), value_set=totals)) for column in first.columns]
    return [at for at in sorted({at for found in hits for at in found}) if sifter.is_total(texts_of(first, at, at + 1)[0])]


def _named_totals(batch: Any) -> list[int]:
    """The rows that may begin with a text for a total and a name."""
    import pyarrow.compute as pc

    pattern = rf"^\s*(?:{NAMED_TOTAL})\s*$"
    first = [column for column in batch.columns[:MARKED] if _holds_blanks(column.dictionary)]
    return sorted({at for column in first for at in rows_where(column, partial(pc.match_substring_regex, pattern=pattern))})


def _holds_blanks(texts: Any) -> bool:
    """Whether a byte of some texts is a blank or another one up to it, which is seen much quicker than by a pattern."""
    _, ends, data = texts.buffers()
    places = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1] if len(texts) else np.zeros(1, np.int32)
    return bool(np.frombuffer(data or b"", np.uint8)[places[0] : places[-1]].min(initial=255) <= ord(" "))


def _lone_texts(batch: Any) -> list[int]:
    """The rows with nothing behind the first cell."""
    import pyarrow.compute as pc

    blank: Any = None
    for column in batch.columns[1:]:
        mask = mask_where(column, lambda texts: pc.equal(pc.utf8_trim_whitespace(texts), ""))
        blank = mask if blank is None or mask is None else blank & mask
        if blank is None or not blank.any():
            return []
    return np.flatnonzero(blank).tolist() if blank is not None else []


def _repeated(batch: Any, sifter: RowSifter) -> list[int]:
    """The rows that may repeat a row of names or units."""
    import pyarrow.compute as pc

    found: set[int] = set()
    for header in sifter.headers:
        hits: Any = None
        named = [j for j, name in enumerate(header[: batch.num_columns]) if name]
        for j in sorted(named, key=lambda j: (not any(sifter.layout.kinds[j : j + 1]), j))[:5]:
            mask = mask_where(batch.column(j), partial(pc.match_substring, pattern=header[j]))
            hits = mask if hits is None or mask is None else hits & mask
            if hits is None or not hits.any():
                hits = None
                break
        found.update(np.flatnonzero(hits).tolist() if hits is not None else ())
    return sorted(found)


def _comments(batch: Any, sifter: RowSifter) -> list[int]:
    """The rows whose first cell begins with the mark of comments."""
    import pyarrow.compute as pc

    mark = sifter.wanted.comment
    return rows_where(batch.column(0), lambda texts: pc.starts_with(pc.ascii_ltrim_whitespace(texts), mark)) if mark else []


def _rules(batch: Any) -> list[int]:
    """The rows that may be drawn lines."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if batch.num_columns < 2:
        return []
    begins = pa.array(RULES)

    def is_rule(texts: Any) -> Any:
        return pc.is_in(pc.utf8_slice_codeunits(pc.ascii_ltrim_whitespace(texts), 0, 3), value_set=begins)

    return sorted({at for column in batch.columns[:2] for at in rows_where(column, is_rule)})
