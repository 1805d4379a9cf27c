"""From the text of a table to an Arrow table of texts: Arrow's parser for regular text, row by row for all other, with the same result."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlops_desktop.base.dialect import FIXED, Dialect, numbered_rows
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.header import generated_names
from mlops_desktop.base.plural import plural_msg
from mlops_desktop.base.row_sifter import MARKED, TAIL, TOTALS, RowSifter, sift
from mlops_desktop.base.table_finder import RULES, LeftOut, row_text


@dataclass(frozen=True)
class TextRows:
    """The rows of a table as an Arrow table of texts with names, what was left out of them, and notes on what was repaired."""

    table: Any
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Evidence, ...] = ()


def text_rows(
    data: bytes, start: int, dialect: Dialect, names: Sequence[str] | None, width: int, sifter: RowSifter, skip_end: int
) -> TextRows:
    """The rows of UTF-8 text from byte `start`, below the names. `width` is the usual number of cells; `names` may be fewer or more."""
    columns = width if names is None else max(width, len(_without_end(names, width)))
    table = _parse_regular(data, start, dialect, columns) if columns == width and _is_regular(data, start, dialect) else None
    if table is not None:
        kept, left = _sift_table(table, sifter, skip_end)
        rows = TextRows(kept, tuple(left))
    else:
        rows = _parse_rows(data[start:].decode(), dialect, columns, width, sifter, skip_end)
    return _named(rows, names)


def _without_end(names: Sequence[str], width: int) -> list[str]:
    """The names without empty ones beyond the cells of the rows, which a delimiter at the end of the line makes."""
    names = list(names)
    while len(names) > width and not names[-1]:
        names.pop()
    return names


def _is_regular(data: bytes, start: int, dialect: Dialect) -> bool:
    """Whether Arrow may try: a dialect that it knows, and every quote that is opened may be closed."""
    return dialect.is_plain and (not dialect.quote or data.count(dialect.quote.encode(), start) % 2 == 0)


def _parse_regular(data: bytes, start: int, dialect: Dialect, width: int) -> Any | None:
    """The table by Arrow's parser; None when a row has another number of cells, which `_parse_rows` repairs."""
    import pyarrow as pa
    import pyarrow.csv as pc

    if start >= len(data):
        return pa.table([pa.array([], pa.string())] * width, names=generated_names(width))
    places = generated_names(width)
    parse = pc.ParseOptions(
        delimiter=dialect.delimiter,
        quote_char=dialect.quote or False,
        double_quote=True,
        newlines_in_values=bool(dialect.quote),
        ignore_empty_lines=width > 1,
        invalid_row_handler=lambda _: "error",
    )
    convert = pc.ConvertOptions(
        column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False, quoted_strings_can_be_null=False
    )
    longest = max(2**20, min(len(data) - start, 2**24))
    try:
        source = pa.BufferReader(pa.py_buffer(data).slice(start))
        return pc.read_csv(source, pc.ReadOptions(column_names=places, block_size=longest), parse_options=parse, convert_options=convert)
    except pa.ArrowInvalid:
        return None


def _sift_table(table: Any, sifter: RowSifter, skip_end: int) -> tuple[Any, list[LeftOut]]:
    """The rows of an Arrow table that are rows of it. Only those that may be none are looked at one by one, as `sift` looks at all."""
    import pyarrow as pa

    width = table.num_columns
    end = min(skip_end, table.num_rows)
    left = [LeftOut(at, "end", row_text(_row(table, at))) for at in range(table.num_rows - end, table.num_rows)]
    table = table.slice(0, table.num_rows - end)
    if sifter.wanted.keep_all or not table.num_rows:
        return table, left
    totals = _marked_totals(table, sifter)
    tail = table.slice(max(0, table.num_rows - TAIL))
    rows = list(zip(*(column.to_pylist() for column in tail.columns), strict=True))
    below = sifter.below(rows, width, len(totals))
    reasons = dict(enumerate(below, table.num_rows - len(below)))
    for at in sorted({*totals, *_repeated(table, sifter), *_comments(table, sifter), *_rules(table)}):
        if at not in reasons and (reason := sifter.inside(_row(table, at), width)):
            reasons[at] = reason
    reasons = sifter.checked(reasons, table.num_rows)
    if not reasons:
        return table, left
    found = [LeftOut(at, reason, row_text(_row(table, at))) for at, reason in sorted(reasons.items()) if reason != "blank"]
    kept = table.filter(pa.array([at not in reasons for at in range(table.num_rows)], pa.bool_()))
    return kept, [*found, *left]


def _row(table: Any, at: int) -> list[str]:
    return [column[at].as_py() for column in table.columns]


def _positions(mask: Any) -> list[int]:
    import pyarrow.compute as pc

    found: list[int] = pc.indices_nonzero(mask).to_pylist()
    return found


