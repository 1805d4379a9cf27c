"""Rows of texts, such as those of a table in a page, as an Arrow table: the names, and the rows below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.source import UNKNOWN_DECIMAL, ReadReport
from mlops_desktop.catalog.sources._table_source import TableSource, table_among


def table_of_rows(source: TableSource, rows: Sequence[Sequence[str]], notes: Sequence[Evidence]) -> tuple[Any, ReadReport]:
    """The table among rows of texts, at least one of which holds something, by the parameters of a source; and the report."""
    import pyarrow as pa

    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    found = table_among(source, padded)
    columns = [pa.array([padded[at][j] for at in found.kept], pa.string()) for j in range(width)]
    table = found.with_headings(pa.Table.from_arrays(columns, names=found.names(width)))
    report = ReadReport(
        rows_read=table.num_rows,
        rows_left_out=found.left_out,
        notes=(*notes, *found.notes),
        has_names=found.layout.names is not None,
        likely_decimal=UNKNOWN_DECIMAL,
        units=found.units,
        found=found.source,
    )
    return table, report
