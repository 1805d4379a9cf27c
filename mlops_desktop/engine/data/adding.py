"""Rows that are added to the data of a project: the cells of another file below those that are there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.source import PartTable, file_notes
from mlops_desktop.catalog.sources._union_columns import append_tables
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.reading import plain_texts
from mlops_desktop.engine.data.row_identity import row_hashes
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.schema import NUMBER_TYPES, Schema


def added_cells(before: Cells, new: Cells, names: tuple[str, str]) -> Cells:
    """The rows of `new` below those of `before`, both with their `names` for notes. Columns are matched by name; what a table lacks is
    missing in its rows. A note says how many rows of the new file were there already.
    """
    parts = [
        PartTable(name=name, table=plain_texts(one.table), mixed=one.mixed, notes=one.notes)
        for name, one in zip(names, (before, new), strict=True)
    ]
    table, mixed, notes = append_tables(parts)
    counted = plural_msg(new.rows, "1 row was added to {before:,}.", "{n} rows were added to {before:,}.", before=before.rows)
    again = int(np.isin(row_hashes(new), row_hashes(before)).sum()) if set(before.names) == set(new.names) else 0
    repeated = plural_msg(again, "1 of them was in the data already.", "{n} of them were in the data already.")
    return replace(
        before,
        table=table,
        mixed={table.column_names[at]: texts for at, texts in mixed.items()},
        notes=(*notes, *file_notes([counted, *([repeated] if again else [])])),
        units={**new.units, **before.units},
    )


def refuse_other_kinds(before: Schema, after: Schema, name: str) -> None:
    """UserError when a column of numbers or dates is none any more with the rows of the file `name`: they are written otherwise there."""
    for column in before.columns:
        now = after.column(column.name)
        if _kind(column.type) and _kind(now.type) != _kind(column.type):
            raise UserError(
                msg("“{name}” cannot be added: “{column}” would not be a column of the same kind any more.", name=name, column=column.name),
                "Write its values in the file as they are in the data so far, or replace the data.",
            )


def _kind(type_: str) -> str:
    return "number" if type_ in NUMBER_TYPES else "date" if type_ == "date" else ""
