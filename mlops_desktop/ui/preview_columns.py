"""The columns of a preview as the tables of the import dialog show them: their first cells, and what is decided about each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from mlops_desktop.base.evidence import RULES
from mlops_desktop.engine.data import FilePreview, PreviewColumn
from mlops_desktop.engine.project import ColumnNote, Project
from mlops_desktop.serving.units import CURRENCIES
from mlops_desktop.ui.widgets.column_labels import TYPE_ICONS, type_names
from mlops_desktop.ui.widgets.notes_model import NoteRow
from mlops_desktop.ui.widgets.table import TableColumn

MOST_NOTES = 30


def table_columns(columns: Sequence[PreviewColumn], notes: Mapping[str, ColumnNote]) -> list[TableColumn]:
    """Every column in its order; its head says type, unit and marks of numbers, its tooltip the evidence."""
    return [_table_column(one, notes.get(one.name, ColumnNote())) for one in columns]


def noted(table: FilePreview, asked: Collection[str]) -> list[str]:
    """What a person should know of how a table is read, beside what is `asked`: of the whole table, then column by column."""
    texts = [one.message for one in table.notes]
    for column in table.columns:
        texts += [f"{column.name}: {one.message}" for one in column.evidence if not RULES[one.rule].ordinary]
    shown = [text for text in texts if not any(text.endswith(one) for one in asked)]
    more = len(shown) - MOST_NOTES
    return shown if more <= 0 else [*shown[:MOST_NOTES], QCoreApplication.translate("Columns", "… and {n} more").format(n=more)]


def note_rows(columns: Sequence[PreviewColumn], project: Project) -> list[NoteRow]:
    """What is decided about each column, and what is found where nothing is."""
    return [_note_row(one, project) for one in columns]


def _note_row(column: PreviewColumn, project: Project) -> NoteRow:
    note = project.columns.get(column.name, ColumnNote())
    role = "target" if column.name == project.target else note.role or column.role
    why = " ".join([*(one.message for one in column.evidence), *([column.why_role] if column.why_role else [])])
    return NoteRow(
        name=column.name,
        found=column.type,
        type=note.type or "",
        role=role,
        label=note.label,
        unit=note.unit or column.unit,
        description=note.description,
        missing=note.missing,
        levels=note.levels,
        why=why,
    )


def _table_column(column: PreviewColumn, note: ColumnNote) -> TableColumn:
    caption = _caption(column)
    tip = "\n".join([column.name, caption, *([note.description] if note.description else []), *(one.message for one in column.evidence)])
    icon = TYPE_ICONS.get(column.type, "")
    if column.is_measured:
        values = np.array([np.nan if value is None else value for value in column.values], dtype=np.float64)
        cents = 2 if column.type == "number" and column.unit in CURRENCIES else 0
        return TableColumn(name=column.name, kind="number", values=values, decimals=cents, icon=icon, caption=caption, tip=tip)
    levels = list(dict.fromkeys(str(value) for value in column.values if value is not None))
    place = {level: at for at, level in enumerate(levels)}
    codes = np.array([-1 if value is None else place[str(value)] for value in column.values], dtype=np.intp)
    return TableColumn(name=column.name, kind="categorical", values=codes, levels=levels, icon=icon, caption=caption, tip=tip)


def _caption(column: PreviewColumn) -> str:
    tr = QCoreApplication.translate
    parts = [type_names().get(column.type, column.type)]
    if column.unit:
        parts.append(tr("Columns", "in {unit}").format(unit=column.unit))
    if column.decimal == ",":
        parts.append(tr("Columns", "decimal comma"))
    if column.thousands:
        parts.append(tr("Columns", "thousands “{mark}”").format(mark=column.thousands))
    if column.missing:
        parts.append(tr("Columns", "missing: {words}").format(words=", ".join(column.missing)))
    return ", ".join(parts)
