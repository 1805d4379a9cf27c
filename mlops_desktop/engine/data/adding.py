"""Adds the rows of another file to the data of a project, below those that are there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.appended_tables import append_tables
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.source import PartTable, file_notes
from mlops_desktop.engine.data.alike_cells import AlikeCells
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.reading import plain_texts
from mlops_desktop.engine.data.row_identity import row_hashes
from mlops_desktop.engine.data.typed_table import TypedCells
from mlops_desktop.serving.frame import MISSING_DATE, Bools
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
    rows_added = plural_msg(new.rows, "1 row was added to {before:,}.", "{n} rows were added to {before:,}.", before=before.rows)
    again = int(np.isin(row_hashes(new), row_hashes(before)).sum()) if set(before.names) == set(new.names) else 0
    repeated = plural_msg(again, "1 of them was in the data already.", "{n} of them were in the data already.")
    return replace(
        before,
        table=table,
        mixed={table.column_names[at]: texts for at, texts in mixed.items()},
        notes=(*notes, *file_notes([rows_added, *([repeated] if again else [])])),
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


def refuse_other_values(before: TypedCells, new: AlikeCells, after: TypedCells, name: str) -> None:
    """UserError when a number or a date is read as another value once the rows of the file `name` are below the others, whether in the rows
    `before` or in the `new` ones.
    """
    for column in before.schema.columns:
        if not (_kind(column.type) and _kind(after.schema.column(column.name).type)):
            continue
        now, alone = after.values(column.name), new.values.get(column.name)
        changed = _changed(before.values(column.name), now[: before.rows], both=False).any()
        if alone is not None:
            changed = changed or _changed(alone, now[before.rows :], both=column.name in new.rewritten).any()
        if changed:
            raise UserError(
                msg("“{name}” cannot be added: values of “{column}” would be read as others then.", name=name, column=column.name),
                "Write its values in the file as they are in the data so far, or replace the data.",
            )


def _changed(expected: NDArray[Any], found: NDArray[Any], *, both: bool) -> Bools:
    """Where a value is another one, or missing; with `both` also where one is found that was missing."""
    if expected.dtype == np.int64:
        lacks, gone = expected == MISSING_DATE, found == MISSING_DATE
    else:
        lacks, gone = np.isnan(expected), np.isnan(found)
    changed: Bools = ~lacks & (gone | ~np.equal(expected, found))
    return changed | (lacks & ~gone) if both else changed


def _kind(type_: str) -> str:
    return "number" if type_ in NUMBER_TYPES else "date" if type_ == "date" else ""
