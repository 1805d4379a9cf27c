"""The rows of the data dictionary as a table model: texts, tips, and which cells can be edited."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from mlops_desktop.ui.widgets.column_labels import role_names, type_names

FIELDS = ("name", "label", "type", "role", "unit", "description", "missing", "levels")
CHOICES = ("type", "role")
_LISTS = ("missing", "levels")
_Role = Qt.ItemDataRole
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class NoteRow:
    """One column: `found` is its type as found, `type` the one that a person set ("" none), `why` the evidence for the type."""

    name: str
    found: str
    type: str = ""
    role: str = "feature"
    label: str = ""
    unit: str = ""
    description: str = ""
    missing: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    why: str = ""


def list_text(texts: Sequence[str]) -> str:
    """A list of texts as one line; texts with commas are put in quotes."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(texts)
    return line.getvalue().replace(",", ", ") if all("," not in text for text in texts) else line.getvalue()


def read_list(text: str) -> tuple[str, ...]:
    """The texts of `list_text`; blank ones are left out."""
    found = next(csv.reader([text], skipinitialspace=True), [])
    return tuple(text.strip() for text in found if text.strip())


class NotesModel(QAbstractTableModel):
    """One row for each column of the table. `edited`: a person wrote another value (column, field, value)."""

    edited = Signal(str, str, object)  # column, field, value

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[NoteRow] = []
        self.titles = {
            "name": self.tr("Column"),
            "label": self.tr("Label"),
            "type": self.tr("Type"),
            "role": self.tr("Role"),
            "unit": self.tr("Unit"),
            "description": self.tr("Description"),
            "missing": self.tr("Missing values"),
            "levels": self.tr("Order of levels"),
        }
        self.tips = {
            "name": self.tr("The column as the file names it. A double click renames it: the label is shown from then on."),
            "label": self.tr("A short name of your own. It is shown instead of the name in the file."),
            "type": self.tr("What the cells hold. Found from the cells unless you set it."),
            "role": self.tr("What the column is for."),
            "unit": self.tr("Shown beside the field in the form page, such as kg or €."),
            "description": self.tr("What the column means, for those who will fill in the form."),
            "missing": self.tr("Further texts or numbers that mean “not known”, separated by commas, such as -200, unknown."),
            "levels": self.tr("For ordered categories: the levels from low to high, separated by commas."),
        }

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Columns of the table."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Fields of a column."""
        return 0 if parent.isValid() else len(FIELDS)

    def text(self, row: NoteRow, field: str) -> str:
        """The text of a cell."""
        if field == "type":
            return type_names().get(row.type or row.found, row.type or row.found)
        if field == "role":
            return role_names()[row.role][0]
        if field in _LISTS:
            return list_text(getattr(row, field))
        return str(getattr(row, field))

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """The text of a cell, its tip, and what a screen reader reads."""
        row, field = self.rows[index.row()], FIELDS[index.column()]
        if role in (_Role.DisplayRole, _Role.EditRole):
            return self.text(row, field)
        if role == _Role.ToolTipRole:
            if field == "type":
                return self.tr("Set by you.") if row.type else row.why
            return role_names()[row.role][1] if field == "role" else self.text(row, field) or self.tips[field]
        if role == _Role.AccessibleTextRole:
            return f"{row.name}, {self.titles[field]}: {self.text(row, field) or '–'}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        """The title of a field, and its tip."""
        if orientation == Qt.Orientation.Horizontal:
            if role == _Role.DisplayRole:
                return self.titles[FIELDS[section]]
            if role == _Role.ToolTipRole:
                return self.tips[FIELDS[section]]
            if role == _Role.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """All but the name can be edited; levels of ordered categories alone."""
        field = FIELDS[index.column()]
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        row = self.rows[index.row()]
        ordered = field != "levels" or (row.type or row.found) == "ordered" or bool(row.levels)
        return flags | Qt.ItemFlag.ItemIsEditable if field != "name" and ordered else flags

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:
        """Emit the change; the new value comes back with `show_rows`."""
        row, field = self.rows[index.row()], FIELDS[index.column()]
        new: Any = read_list(str(value)) if field in _LISTS else str(value).strip() if field not in CHOICES else str(value)
        if new != getattr(row, field):
            # Later: the answer replaces the rows, and the editor is still open now.
            QTimer.singleShot(0, self, lambda: self.edited.emit(row.name, field, new))
        return True