def _marked_totals(table: Any, sifter: RowSifter) -> list[int]:
    """The rows that begin with a word for a total."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pa.array(sorted(TOTALS), pa.string())
    hits = [_positions(pc.is_in(pc.ascii_trim_whitespace(column), value_set=words)) for column in table.columns[:MARKED]]
    return [
        at
        for at in sorted({at for found in hits for at in found})
        if sifter.is_total(_row(table.select(range(min(MARKED, table.num_columns))), at))
    ]


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
        found.update(_positions(hits) if hits is not None else ())
    return sorted(found)


def _comments(table: Any, sifter: RowSifter) -> list[int]:
    """The rows whose first cell begins with the mark of comments."""
    import pyarrow.compute as pc

    mark = sifter.wanted.comment
    return _positions(pc.starts_with(pc.ascii_ltrim_whitespace(table.column(0)), mark)) if mark else []


def _rules(table: Any) -> list[int]:
    """The rows that may be drawn lines."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if table.num_columns < 2:
        return []
    begins = pa.array(RULES)
    first = (pc.utf8_slice_codeunits(pc.ascii_ltrim_whitespace(column), 0, 3) for column in table.columns[:2])
    return sorted({at for start in first for at in _positions(pc.is_in(start, value_set=begins))})


def _parse_rows(text: str, dialect: Dialect, columns: int, width: int, sifter: RowSifter, skip_end: int) -> TextRows:
    """The table row by row: short rows are filled up, surplus cells left out, a quote that never ends is taken as a letter."""
    import pyarrow as pa

    notes: list[Evidence] = []
    rows = [row for _, row in numbered_rows(text, dialect)]
    if dialect.quote and _swallowed(rows, text):
        dialect = replace(dialect, quote="")
        rows = [row for _, row in numbered_rows(text, dialect)]
        notes.append(Evidence("", "file", "A quote is opened and never closed, so quotes were read as letters."))
    notes += _crossed(text, dialect)
    rows = [row or [""] for row in rows] if columns == 1 else [row for row in rows if row]
    lengths = Counter(map(len, rows))
    columns = max(columns, max(lengths, key=lambda one: (lengths[one], one == columns), default=width))
    cut = max(0, len(rows) - skip_end)
    ended = [LeftOut(at, "end", row_text(rows[at])) for at in range(cut, len(rows))]
    kept, left = sift(sifter, rows[:cut], columns)
    body = [rows[at] for at in kept]
    notes += _ragged(body, columns)
    filled = [row if len(row) == columns else (*row, *[""] * (columns - len(row)))[:columns] for row in body]
    arrays = [pa.array(column, pa.string()) for column in zip(*filled, strict=True)] or [pa.array([], pa.string())] * columns
    return TextRows(pa.Table.from_arrays(arrays, names=generated_names(columns)), (*left, *ended), tuple(notes))


def _crossed(text: str, dialect: Dialect) -> list[Evidence]:
    """The rows in which a text stands across one of the fixed places."""
    found = []
    lines = (line for line in io.StringIO(text, newline="") if line.strip()) if dialect.delimiter == FIXED else ()
    for number, line in enumerate(lines, 1):
        if any(at < len(line) and not line[at - 1].isspace() and not line[at].isspace() for at in dialect.cuts[1:]):
            found.append(number)
    if not found:
        return []
    shown = ", ".join(map(str, found[:5])) + (" …" if len(found) > 5 else "")
    message = plural_msg(
        len(found),
        "1 row holds a text across the fixed places, which was cut (row {rows}).",
        "{n} rows hold a text across the fixed places, which was cut (row {rows}).",
        rows=shown,
    )
    return [Evidence("", "fixed", message, tuple(found[:10]))]


def _swallowed(rows: list[list[str]], text: str) -> bool:
    """Whether one cell holds the rest of the file: a quote was opened and never closed."""
    lines = text.count("\n")
    longest = max((cell.count("\n") for cell in rows[-1]), default=0) if rows else 0
    return longest > 0 and (longest > 20 or longest > 0.5 * lines)


def _ragged(body: Sequence[Sequence[str]], width: int) -> list[Evidence]:
    short = [i for i, row in enumerate(body, 1) if len(row) < width]
    long = [i for i, row in enumerate(body, 1) if len(row) > width and any(cell.strip() for cell in row[width:])]
    notes = []
    for rows, one, many in (
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
        if rows:
            shown = ", ".join(map(str, rows[:5])) + (" …" if len(rows) > 5 else "")
            message = plural_msg(len(rows), one, many, rows=shown)
            notes.append(Evidence("", "ragged", message, tuple(rows[:10])))
    return notes


def _named(rows: TextRows, names: Sequence[str] | None) -> TextRows:
    """The rows with the names of the columns, as many as there are."""
    width = rows.table.num_columns
    if names is None:
        return rows
    names = _without_end(names, width)
    notes = rows.notes
    table = rows.table
    if len(names) == width - 1 and names:
        if _is_empty(table.column(width - 1)):
            notes += (Evidence("", "trailing", "Each row ends with a delimiter; the empty column behind it was left out."),)
            table = table.select(list(range(width - 1)))
        elif not _is_empty(table.column(0)):
            names = ["row_names", *names]
            notes += (Evidence("", "row_names", "The first column has no name of its own; it was named “row_names”."),)
    names = [*names, *[""] * (table.num_columns - len(names))]
    return replace(rows, table=table.rename_columns(names), notes=notes)


def _is_empty(column: Any) -> bool:
    import pyarrow.compute as pc

    return pc.all(pc.equal(pc.utf8_trim_whitespace(column), "")).as_py() is not False
