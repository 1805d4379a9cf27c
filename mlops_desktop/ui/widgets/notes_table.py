"""The data dictionary: one row for each column of a table, edited in place. It knows plain values only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QTableView,
    QWidget,
)

from mlops_desktop.ui import icons, theme
from mlops_desktop.ui.widgets.column_labels import TYPE_ICONS, role_names, type_names
from mlops_desktop.ui.widgets.inputs import ComboBox
from mlops_desktop.ui.widgets.notes_model import CHOICES, FIELDS, NoteRow, NotesModel

_WIDTHS = {"label": 130, "type": 150, "role": 104, "unit": 80, "description": 220, "missing": 128, "levels": 160}
ROW = 30
_Role = Qt.ItemDataRole
_Index = QModelIndex | QPersistentModelIndex


class _NotesDelegate(QStyledItemDelegate):
    """Icons and paler found types; lists for types and roles, lines for words."""

    def __init__(self, table: NotesTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: Any, index: _Index) -> None:
        row, field = self._table.notes.rows[index.row()], FIELDS[index.column()]
        text = self._table.notes.text(row, field)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme.color("sel"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.color("accent"), 1.5))
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        area.adjust(10, 0, -8, 0)
        if field == "name":
            target = row.role == "target"
            icon = "target" if target else TYPE_ICONS.get(row.type or row.found, "cat")
            icons.draw(painter, icon, QRectF(area.left(), area.center().y() - 7, 14, 14), theme.token("accent" if target else "text3"))
            area.adjust(20, 0, 0, 0)
        if field in CHOICES:
            area.adjust(0, 0, -16, 0)
            icons.draw(painter, "down", QRectF(area.right() + 3, area.center().y() - 6, 12, 12), theme.token("text3"))
        chosen = (field == "type" and row.type) or (field == "role" and row.role != "feature")
        painter.setFont(theme.font("small", QFont.Weight.DemiBold if field == "name" or chosen else QFont.Weight.Normal))
        tone = "accent" if row.role == "target" and field in ("name", "role") else "text2" if field in CHOICES and not chosen else "text"
        if row.role == "ignore" and field != "role":
            tone = "text3"
        if not text and option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            editable = bool(index.flags() & Qt.ItemFlag.ItemIsEditable)
            text, tone = (self.tr("Write here"), "text3") if editable else (self.tr("For ordered ones"), "text3")
        painter.setPen(theme.color(tone))
        mode = Qt.TextElideMode.ElideMiddle if field == "name" else Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(text, mode, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine, text)
        painter.restore()

    def sizeHint(self, option: Any, index: _Index) -> QSize:
        return QSize(80, ROW)

    def createEditor(self, parent: QWidget, option: Any, index: _Index) -> QWidget:
        row, field = self._table.notes.rows[index.row()], FIELDS[index.column()]
        title = f"{row.name}, {self._table.notes.titles[field]}"
        if field not in CHOICES:
            line = QLineEdit(parent)
            line.setFont(theme.font("small"))
            line.setObjectName(f"notes_{field}_editor")
            line.setAccessibleName(title)
            return line
        if field == "type":
            text = self.tr("Found: {type}").format(type=type_names().get(row.found, row.found))
            found = self.tr("As found from the cells") if row.type else text
            box = ComboBox([("", found), *type_names().items()], name="notes_type_editor", title=title)
        else:
            box = ComboBox(((id_, name) for id_, (name, _) in role_names().items()), name="notes_role_editor", title=title)
            for i, (_, meaning) in enumerate(role_names().values()):
                box.setItemData(i, meaning, _Role.ToolTipRole)
        box.setParent(parent)
        box.setFont(theme.font("small"))
        box.picked.connect(lambda _: self._commit(box))
        QTimer.singleShot(0, box, box.showPopup)
        return box

    def _commit(self, box: QWidget) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box, QStyledItemDelegate.EndEditHint.NoHint)

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        row, field = self._table.notes.rows[index.row()], FIELDS[index.column()]
        if isinstance(editor, ComboBox):
            editor.setCurrentIndex(next(i for i in range(editor.count()) if editor.itemData(i) == getattr(row, field)))
        elif isinstance(editor, QLineEdit):
            editor.setText(self._table.notes.text(row, field))

    def setModelData(self, editor: QWidget, model: Any, index: _Index) -> None:
        model.setData(index, editor.chosen() if isinstance(editor, ComboBox) else editor.text() if isinstance(editor, QLineEdit) else "")


class NotesTable(QTableView):
    """The table of notes. `edited` brings a column, a field of FIELDS and its new value (type "": as found); `at` the current column;
    `selected` the columns of all rows that are selected.
    """

    edited = Signal(str, str, object)
    at = Signal(str)
    selected = Signal(object)

    def __init__(self, *, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.notes = NotesModel(self)
        self.setModel(self.notes)
        self.setItemDelegate(_NotesDelegate(self))
        self.setMouseTracking(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        mode = QAbstractItemView.ScrollMode.ScrollPerPixel
        self.setHorizontalScrollMode(mode)
        self.setVerticalScrollMode(mode)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.DoubleClicked | trigger.EditKeyPressed | trigger.AnyKeyPressed | trigger.SelectedClicked)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW)
        head = self.horizontalHeader()
        head.setFixedHeight(ROW)
        head.setHighlightSections(False)
        head.setFont(theme.font("caption"))
        for at, field in enumerate(FIELDS):
            self.setColumnWidth(at, _WIDTHS.get(field, 160))
        self.notes.edited.connect(self.edited)
        self.clicked.connect(self._open_choice)
        self.doubleClicked.connect(self._rename)
        self.selectionModel().currentRowChanged.connect(lambda now, _: self._emit(now))
        self.selectionModel().selectionChanged.connect(lambda *_: self.selected.emit(self.selected_columns()))
        self._wanted = ""

    def show_rows(self, rows: Sequence[NoteRow]) -> None:
        """Show these columns. The current cell stays current; an open editor stays open when its columns are the same."""
        rows = list(rows)
        old = self.notes.rows
        if rows == old:
            return
        if [row.name for row in rows] == [row.name for row in old]:
            self.notes.rows = rows
            self.notes.dataChanged.emit(self.notes.index(0, 0), self.notes.index(len(rows) - 1, len(FIELDS) - 1))
            return
        self.notes.beginResetModel()
        self.notes.rows = rows
        self.notes.endResetModel()
        widest = max((self.fontMetrics().horizontalAdvance(row.name) for row in rows[:200]), default=0)
        self.setColumnWidth(0, min(max(widest + 56, 120), 260))
        self.show_search(self._wanted)
        self.selected.emit(())

    def show_search(self, text: str) -> None:
        """Show only the rows with a text in their name, label or description; all for an empty one."""
        self._wanted = text
        wanted = text.strip().lower()
        for at, row in enumerate(self.notes.rows):
            self.setRowHidden(at, wanted not in f"{row.name} {row.label} {row.description}".lower())
        self.selected.emit(self.selected_columns())

    def selected_columns(self) -> tuple[str, ...]:
        """The names of the rows that are selected and seen, from top to bottom."""
        rows = sorted({index.row() for index in self.selectionModel().selectedIndexes()})
        return tuple(self.notes.rows[row].name for row in rows if row < len(self.notes.rows) and not self.isRowHidden(row))

    def column(self) -> str:
        """The current column's name; empty when there is none."""
        at = self.currentIndex()
        return self.notes.rows[at.row()].name if at.isValid() and at.row() < len(self.notes.rows) else ""

    def go_to(self, column: str, field: str = "role") -> None:
        """Make a column's cell the current one, and bring it into view."""
        for at, row in enumerate(self.notes.rows):
            if row.name == column:
                if self.isRowHidden(at):
                    self.show_search("")
                index = self.notes.index(at, FIELDS.index(field))
                self.setCurrentIndex(index)
                self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter edits, as F2 does, and renames on the name; Delete empties a text."""
        index = self.currentIndex()
        edits = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)
        if event.key() in edits and index.isValid() and self.state() != self.State.EditingState:
            if FIELDS[index.column()] == "name":
                self._rename(index)
            else:
                self.edit(index)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEditable:
            field = FIELDS[index.column()]
            if field != "role":
                self.notes.setData(index, "")
        else:
            super().keyPressEvent(event)

    def _open_choice(self, index: QModelIndex) -> None:
        """One click opens a list; texts take two, so that a row can be read without editing it."""
        is_one = len(self.selected_columns()) == 1 and QApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier
        if FIELDS[index.column()] in CHOICES and is_one:
            self.edit(index)

    def _rename(self, index: QModelIndex) -> None:
        """The name in the file stays what new files are read by; another name for it is its label."""
        if FIELDS[index.column()] == "name":
            label = index.siblingAtColumn(FIELDS.index("label"))
            self.setCurrentIndex(label)
            self.edit(label)

    def _emit(self, now: QModelIndex) -> None:
        if now.isValid():
            self.at.emit(self.notes.rows[now.row()].name)
