"""From the record batches of a source to cells: names made unique, empty rows and columns at the edges left out, and all of it noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.source import CombinedSource, PartTable, ReadReport, Source, file_notes
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.raw_column import storable
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.names import clean_name, unique_names
from mlops_desktop.serving.plural import first_few, plural_msg, quoted_names

Opener = Callable[[str, Job], tuple[str, Cells]]  # a location as its name and its cells


def read_source(source: Source, location: str, job: Job, open_part: Opener | None = None) -> Cells:
    """The cells that a source yields; `open_part` reads the parts of a combined one, which needs it. UserError when it refuses them."""
    import pyarrow as pa

    batches = []
    if isinstance(source, CombinedSource):
        assert open_part is not None
        reader = source.combine(location, _parts(source, location, Part(job, 0.0, 0.7), open_part), Part(job, 0.7, 1.0))
    else:
        reader = source.read(location, job)
    while True:
        try:
            batches.append(next(reader))
        except StopIteration as end:
            report = end.value
            break
    raw = pa.Table.from_batches(batches)
    assert report.rows_read == raw.num_rows, "a source counts the rows that it gives"
    given = raw.column_names if report.has_names else None
    table, places, notes = name_columns(raw, given)
    arrays = [storable(column) for column in table.columns]
    return Cells(
        table=pa.Table.from_arrays(arrays, names=table.column_names),
        format=source.cell_format(),
        likely_decimal=report.likely_decimal,
        delimiter=report.delimiter,
        mixed={name: report.mixed[at] for name, at in zip(table.column_names, places, strict=True) if report.mixed.get(at)},
        notes=(*report.notes, *_left_out_without_note(report), *_unnamed(source, report.has_names), *notes),
        source=report.found,
        reasons=report.reasons,
        repeated=tuple(unique_names(given or ())[1]),
        units={name: report.units[at] for name, at in zip(table.column_names, places, strict=True) if report.units.get(at)},
    )


def _left_out_without_note(report: ReadReport) -> tuple[Evidence, ...]:
    """That rows were left out, where the source itself says nothing of the kind: each row of a source is read or noted."""
    if not report.rows_left_out or report.notes:
        return ()
    one = "1 row that holds something is not a row of the table and was left out."
    many = "{n} rows that hold something are not rows of the table and were left out."
    return file_notes([plural_msg(report.rows_left_out, one, many)])


def _unnamed(source: Source, has_names: bool) -> tuple[Evidence, ...]:
    """That nothing names the columns, and that the first row might, where the source has a parameter for it."""
    if has_names:
        return ()
    message = msg("No row names the columns, so they were named column_1, column_2 …")
    return (Evidence("", "header", message, (), *(("header", ("first",)) if "header" in source.params() else ())),)


def _parts(source: CombinedSource, location: str, job: Job, open_part: Opener) -> list[PartTable]:
    places, tables = source.parts(location), []
    for at, place in enumerate(places):
        name, cells = open_part(place, Part(job, at / len(places), (at + 1) / len(places)))
        tables.append(PartTable(name=name, table=plain_texts(cells.table), mixed=cells.mixed, notes=cells.notes))
    return tables


def plain_texts(table: Any) -> Any:
    """An Arrow table with texts that are held by their distinct values as they are."""
    import pyarrow as pa

    for at, field in enumerate(table.schema):
        if field.type == pa.dictionary(pa.int32(), pa.string()):
            table = table.set_column(at, field.name, table.column(at).cast(pa.string()))
    return table


def name_columns(table: Any, given: Sequence[Any] | None) -> tuple[Any, list[int], tuple[Evidence, ...]]:
    """An Arrow table with unique names made of the given ones (None: nothing names the columns), without empty columns that had no name.

    Empty rows at the end are left out too. With it come the positions that its columns had before, and notes on what was done.
    """
    names, doubled = unique_names([""] * table.num_columns if given is None else given)
    unnamed = frozenset(name for name, old in zip(names, given or [""] * len(names), strict=True) if not clean_name(old))
    table, messages = without_empty(table.rename_columns(names), unnamed)
    left = [name for name in table.column_names if name in unnamed]
    if given is not None and left:
        names_left = first_few(left, 5)
        messages.append(msg("Columns without a name were named after their place: {names}.", names=names_left))
    if doubled:
        shown = quoted_names(doubled, 5)
        messages.append(msg("Several columns were named {shown}; the later ones got a number behind the name.", shown=shown))
    place = {name: at for at, name in enumerate(names)}
    return table, [place[name] for name in table.column_names], file_notes(messages)


def without_empty(table: Any, unnamed: frozenset[str] = frozenset()) -> tuple[Any, list[str]]:
    """An Arrow table without empty rows at its end and without empty columns among the unnamed ones, and messages on what was left out.

    A table of empty columns alone keeps them.
    """
    import pyarrow.compute as pc

    messages: list[str] = []
    last = _last_row(table)
    if last + 1 < table.num_rows:
        count = table.num_rows - last - 1
        messages.append(plural_msg(count, "1 empty row at the end was left out.", "{n} empty rows at the end were left out."))
        table = table.slice(0, last + 1)
    # By position: Arrow looks every column up by its name in turn.
    columns = zip(table.column_names, table.columns, strict=True)
    filled = [at for at, (name, column) in enumerate(columns) if name not in unnamed or pc.all(_blank(column)).as_py() is False]
    if filled and len(filled) < table.num_columns:
        empty = table.num_columns - len(filled)
        messages.append(plural_msg(empty, "1 empty column without a name was left out.", "{n} empty columns without a name were left out."))
        table = table.select(filled)
    return table, messages


def _last_row(table: Any) -> int:
    """The position of the last row that holds anything, -1 when none does; looked for from the end, as there are few empty rows there."""
    import pyarrow.compute as pc

    end, size = table.num_rows, 64
    if end and any(str(column[-1].as_py() or "").strip() for column in table.columns):
        return int(end - 1)  # of most tables, by a cell or two
    while end > 0:
        part = table.slice(max(0, end - size), min(size, end))
        there = [pc.indices_nonzero(pc.invert(_blank(column))) for column in part.columns]
        last = max((found[-1].as_py() for found in there if len(found)), default=-1)
        end -= part.num_rows
        if last >= 0:
            return int(end + last)
        size *= 8
    return -1


def _blank(column: Any) -> Any:
    """Where an Arrow column holds nothing, or blanks alone."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pc.equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), "")
    return column.is_null()
