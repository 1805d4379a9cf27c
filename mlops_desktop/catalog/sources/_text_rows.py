"""Makes an Arrow table of the rows of a text: by Arrow's parser where it is regular, else row by row, with the same result."""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.spill import is_large
from mlops_desktop.catalog.sources._line_rows import parse_lines
from mlops_desktop.catalog.sources._regular_rows import RegularRows, parse_regular
from mlops_desktop.catalog.sources._table_end import last_of_sums
from mlops_desktop.catalog.sources._text_file import pieces
from mlops_desktop.catalog.sources._uneven_rows import parse_uneven
from mlops_desktop.catalog.sources._utf8_file import Utf8File
from mlops_desktop.serving.csv_names import complete_names, without_empty_end
from mlops_desktop.serving.dialect import FIXED, Dialect
from mlops_desktop.serving.header import generated_names
from mlops_desktop.serving.headings import HEADING, headings
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import first_few, plural_msg
from mlops_desktop.serving.row_sifter import RowSifter, named_rows
from mlops_desktop.serving.table_finder import LeftOut, row_text
from mlops_desktop.serving.unclosed_quote import UNCLOSED_QUOTE


@dataclass(frozen=True)
class TextRows:
    """The rows of a table as an Arrow table of texts (as they are, or by their distinct values) with names, what was left out of them, and
    notes on what was repaired.
    """

    table: Any
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Evidence, ...] = ()


def text_rows(
    file: Utf8File,
    start: int,
    dialect: Dialect,
    names: Sequence[str] | None,
    width: int,
    sifter: RowSifter,
    skip_end: int,
    split: tuple[int, ...] = (),
) -> TextRows:
    """The rows of a UTF-8 file from byte `start`, below the names. `width` is the usual number of cells; `names` may be fewer or more.

    `split` are the positions of the cells that are put together with the next one (`split_decimals`).
    """
    columns = width if names is None else max(width, len(without_empty_end(names, width)))
    quotes = file.count(dialect.quote, start) if dialect.quote and dialect.is_plain else 0
    may_be = columns == width and _is_regular(dialect, quotes)
    regular = parse_regular(file.path, start, dialect, columns, quoted=quotes > 0) if may_be else None
    lines = _lines_of_rows(file, start, dialect, columns) if regular is None else None
    if regular is not None:
        rows = _sifted(regular, sifter, skip_end)
    elif lines is not None:
        rows = _sifted(lines, sifter, skip_end)
        rows = replace(rows, notes=(*_crossed(_lines(file.path, start), dialect), *rows.notes))
    else:
        rows = _parse_rows(file, start, dialect, columns, sifter, skip_end)
    rows = replace(rows, table=_joined(rows.table, split)) if split else rows
    return _with_headings(_named(rows if sifter.wanted.keep_all else _without_sums(rows), names))


def _with_headings(rows: TextRows) -> TextRows:
    """The rows with the headings above them as their last column, where there are any."""
    import pyarrow as pa

    if not any(one.reason == "head" for one in rows.left_out):
        return rows
    column = pa.array(headings(rows.left_out, len(rows.table)), pa.string())
    return replace(rows, table=rows.table.append_column(HEADING, column))


def _lines_of_rows(file: Utf8File, start: int, dialect: Dialect, columns: int) -> RegularRows | None:
    """The rows of a large file that has one in each line, of which not all are in memory; None for any other file."""
    if dialect.is_plain or dialect.escape or (dialect.quote and file.count(dialect.quote, start)):
        return None
    return parse_lines(file.path, start, dialect, columns) if is_large(file.path.stat().st_size - start) else None


def _lines(path: Path, start: int) -> Iterator[str]:
    """The lines of a UTF-8 file from byte `start` on."""
    for piece in pieces(path, start):
        yield from io.StringIO(piece.decode(), newline="")


def _without_sums(rows: TextRows) -> TextRows:
    """The rows without a last one that holds the sums of the columns of numbers alone."""
    last = last_of_sums(rows.table)
    if last is None:
        return rows
    at = last
    for left in sorted(one.at for one in rows.left_out):
        at += left <= at
    text = row_text([str(column[last]) for column in rows.table.columns])
    return replace(rows, table=rows.table.slice(0, last), left_out=(*rows.left_out, LeftOut(at, "total", text)))


def _is_regular(dialect: Dialect, quotes: int) -> bool:
    """Whether Arrow may try: a dialect that it knows, and every quote that is opened may be closed."""
    return dialect.is_plain and quotes % 2 == 0


