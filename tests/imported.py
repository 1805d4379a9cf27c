"""Cells for tests, made from a DataFrame, a dictionary of columns or an Arrow table instead of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from mlops_desktop.base.mixed_cells import canonical_texts
from mlops_desktop.base.source import CellFormat
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.raw_column import RawColumn, storable
from mlops_desktop.engine.data.snapshot import put_in_place, write_temporary


def cells_of(data: Any, decimal: str = "") -> Cells:
    """Imported cells. Columns of Python objects are read as those of a sheet are: canonical texts, where several types are in one."""
    given = CellFormat(decimal=decimal)
    if isinstance(data, pa.Table):
        return Cells(
            table=pa.Table.from_arrays([storable(column) for column in data.columns], names=data.column_names),
            format=given,
        )
    frame = pd.DataFrame(data)
    arrays, mixed = [], {}
    for name in frame.columns:
        if frame[name].dtype == object:
            texts, ambiguous = canonical_texts(frame[name].tolist())
            arrays.append(pa.array(texts, pa.string()))
            if ambiguous:
                mixed[str(name)] = ambiguous
        else:
            arrays.append(storable(pa.array(frame[name], from_pandas=True)))
    return Cells(table=pa.Table.from_arrays(arrays, names=[str(name) for name in frame.columns]), format=given, mixed=mixed)


def raw_of(name: str, data: Any) -> RawColumn:
    """One column of such cells by its distinct values."""
    return cells_of({name: data}).column(name)


def write_snapshot(cells: Cells, path: Path) -> None:
    """Write the snapshot of cells as an import does."""
    put_in_place(write_temporary(cells, path.with_suffix(".new")), path)
