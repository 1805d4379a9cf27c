"""Rows of texts, such as those of a table in a page, as an Arrow table: the names, and the rows below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.source import ReadReport
from mlops_desktop.catalog.sources._table_source import TableSource, layout_notes, left_out_notes
from mlops_desktop.serving.header import generated_names
from mlops_desktop.serving.row_sifter import RowSifter, sift
from mlops_desktop.serving.table_finder import LeftOut, find_table, is_blank, row_text


def table_of_rows(source: TableSource, rows: Sequence[Sequence[str]], notes: Sequence[Evidence]) -> tuple[Any, ReadReport]:
    """The table among rows of texts, at least one of which holds something, by the parameters of a source; and the report."""
    import pyarrow as pa

    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    body = padded[source.skip :]
    layout = find_table(body, source.wanted())
    above = [LeftOut(at, "above", row_text(row)) for at, row in enumerate(padded[: source.skip]) if not is_blank(row)]
    layout = replace(layout, left_out=(*above, *layout.left_out))
    below = body[layout.body :]
    end = max(0, len(below) - source.skip_end)
    kept, left = sift(RowSifter.over(layout, source.wanted(), body, padded=True), below[:end], width)
    left += [LeftOut(at, "end", row_text(below[at])) for at in range(end, len(below)) if not is_blank(below[at])]
    cells = [below[at] for at in kept]
    names = [*(layout.names or generated_names(width)), *[""] * width][:width]
    columns = [pa.array([row[j] for row in cells], pa.string()) for j in range(width)]
    table = pa.Table.from_arrays(columns, names=names)
    start = next(iter(layout.header), layout.body)
    report = ReadReport(
        rows_read=table.num_rows,
        rows_left_out=len(layout.left_out) + len(left),
        notes=(*notes, *layout_notes(layout, source.comment), *left_out_notes(left, source.comment)),
        has_names=layout.names is not None,
        units={at: unit for at, unit in enumerate(layout.units) if unit},
        found=source.placed(layout, source.skip + start),
    )
    return table, report