def _sifted(rows: RegularRows, sifter: RowSifter, skip_end: int) -> TextRows:
    """The rows that are rows of the table. Only those that may be none are examined one by one, as `sift` looks at all."""
    import pyarrow as pa

    width = rows.batch.num_columns
    end = max(0, len(rows) - skip_end)
    totals = {at for at in rows.totals(sifter) if at < end}
    candidates = ((at, rows.row(at)) for at in sorted(totals | rows.candidates(sifter)) if at < end)
    first = rows.row(0) if end else ()
    reasons = sifter.left_out(width, end, marked=len(totals), first=first, tail=rows.tail(end), candidates=candidates)
    reasons.update(dict.fromkeys(range(end, len(rows)), "end"))
    left = named_rows(reasons, rows.row)
    gone = sorted(reasons)
    odd = [(at + 1 - bisect_left(gone, at), row) for at, row in sorted(rows.odd.items()) if at not in reasons]
    table = pa.Table.from_batches([rows.without(reasons)])
    short = [number for number, row in odd if len(row) < width]
    long = [number for number, row in odd if any(cell.strip() for cell in row[width:])]
    return TextRows(table, tuple(left), tuple(_ragged(short, long)))


def _parse_rows(file: Utf8File, start: int, dialect: Dialect, columns: int, sifter: RowSifter, skip_end: int) -> TextRows:
    """The table row by row, with what was repaired."""
    import pyarrow as pa

    size = file.path.stat().st_size - start
    rows = parse_uneven(lambda: _lines(file.path, start), dialect, columns, sifter, skip_end, size)
    notes: list[Evidence] = []
    if rows.is_unclosed:
        notes.append(Evidence("", "file", UNCLOSED_QUOTE))
    elif rows.ends_open:
        notes.append(Evidence("", "file", msg("The last row opens a quote that is never closed; what is behind it became one cell.")))
    notes += (*_crossed(_lines(file.path, start), dialect), *_ragged(rows.short, rows.long))
    return TextRows(pa.Table.from_batches([rows.batch]), rows.left_out, tuple(notes))


def _crossed(lines: Iterable[str], dialect: Dialect) -> list[Evidence]:
    """The rows in which a text is across one of the fixed places."""
    found = []
    filled = (line for line in lines if line.strip()) if dialect.delimiter == FIXED else ()
    for number, line in enumerate(filled, 1):
        if any(at < len(line) and not line[at - 1].isspace() and not line[at].isspace() for at in dialect.cuts[1:]):
            found.append(number)
    if not found:
        return []
    shown = first_few(map(str, found), 5)
    message = plural_msg(
        len(found),
        "1 row holds a word across the fixed places; where blanks part the columns it stays whole, else it was cut (row {rows}).",
        "{n} rows hold a word across the fixed places; where blanks part the columns it stays whole, else it was cut (row {rows}).",
        rows=shown,
    )
    return [Evidence("", "fixed", message, tuple(found[:10]))]


def _ragged(short: Sequence[int], long: Sequence[int]) -> list[Evidence]:
    """What is noted of rows of another length, each with the numbers of all of them, by which a new file's are refused."""
    notes = []
    for found, one, many in (
        (
            short,
            "1 row has fewer cells than columns; the rest counts as missing (row {rows}).",
            "{n} rows have fewer cells than columns; the rest counts as missing (row {rows}).",
        ),
        (
            long,
            "1 row has more cells than columns; the surplus was left out (row {rows}).",
            "{n} rows have more cells than columns; the surplus was left out (row {rows}).",
        ),
    ):
        if found:
            shown = first_few(map(str, found), 5)
            message = plural_msg(len(found), one, many, rows=shown)
            notes.append(Evidence("", "ragged", message, tuple(found)))
    return notes


def _named(rows: TextRows, names: Sequence[str] | None) -> TextRows:
    """The rows with the names of the columns, as many as there are."""
    if names is None:
        return rows
    table, notes = rows.table, rows.notes
    completed, extra = complete_names(names, table.num_columns, lambda at: _filled(table.column(at)))
    if extra == "trailing":
        notes += (Evidence("", extra, "Each row ends with a delimiter; the empty column behind it was left out."),)
        completed = completed[:-1]
        table = table.select(list(range(len(completed))))
    elif extra == "row_names":
        notes += (Evidence("", extra, "The first column has no name of its own; it was named “row_names”."),)
    return replace(rows, table=table.rename_columns(completed), notes=notes)


def _joined(table: Any, split: Collection[int]) -> Any:
    """The table with the columns at these positions and the next ones put together, as `joined_parts` does."""
    import pyarrow as pa
    import pyarrow.compute as pc

    arrays = []
    for at in range(table.num_columns):
        if at - 1 in split:
            continue
        column = _plain(table.column(at))
        if at in split:
            fraction = _plain(table.column(at + 1))
            both = pc.binary_join_element_wise(column, fraction, ",")
            column = pc.if_else(pc.equal(pc.utf8_trim_whitespace(both), ","), "", both)
        arrays.append(column)
    return pa.Table.from_arrays(arrays, names=generated_names(len(arrays)))


def _filled(column: Any) -> float:
    """The share of cells that hold something."""
    import pyarrow.compute as pc

    return float(pc.mean(pc.cast(pc.not_equal(pc.utf8_trim_whitespace(_plain(column)), ""), "float64")).as_py() or 0.0)


def _plain(column: Any) -> Any:
    """A column of texts as they are."""
    import pyarrow as pa

    return column.cast(pa.string())
