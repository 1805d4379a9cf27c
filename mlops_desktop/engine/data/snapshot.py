"""The imported cells as one Parquet file: what a project keeps of its data file, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.parquet import read_parquet
from mlops_desktop.base.source import CellFormat, file_notes
from mlops_desktop.engine import disk
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.coded_texts import bytes_of, ends_of
from mlops_desktop.serving.message import decode_message, encode_messages, msg

_KEY, _SUM = b"mlops_desktop.cells", b"mlops_desktop.sum"
_FORMAT = 3
_DIGEST_VERSION = 2  # version 1 took eight bytes for each cell
_PART = 2**15  # codes
_DIGEST = re.compile(r"[0-9a-f]{8,64}")
DATA_FOLDER = "data"


def snapshot_path(folder: Path, data: str) -> Path:
    """Where the imported cells of a digest lie in a project's folder. UserError when it is no digest: such a name could lead elsewhere."""
    if not _DIGEST.fullmatch(data):
        raise UserError("The project names data that cannot be its own.", "Bring its data in again (`update`).")
    return folder / DATA_FOLDER / f"{data}.parquet"


def write_temporary(cells: Cells, temporary: Path) -> Path:
    """Write the whole file of the cells under a temporary name in the folder of the snapshots, and return this name.

    UserError when the disk is full or refuses.
    """
    import pyarrow.parquet as pq

    facts = {
        "format": _FORMAT,
        "decimal": cells.format.decimal,
        "likely_decimal": cells.likely_decimal,
        "mixed": {name: list(texts) for name, texts in cells.mixed.items()},
        "notes": [encode_messages(note.to_json()) for note in cells.notes],
    }
    if more := _further(cells.format):
        facts["cell_format"] = more
    table = cells.table.replace_schema_metadata(None)
    kept = {_KEY: json.dumps(facts, sort_keys=True).encode()}
    table = _without_validity(table).replace_schema_metadata({**kept, _SUM: _checksum(kept[_KEY], table)})
    with disk.explain_errors("The data of this project"):
        temporary.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            options: dict[str, Any] = {"write_statistics": False, "store_schema": True, "write_page_checksum": True}
            pq.write_table(table, file, **options, **_compression(table))
            file.flush()
            os.fsync(file.fileno())
    return temporary


def _without_validity(table: Any) -> Any:
    """The table, whose file then holds for none of its cells whether it is there, in columns where all are."""
    import pyarrow as pa

    fields = [one if column.null_count else one.with_nullable(False) for one, column in zip(table.schema, table.columns, strict=True)]
    return pa.Table.from_arrays(table.columns, schema=pa.schema(fields))


def _compression(table: Any) -> dict[str, Any]:
    """How each column is compressed: codes hardly can be, so they are by what is quickest; texts and values by what makes them small."""
    import pyarrow as pa

    quick = {
        name
        for name, column in zip(table.column_names, table.columns, strict=True)
        if pa.types.is_dictionary(column.type) and column.num_chunks and column.chunk(0).dictionary.nbytes < len(column)
    }
    levels = {name: 1 for name in table.column_names if name not in quick}
    return {"compression": {name: "lz4" if name in quick else "zstd" for name in table.column_names}, "compression_level": levels or None}


def put_in_place(temporary: Path, path: Path) -> None:
    """Give the file of `write_temporary` its name: `path` holds the old file or the whole new one, after a kill too.

    UserError when the disk refuses.
    """
    with disk.explain_errors(_named(path)):
        disk.replace(temporary, path)


def _checksum(facts: bytes, table: Any) -> bytes:
    """The checksum of what a file says beside its cells, which have checksums of their own: names, types, number of rows and facts."""
    shape = json.dumps([[field.name, str(field.type)] for field in table.schema]).encode()
    return hashlib.sha256(b"%d %s %s" % (table.num_rows, shape, facts)).hexdigest().encode()


def _verified(table: Any) -> bytes:
    """The facts of a table that was read. ValueError when they or its columns are not those that were written; KeyError without any."""
    metadata = table.schema.metadata or {}
    facts: bytes = metadata[_KEY]
    if metadata.get(_SUM, given := _checksum(facts, table)) != given:  # a file of an older version has no checksum
        raise ValueError("the columns are not those that were written")
    return facts


