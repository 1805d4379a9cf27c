"""Bodies that are tables of Apache Arrow or Parquet, where pyarrow is installed: rows for a `Predictor`, and its predictions as a table.

A bundle does not bring pyarrow along. Nothing here trusts a body: tables are checked whole before a value is read, and compressed Arrow is
refused, whose size would be known only when it is in memory.
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

from .answers import table_header
from .deadline import check_deadline
from .http_problems import HttpProblem, too_large
from .message import msg
from .prediction_spec import class_text
from .predictor import CHUNK, Predictor
from .route import PARQUET_TYPE
from .scorer import Scorer

MAX_UNPACKED = 256_000_000  # bytes that a Parquet file may say it holds


def predict_table(predictor: Predictor, body: bytes, kind: str) -> list[str]:
    """The JSON of the prediction for each row of a table, or of its errors. HttpProblem: 400 for a damaged table, 413 for too many rows,
    415 where pyarrow is not installed.
    """
    found: list[str] = []
    for rows in _batches(body, kind, {column.name for column in predictor.scorer.schema.columns}, predictor.limits.csv_rows):
        check_deadline()
        found += predictor.answer_checked(len(found), predictor.checked(rows))
    return found


def written_table(scorer: Scorer, predictions: Sequence[str], kind: str) -> bytes:
    """Predictions as a table: `prediction`, a `probability_…` for each class, `lower` and `upper` of an interval, `warnings`, `error`."""
    pa = _pyarrow("pyarrow")
    rows = [json.loads(one) for one in predictions]
    names = table_header(scorer)[:-2]
    values = [one["prediction"] for one in rows]
    if len({type(one) for one in scorer.classes}) > 1:
        values = [None if one is None else class_text(one) for one in values]
    columns: dict[str, list[Any]] = {names[0]: values}
    for at, name in enumerate(names[1:]):
        columns[name] = [[*one["probabilities"].values()][at] if "probabilities" in one else None for one in rows]
    if scorer.has_intervals:
        for at, name in enumerate(("lower", "upper")):
            columns[name] = [(one.get("interval") or (None, None))[at] for one in rows]
    columns["warnings"] = [" ".join(each["detail"] for each in one["warnings"]) for one in rows]
    columns["error"] = [" ".join(each["detail"] for each in one.get("errors", ())) for one in rows]
    table, out = pa.table(columns), io.BytesIO()
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


def _batches(body: bytes, kind: str, known: set[str], most: int) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table, some at a time, with values as JSON has them."""
    pa = _pyarrow("pyarrow")
    try:
        source = _parquet(body, known, most) if kind == PARQUET_TYPE else _arrow(body)
        rows = 0
        for batch in source:
            batch.validate(full=True)
            rows += batch.num_rows
            if rows > most:
                raise _too_many(most)
            if len(set(batch.schema.names)) != len(batch.schema.names):
                raise _damaged("A column comes twice.")
            for start in range(0, batch.num_rows, CHUNK):
                yield [{name: _plain(value) for name, value in row.items()} for row in batch.slice(start, CHUNK).to_pylist()]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise _damaged("") from error


def _arrow(body: bytes) -> Iterator[Any]:
    ipc = _pyarrow("pyarrow.ipc")
    if any(_is_compressed(message.metadata.to_pybytes()) for message in ipc.MessageReader.open_stream(body)):
        raise _damaged("Compressed Arrow is not taken: write it without compression, or send Parquet.")
    yield from ipc.open_stream(body)


def _parquet(body: bytes, known: set[str], most: int) -> Iterator[Any]:
    file = _pyarrow("pyarrow.parquet").ParquetFile(io.BytesIO(body))
    groups = [file.metadata.row_group(at) for at in range(file.metadata.num_row_groups)]
    if file.metadata.num_rows > most:
        raise _too_many(most)
    if sum(group.total_byte_size for group in groups) > MAX_UNPACKED:
        raise too_large(f"A table may hold {MAX_UNPACKED:,} bytes.")
    # Further columns are left out unread; their names are kept by the rows of JSON alone, which are warned of them.
    yield from file.iter_batches(batch_size=CHUNK, columns=[name for name in file.schema_arrow.names if name in known])


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
