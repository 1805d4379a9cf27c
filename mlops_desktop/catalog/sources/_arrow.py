"""What the sources of Arrow tables share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.source import Batches, ReadReport, file_notes, table_batches
from mlops_desktop.base.spill import spilled_column
from mlops_desktop.serving.message import Message, msg
from mlops_desktop.serving.plural import plural_msg

_YEARS = (-719_162, 2_932_897)  # days from 1970 to the first of January of the year 1 and of the year 10000
_TICKS = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "date32[day]": 1, "date64[ms]": 86_400_000}  # of a day


def arrow_batches(table: Any) -> Batches:
    """The batches and the report of a pyarrow.Table, without row numbers that pandas wrote and without times beyond the years of a date."""
    table, messages = without_row_numbers(table)
    table, notes = within_years(table)
    yield from table_batches(table)
    return ReadReport(rows_read=table.num_rows, notes=(*file_notes(messages), *notes))


def file_batches(path: Path, job: Job, read: Callable[[Path], Any], damaged: Message) -> Batches:
    """The batches and the report of a file whose pyarrow.Table `read` gives. UserError with the sentence `damaged` where that fails."""
    import pyarrow as pa

    job.step(0.0, msg("Reading {path}", path=path.name))
    try:
        table = read(path)
    except (pa.ArrowException, OSError) as error:
        # pyarrow raises OSError for damaged contents too, but only errors of the operating system have a number.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UserError(damaged, "Choose another file, or save it again.") from error
    job.step(0.8)
    return (yield from arrow_batches(table))


def table_on_disk(batches: Iterable[Any], schema: Any) -> Any:
    """The table of record batches, of which one at a time is in memory."""
    import pyarrow as pa

    kept = (pa.RecordBatch.from_arrays([spilled_column(column) for column in batch.columns], schema=batch.schema) for batch in batches)
    return pa.Table.from_batches(kept, schema)


def without_row_numbers(table: Any) -> tuple[Any, list[str]]:
    """A pyarrow.Table without the row numbers that pandas stores as columns, and a message when there were any."""
    unnamed = [name for name in table.column_names if name.startswith("__index_level_")]
    if not unnamed:
        return table, []
    return table.drop_columns(unnamed), ["Row numbers stored as a column by a program were left out."]


def within_years(table: Any) -> tuple[Any, list[Evidence]]:
    """The table with missing cells for dates before the year 1 or after 9999, which no date here can be, and evidence that names them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    notes = []
    for at, field in enumerate(table.schema):
        ticks = _TICKS.get(str(field.type) if pa.types.is_date(field.type) else getattr(field.type, "unit", ""))
        if ticks is None or not (pa.types.is_timestamp(field.type) or pa.types.is_date(field.type)):
            continue
        column = table.column(at)
        whole = column.cast(pa.int32() if pa.types.is_date32(field.type) else pa.int64())
        low, high = (int(edge * ticks) for edge in _YEARS)
        beyond = pc.fill_null(pc.or_(pc.less(whole, low), pc.greater_equal(whole, high)), False)
        rows = pc.indices_nonzero(beyond).to_pylist()
        if rows:
            one = "1 cell holds a date before the year 1 or after the year 9999; they count as missing."
            many = "{n} cells hold dates before the year 1 or after the year 9999; they count as missing."
            message = plural_msg(len(rows), one, many)
            notes.append(Evidence(field.name, "date_range", message, tuple(row + 1 for row in rows[:10])))
            table = table.set_column(at, field, pc.if_else(beyond, pa.scalar(None, field.type), column))
    return table, notes
