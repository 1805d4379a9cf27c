"""Bodies that are tables of Apache Arrow or Parquet, where pyarrow is installed: rows for a `Predictor`, and its predictions as a table.

A bundle does not bring pyarrow along. Nothing here trusts a body: its size is bounded before it is unpacked, values are simple ones, and
they are checked before one is read. Compressed Arrow is refused, whose size would be known only when it is in memory.
"""

from __future__ import annotations

import datetime
import importlib
import importlib.util
import io
import json
import math
import struct
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from .answers import joined_details, table_header
from .deadline import check_deadline
from .http_problems import HttpProblem, too_large
from .message import msg
from .parquet_pages import unpacked_bytes
from .prediction_spec import class_text
from .predictor import AnswerSize, Predictor
from .request_validation import MAX_UNKNOWN
from .route import PARQUET_TYPE
from .scorer import Scorer

MAX_UNPACKED = 64_000_000  # bytes of the pages of a Parquet file, and of the texts in the cells of a table


def predict_table(predictor: Predictor, body: bytes, kind: str) -> list[str]:
    """The JSON of the prediction for each row of a table, or of its errors. HttpProblem: 400 for a damaged table, 413 for too many rows,
    415 where pyarrow is not installed.
    """
    found: list[str] = []
    size, known = AnswerSize(), {column.name for column in predictor.scorer.schema.columns}
    for rows in _batches(body, kind, known, predictor.limits.csv_rows, predictor.chunk):
        check_deadline()
        found += size.add(predictor.answer_checked(len(found), predictor.checked(rows)))
    return found


def written_table(scorer: Scorer, predictions: Sequence[str], kind: str) -> bytes:
    """Predictions as a table: `prediction`, a `probability_…` for each class, `lower` and `upper` of an interval, `warnings`, `error`."""
    pa = _pyarrow("pyarrow")
    rows = [json.loads(one) for one in predictions]
    names = table_header(scorer)
    columns: list[list[Any]] = [[] for _ in names]
    texts = len({type(one) for one in scorer.classes}) > 1  # classes of several types have no type of a column in common
    for one in rows:
        prediction = one["prediction"]
        cells = [class_text(prediction) if texts and prediction is not None else prediction]
        cells += one["probabilities"].values() if "probabilities" in one else [None] * len(scorer.classes)
        cells += one.get("interval") or (None, None) if scorer.has_intervals else ()
        cells += joined_details(one["warnings"]), joined_details(one.get("errors", ()))
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    table, out = pa.table(dict(zip(names, columns, strict=True))), io.BytesIO()
    if kind == PARQUET_TYPE:
        _pyarrow("pyarrow.parquet").write_table(table, out)
    else:
        with _pyarrow("pyarrow.ipc").new_stream(out, table.schema) as writer:
            writer.write_table(table)
    return out.getvalue()


def _pyarrow(name: str) -> Any:
    """A module of pyarrow. HttpProblem (415) where it is not installed."""
    if importlib.util.find_spec("pyarrow") is None:
        remedy = "Send JSON or CSV, or let whoever runs the service install pyarrow: pip install pyarrow."
        raise HttpProblem(415, "no_pyarrow", "This service does not read Arrow and Parquet: pyarrow is not installed.", remedy)
    return importlib.import_module(name)


