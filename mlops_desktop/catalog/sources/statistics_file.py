"""Files of statistics programs: SPSS, Stata and SAS, with the labels of their values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice
from mlops_desktop.base.source import Batches, ReadReport, Source, file_notes, table_batches
from mlops_desktop.base.spill import is_large, spilled_column
from mlops_desktop.catalog.sources._column_builder import ColumnBuilder
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import listed

_READERS = {
    ".sav": "read_sav",
    ".zsav": "read_sav",
    ".por": "read_por",
    ".dta": "read_dta",
    ".sas7bdat": "read_sas7bdat",
    ".xpt": "read_xport",
}
_PART_ROWS, _PART_CELLS = 100_000, 500_000  # at a time; a part is found by reading over the rows before it
_LEAST_ROWS = 1_000
_WHOLE = re.compile(r"F\d+(?:\.0)?")  # a format of SPSS without decimals


@dataclass(frozen=True, kw_only=True)
class StatisticsFile(Source):
    """A data set of SPSS, Stata or SAS: typed columns, labelled values, and values that the file declares as missing."""

    id = "statistics"
    label = "SPSS, Stata, SAS"
    help = "Reads .sav, .zsav, .por, .dta, .sas7bdat and .xpt files; values that the file declares as missing are missing."
    suffixes = tuple(_READERS)
    needs = ("pyreadstat",)

    labels: str = choice(
        "auto",
        {"auto": "labels, where every value has one", "codes": "the numbers"},
        "Labelled values",
        help="Whether a column of numbers with labels (1 = never, 2 = often) is read as its labels.",
    )

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        builder, meta, messages = _columns(path, job)
        table, mixed, more = builder.finish()
        notes = [*file_notes([*messages, *more])]
        arrays = []
        for name, array in zip(table.column_names, table.columns, strict=True):
            array = _whole_numbers(array) if _WHOLE.fullmatch(str(meta.original_variable_types.get(name))) else array
            labels = meta.variable_value_labels.get(name)
            if labels and self.labels == "auto":
                array, note = _labelled(name, array, labels, meta.variable_measure.get(name) == "ordinal")
                notes += note
            arrays.append(spilled_column(array) if is_large(table.nbytes) else array)
        job.step(0.9)
        table = type(table).from_arrays(arrays, names=table.column_names)
        yield from table_batches(table)
        return ReadReport(rows_read=table.num_rows, notes=tuple(notes), mixed=mixed)


def _columns(path: Path, job: Job) -> tuple[ColumnBuilder, Any, list[str]]:
    """The cells and the metadata of a file, and what a person should know of its encoding."""
    import pyreadstat

    messages: list[str] = []
    for encoding in (None, "WINDOWS-1252"):
        builder = ColumnBuilder()
        try:
            for columns, meta in _parts(path, encoding):
                builder.add(columns, {name: name for name in columns}, len(next(iter(columns.values()), ())))
                job.step(min(0.1 + builder.rows / 2e6, 0.8))
                last = meta
            return builder, last, messages
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
            if encoding is not None or "encoding" not in str(error).lower():
                raise UserError(
                    msg("“{path}” is not a file of SPSS, Stata or SAS, or it is damaged.", path=path.name),
                    "Choose another file, or save it again.",
                ) from error
            messages = ["The file does not name its encoding rightly; it was read as Western European (Windows-1252)."]
    raise AssertionError("the loop returns or raises")


def _parts(path: Path, encoding: str | None) -> Iterator[tuple[dict[str, list[Any]], Any]]:
    """The rows in parts, each as cells by column, with the metadata; one part at least."""
    import pyreadstat

    read = getattr(pyreadstat, _READERS[path.suffix.lower()])
    start, most = 0, _LEAST_ROWS  # the number of columns is known from the first part on
    while True:
        options = {} if encoding is None else {"encoding": encoding}
        try:
            columns, meta = read(str(path), output_format="dict", row_offset=start, row_limit=most, **options)
        except UnicodeDecodeError:
            raise
        except (ArithmeticError, ValueError) as error:  # the reader makes dates of numbers that no calendar reaches
            raise UserError(
                msg("“{path}” holds a date that no calendar has, or it is damaged.", path=path.name),
                "Choose another file, or save it again.",
            ) from error
        rows = len(next(iter(columns.values()), ()))
        if rows or not start:
            yield {name: list(cells) for name, cells in columns.items()}, meta
        if rows < most:
            return
        start += rows
        most = max(_LEAST_ROWS, min(_PART_ROWS, _PART_CELLS // len(columns)))


def _whole_numbers(array: Any) -> Any:
    """Floats that are whole numbers as integers; other columns as they are."""
    import pyarrow as pa

    if not pa.types.is_floating(array.type):
        return array
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:  # a number with decimals is in a column whose format shows none
        return array


def _labelled(name: str, array: Any, labels: Mapping[Any, str], ordered: bool) -> tuple[Any, list[Evidence]]:
    """The column as its labels when every value in it has one; else as it is, with a note on the values that have one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = [value for value in pc.unique(array).drop_null().to_pylist() if value != ""]
    known = [value for value in labels if value in values]
    if not values or len(known) < len(values):
        if not known:
            return array, []
        shown = listed([msg("{code} = “{label}”", code=_code(value), label=labels[value]) for value in known[:5]], len(known) - 5)
        message = msg("Only some values have a label ({shown}), so the column was read as its values.", shown=shown)
        return array, [Evidence(name, "labels", message)]
    texts = [str(labels[value]).strip() for value in labels]
    texts = [f"{text} ({_code(value)})" if texts.count(text) > 1 or not text else text for text, value in zip(texts, labels, strict=True)]
    keys = pa.array(list(labels)).cast(array.type)
    indices = pc.index_in(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array, keys).cast(pa.int32())
    coded = pa.DictionaryArray.from_arrays(indices, pa.array(texts, pa.string()), ordered=ordered)
    return coded, []


def _code(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
