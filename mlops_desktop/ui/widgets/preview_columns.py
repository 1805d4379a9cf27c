"""The columns of a preview as columns of the table on the screen, with how they were read in their heads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from mlops_desktop.engine.data import PreviewColumn
from mlops_desktop.serving.schema import NUMBER_TYPES
from mlops_desktop.ui.widgets.column_labels import TYPE_ICONS, type_names
from mlops_desktop.ui.widgets.table_model import TableColumn


def preview_columns(columns: Sequence[PreviewColumn]) -> list[TableColumn]:
    """Every column in its order; its head says type and marks of numbers, its tooltip the evidence."""
    return [_column(one) for one in columns]


def _column(column: PreviewColumn) -> TableColumn:
    caption = _caption(column)
    tip = "\n".join([column.name, caption, *(one.message for one in column.evidence)])
    icon = TYPE_ICONS.get(column.type, "")
    if column.type in NUMBER_TYPES and column.type != "boolean":
        values = np.array([np.nan if value is None else value for value in column.values], dtype=np.float64)
        return TableColumn(name=column.name, kind="number", values=values, icon=icon, caption=caption, tip=tip)
    levels = list(dict.fromkeys(str(value) for value in column.values if value is not None))
    place = {level: at for at, level in enumerate(levels)}
    codes = np.array([-1 if value is None else place[str(value)] for value in column.values], dtype=np.intp)
    return TableColumn(name=column.name, kind="categorical", values=codes, levels=levels, icon=icon, caption=caption, tip=tip)


def _caption(column: PreviewColumn) -> str:
    tr = QCoreApplication.translate
    parts = [type_names().get(column.type, column.type)]
    if column.decimal == ",":
        parts.append(tr("Columns", "decimal comma"))
    if column.thousands:
        parts.append(tr("Columns", "thousands “{mark}”").format(mark=column.thousands))
    if column.missing:
        parts.append(tr("Columns", "missing: {words}").format(words=", ".join(column.missing)))
    return ", ".join(parts)