def _named(path: Path) -> str:
    return msg("The data of this project, “{name}”,", name=path.name)


def read_cells(path: Path) -> Cells:
    """The cells that `write_temporary` wrote, now or in an older version. UserError when the file is gone or damaged."""
    with disk.explain_errors(_named(path)):
        try:
            table = read_parquet(path, memory_map=True)
            facts = json.loads(_verified(table), object_hook=decode_message)
            mixed = {str(name): tuple(texts) for name, texts in facts.get("mixed", {}).items()}
            notes = _notes_of(facts)
        except (KeyError, TypeError, ValueError) as error:
            raise UserError("The data of this project is damaged and cannot be read.", "Import the data file again.") from error
    more = facts.get("cell_format", {})
    given = CellFormat(
        decimal=str(facts.get("decimal", "")),
        thousands=more.get("thousands"),
        day_first=more.get("day_first"),
        year_first=bool(more.get("year_first")),
        missing=tuple(more.get("missing", ())),
    )
    likely = str(facts.get("likely_decimal", ""))
    return Cells(table=table.replace_schema_metadata(None), format=given, likely_decimal=likely, mixed=mixed, notes=notes)


def read_notes(path: Path) -> tuple[Evidence, ...]:
    """What was noted when the cells of a snapshot were read from their source. UserError as `read_cells`."""
    import pyarrow.parquet as pq

    with disk.explain_errors(_named(path)):
        try:
            return _notes_of(json.loads((pq.read_schema(path).metadata or {})[_KEY], object_hook=decode_message))
        except (KeyError, TypeError, ValueError) as error:
            raise UserError("The data of this project is damaged and cannot be read.", "Import the data file again.") from error


def _notes_of(facts: dict[str, Any]) -> tuple[Evidence, ...]:
    notes = tuple(Evidence.from_json(one) for one in facts.get("notes", ()))
    return notes + file_notes(facts.get("said", ()))  # format 1: messages alone


def _further(given: CellFormat) -> dict[str, Any]:
    """What was recorded of the cells beside the decimal mark; empty where nothing was, so that digests stay those of older versions."""
    found: dict[str, Any] = {"thousands": given.thousands, "day_first": given.day_first, "missing": list(given.missing) or None}
    found["year_first"] = given.year_first or None
    return {name: value for name, value in found.items() if value is not None}


def cells_digest(cells: Cells, older: str = "") -> str:
    """A digest (32 hex digits) of names, kinds and values of all cells.

    The same cells give the same digest, whenever and wherever they were imported. One that may be of an `older` version is returned where
    it is of these cells, so that results which were made of them are found: cells that differ from its are then hashed twice.
    """
    digest = _digest(cells, _DIGEST_VERSION)
    return older if older and digest != older and _digest(cells, 1) == older else digest


def _digest(cells: Cells, version: int) -> str:
    likely = f" {cells.likely_decimal}" if cells.likely_decimal else ""
    total = hashlib.sha256(f"cells {version} {cells.rows} {cells.format.decimal}{likely}".encode())
    if more := _further(cells.format):
        total.update(json.dumps(more, sort_keys=True).encode())
    for raw in cells.columns():
        total.update(json.dumps([raw.name, raw.kind, raw.zone, raw.ordered, raw.mixed]).encode())
        codes, distinct = raw.given or (raw.codes, raw.distinct)
        kind = "<i8" if version == 1 else _least_type(len(distinct) if raw.values is None else len(raw.values))
        for start in range(0, len(codes), _PART):  # which stays in the processor's cache
            total.update(np.ascontiguousarray(codes[start : start + _PART], dtype=kind).data)
        if raw.values is None:
            total.update(np.diff(ends_of(distinct)).astype("<i8").data)
            total.update(bytes_of(distinct))
        else:
            total.update(np.ascontiguousarray(raw.values, dtype=raw.values.dtype.newbyteorder("<")).tobytes())
    return total.hexdigest()[:32]


def _least_type(size: int) -> str:
    """The type of numbers that takes the least bytes for codes below `size`, and -1."""
    return next((kind for kind in ("<i1", "<i2", "<i4") if size <= np.iinfo(kind).max), "<i8")