def _batches(body: bytes, kind: str, known: set[str], most: int, chunk: int) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table, `chunk` at a time, with values as JSON has them."""
    pa = _pyarrow("pyarrow")
    try:
        source = _parquet(body, known, most, chunk) if kind == PARQUET_TYPE else _arrow(body)
        rows = held = 0
        for batch in source:
            check_deadline()
            rows += batch.num_rows
            if rows > most:
                raise _too_many(most)
            names = batch.schema.names
            if len(set(names)) != len(names):
                raise _damaged("A column comes twice.")
            # The names of further columns are kept for warnings; their values are never read.
            further = dict.fromkeys([name for name in names if name not in known][:MAX_UNKNOWN])
            columns = {name: batch.column(name) for name in names if name in known}
            for name, column in columns.items():
                column.validate()
                held += _text_bytes(name, column)
            if held > MAX_UNPACKED:
                raise too_large(f"The texts of a table may have {MAX_UNPACKED:,} bytes, each cell counted.")
            for column in columns.values():
                column.validate(full=True)
            for start in range(0, batch.num_rows, chunk):
                parts = {name: column.slice(start, chunk) for name, column in columns.items()}
                yield _rows(parts, further, min(chunk, batch.num_rows - start))
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise _damaged("") from error


def _rows(columns: dict[str, Any], further: dict[str, None], count: int) -> list[dict[str, Any]]:
    """So many rows of some columns."""
    values = [[_plain(value) for value in column.to_pylist()] for column in columns.values()]
    cells = zip(*values, strict=True) if values else [()] * count
    return [{**dict(zip(columns, row, strict=True)), **further} for row in cells]


def _check_type(name: str, kind: Any) -> Any:
    """The type of the values in a column, beneath a dictionary. HttpProblem (400) when they are no numbers, texts, booleans or dates."""
    types = _pyarrow("pyarrow").types
    plain = kind.value_type if types.is_dictionary(kind) else kind
    simple = (types.is_boolean, types.is_integer, types.is_floating, types.is_decimal, types.is_date, types.is_time, types.is_timestamp)
    if not any(test(plain) for test in (*simple, types.is_null, *_texts())):
        raise _damaged(msg("The column “{name}” must hold numbers, texts, booleans, dates or times.", name=name[:100]))
    return plain


def _texts() -> tuple[Any, ...]:
    types = _pyarrow("pyarrow").types
    return types.is_string, types.is_large_string, types.is_string_view


def _text_bytes(name: str, column: Any) -> int:
    """The bytes of the texts in the cells of a column: cells of a dictionary and of views share texts that are long. HttpProblem (400) for
    a column of another type.
    """
    plain, compute = _check_type(name, column.type), _pyarrow("pyarrow.compute")
    if not any(test(plain) for test in _texts()):
        return 0
    texts = column.dictionary if plain is not column.type else column
    if _pyarrow("pyarrow").types.is_string_view(plain):  # whose length is the first of the four numbers of a view
        views = np.frombuffer(texts.buffers()[1] or b"", dtype="<i4").reshape(-1, 4)[texts.offset : texts.offset + len(texts), 0]
        lengths = _pyarrow("pyarrow").array(views, mask=texts.is_null().to_numpy(zero_copy_only=False))
    else:
        lengths = compute.binary_length(texts)
    if plain is not column.type:
        lengths = lengths.take(column.indices)
    return int(compute.sum(lengths.cast("int64")).as_py() or 0)


def _arrow(body: bytes) -> Iterator[Any]:
    ipc = _pyarrow("pyarrow.ipc")
    if any(_is_compressed(message.metadata.to_pybytes()) for message in ipc.MessageReader.open_stream(body)):
        raise _damaged("Compressed Arrow is not taken: write it without compression, or send Parquet.")
    yield from ipc.open_stream(body)


def _parquet(body: bytes, known: set[str], most: int, chunk: int) -> Iterator[Any]:
    parquet, types = _pyarrow("pyarrow.parquet"), _pyarrow("pyarrow").types
    file = parquet.ParquetFile(io.BytesIO(body))
    if file.metadata.num_rows > most:
        raise _too_many(most)
    # Further columns are left out unread; their names are kept by the rows of JSON alone, which are warned of them.
    kinds = {field.name: _check_type(field.name, field.type) for field in file.schema_arrow if field.name in known}
    groups = [file.metadata.row_group(at) for at in range(file.metadata.num_row_groups)]
    chunks = (group.column(at) for group in groups for at in range(group.num_columns))
    if unpacked_bytes(body, (chunk for chunk in chunks if chunk.path_in_schema in kinds), MAX_UNPACKED) > MAX_UNPACKED:
        raise too_large(f"A table may hold {MAX_UNPACKED:,} bytes.")
    # A text of a dictionary is read once, however many cells have it.
    shared = [name for name, kind in kinds.items() if types.is_string(kind) or types.is_large_string(kind)]
    file = parquet.ParquetFile(io.BytesIO(body), read_dictionary=shared)
    yield from file.iter_batches(batch_size=chunk, columns=[*kinds])


def _too_many(most: int) -> HttpProblem:
    return too_large(msg("At most {most:,} rows are taken at once; send the file in parts.", most=most))


def _damaged(detail: str) -> HttpProblem:
    return HttpProblem(400, "invalid_table", "The table cannot be read.", detail)


def _plain(value: Any) -> Any:
    """A value of a table as JSON has it. A NaN is missing, as pandas has it; times are ISO 8601."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, (datetime.date, datetime.time)):  # of which a datetime is a kind
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _is_compressed(metadata: bytes) -> bool:
    """Whether a message of an Arrow stream holds compressed buffers, by its flatbuffer (`Message.fbs`, `RecordBatch.compression`)."""
    try:
        root = struct.unpack_from("<I", metadata, 0)[0]
        kind = _field(metadata, root, 1)
        header = _field(metadata, root, 2)
        if not kind or not header:
            return False
        table = header + struct.unpack_from("<I", metadata, header)[0]
        if metadata[kind] == 2:  # a dictionary, whose data is a record batch
            data = _field(metadata, table, 1)
            table = data + struct.unpack_from("<I", metadata, data)[0] if data else 0
        return metadata[kind] in (2, 3) and bool(table) and bool(_field(metadata, table, 3))
    except (struct.error, IndexError):
        return True  # not to be understood, so it is not read


def _field(data: bytes, table: int, number: int) -> int:
    """The position of a field of a flatbuffer's table; 0 when it is absent."""
    positions = table - struct.unpack_from("<i", data, table)[0]
    at = 4 + 2 * number
    if at >= struct.unpack_from("<H", data, positions)[0]:
        return 0
    offset: int = struct.unpack_from("<H", data, positions + at)[0]
    return table + offset if offset else 0
