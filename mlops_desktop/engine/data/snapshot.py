"""The imported cells as one Parquet file: what a project keeps of its data file, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.parquet import read_parquet
from mlops_desktop.engine import disk
from mlops_desktop.engine.data.raw_column import texts_of
from mlops_desktop.engine.data.type_inference import raw_columns

if TYPE_CHECKING:
    from pandas import DataFrame

_KEY = b"mlops_desktop.cells"
_FORMAT = 1
_DIGEST = re.compile(r"[0-9a-f]{8,64}")
DATA_FOLDER = "data"


def snapshot_path(folder: Path, data: str) -> Path:
    """Where the imported cells of a digest lie in a project's folder. UserError when it is no digest: such a name could lead elsewhere."""
    if not _DIGEST.fullmatch(data):
        raise UserError("The project names data that cannot be its own.", "Bring its data in again (`update`).")
    return folder / DATA_FOLDER / f"{data}.parquet"


def storable(cells: DataFrame) -> DataFrame:
    """The cells with Arrow-backed columns.

    Mixed ones become texts, and which of these stand for values of several types is kept in `attrs["mixed"]`.
    """
    import pandas as pd
    import pyarrow as pa

    columns: dict[str, Any] = {}
    mixed: dict[str, list[str]] = dict(cells.attrs.get("mixed", {}))
    for name in cells.columns:
        series = cells[name]
        if series.dtype == object:
            texts, found = texts_of(series.tolist())
            array = pa.array(texts, pa.string())
            if found:
                mixed[str(name)] = list(found)
        else:
            array = pa.array(series, from_pandas=True)
            array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
            if pa.types.is_null(array.type) or pa.types.is_nested(array.type):
                array = pa.array(texts_of(array.to_pylist())[0], pa.string())
        columns[str(name)] = pd.Series(pd.arrays.ArrowExtensionArray(array), copy=False)
    out = pd.DataFrame(columns, copy=False) if columns else pd.DataFrame(index=range(len(cells)))
    out.attrs = {**cells.attrs, "mixed": mixed}
    return out


def write_cells(cells: DataFrame, path: Path) -> None:
    """Write the cells so that `path` holds the old file or the whole new one, after a kill too.

    UserError when the disk is full or refuses.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    cells = storable(cells)
    table = pa.Table.from_pandas(cells, preserve_index=False)
    said = {"format": _FORMAT, "rows": len(cells), **{str(key): value for key, value in cells.attrs.items()}}
    table = table.replace_schema_metadata({_KEY: json.dumps(said, sort_keys=True).encode()})
    temporary = path.with_name(disk.temporary_name(path.name))
    with disk.told(f"The data of this project, “{path.name}”,"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                pq.write_table(table, file, compression="zstd", store_schema=True)
                file.flush()
                os.fsync(file.fileno())
            disk.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def read_cells(path: Path) -> DataFrame:
    """The cells that `write_cells` wrote. UserError when the file is gone or damaged."""
    import pandas as pd

    with disk.told(f"The data of this project, “{path.name}”,"):
        try:
            table = read_parquet(path, memory_map=True)
            said = json.loads((table.schema.metadata or {})[_KEY])
        except (KeyError, ValueError) as error:
            raise UserError("The data of this project is damaged and cannot be read.", "Import the data file again.") from error
    cells: DataFrame = table.replace_schema_metadata(None).to_pandas(types_mapper=pd.ArrowDtype)
    if not table.num_columns:
        cells = pd.DataFrame(index=range(int(said["rows"])))
    cells.attrs = {key: value for key, value in said.items() if key not in ("format", "rows")}
    return cells


def cells_digest(cells: DataFrame) -> str:
    """A digest (32 hex digits) of names, kinds and values of all cells.

    The same cells give the same digest, whenever and wherever they were imported.
    """
    total = hashlib.sha256(f"cells {_FORMAT} {len(cells)} {cells.attrs.get('decimal', '')}".encode())
    for raw in raw_columns(cells):
        total.update(json.dumps([raw.name, raw.kind, raw.zone, raw.ordered, raw.mixed]).encode())
        total.update(np.ascontiguousarray(raw.codes, dtype="<i8").tobytes())
        if raw.values is None:
            parts = [text.encode("utf-8", "surrogatepass") for text in raw.distinct.to_pylist()]
            total.update(np.array([len(part) for part in parts], dtype="<i8").tobytes())
            total.update(b"".join(parts))
        else:
            total.update(np.ascontiguousarray(raw.values, dtype=raw.values.dtype.newbyteorder("<")).tobytes())
    return total.hexdigest()[:32]


def snapshot_digest(path: Path) -> str:
    """The digest of the cells in a snapshot; see `cells_digest`."""
    return cells_digest(read_cells(path))
