"""Small tables of texts: a leaderboard, metrics, a confusion matrix, findings. Rows are known by ids, never by positions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from mlops_desktop.ui import icons, theme
from mlops_desktop.ui.translation import translated

ROW_HEIGHT = 32
PAD = 8  # left and right of a cell's text
WIDEST = 320  # pixels of a column without a given width
LEGIBLE = 240  # pixels of a name that optional columns leave
MIN_STRETCH, MIN_BAR = 120, 110  # pixels that a shrinking column keeps
MEASURED = 200  # rows that decide how wide a column is
_ROLE = Qt.ItemDataRole
_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


@dataclass(frozen=True)
class RowColumn:
    """A column: `title`; `align` left, right or center; `tabular`: digits of one width; `bar`: space for a bar beside the text.

    `width` in pixels, or 0 for what its texts need (at most 320); `stretch`: takes what is left; `middle`: texts that are too long
    are cut in the middle, as suits names. `optional`: hidden where those that stretch would be cut short, the last one first.
    """

    title: str
    align: str = "left"
    tabular: bool = False
    bar: bool = False
    width: int = 0
    stretch: bool = False
    tip: str = ""
    middle: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Cell:
    """The content of a cell: a text, perhaps a bar (0 to 1), an icon, a shade behind it (0 to 1) and a tone (see `label`).
    A message is shown in the language of the window.
    """

    text: str
    bar: float | None = None
    tone: str = ""
    icon: str = ""
    shade: float = 0.0
    tip: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", translated(self.text))
        object.__setattr__(self, "tip", translated(self.tip))


@dataclass(frozen=True)
class Row:
    """A row: its id, a cell (or a text) for each column; `strong` is emphasised, as the best one is; `tone` colours all its texts."""

    id: str
    cells: Sequence[Cell | str]
    strong: bool = False
    tone: str = ""

    def cell(self, at: int) -> Cell:
        """The cell of a column; an empty one where the row is short."""
        found = self.cells[at] if at < len(self.cells) else ""
        return Cell(found) if isinstance(found, str) else found


class _RowsModel(QAbstractTableModel):
    def __init__(self, columns: Sequence[RowColumn], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Row] = []

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        cell = self.rows[index.row()].cell(index.column())
        if role == _ROLE.DisplayRole:
            return cell.text
        if role == _ROLE.ToolTipRole:
            return cell.tip or cell.text
        if role == _ROLE.AccessibleTextRole:
            return f"{self.columns[index.column()].title}: {cell.text or '–'}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            column = self.columns[section]
            if role == _ROLE.DisplayRole:
                return column.title
            if role == _ROLE.ToolTipRole:
                return column.tip or column.title
            if role == _ROLE.TextAlignmentRole:
                return int(_alignment(column))
        return None


def _alignment(column: RowColumn) -> Qt.AlignmentFlag:
    side = {"left": Qt.AlignmentFlag.AlignLeft, "right": Qt.AlignmentFlag.AlignRight, "center": Qt.AlignmentFlag.AlignHCenter}
    return side[column.align] | Qt.AlignmentFlag.AlignVCenter


class _RowsDelegate(QStyledItemDelegate):
    """Paints a cell: shade or selection, icon, text, bar."""

    def __init__(self, table: RowsTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = self._table.rows_model
        row, column = model.rows[index.row()], model.columns[index.column()]
        cell, area = row.cell(index.column()), QRect(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme.color("sel"))
        if cell.shade:
            ground = QColor(theme.token("accent"))
            ground.setAlphaF(0.06 + 0.5 * min(max(cell.shade, 0.0), 1.0))
            painter.fillRect(area.adjusted(1, 1, -1, -1), ground)
        if state & QStyle.StateFlag.State_HasFocus and self._table.by_cell:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        area.adjust(PAD, 0, -PAD, 0)
        if cell.icon:
            icons.draw(painter, cell.icon, QRectF(area.left(), area.center().y() - 7, 15, 15), theme.token(_tone(cell.tone or row.tone)))
            area.setLeft(area.left() + 21)
        self._paint_text(painter, area, row, column, cell)
        painter.restore()

    def _paint_text(self, painter: QPainter, area: QRect, row: Row, column: RowColumn, cell: Cell) -> None:
        weight = QFont.Weight.DemiBold if row.strong else QFont.Weight.Normal
        painter.setFont(theme.font("small", weight, tabular=column.tabular or column.bar))
        tone = cell.tone or row.tone or ("text2" if column.tabular and not (row.strong or column.bar or cell.shade) else "")
        painter.setPen(theme.color(_tone(tone)))
        mode = Qt.TextElideMode.ElideMiddle if column.middle else Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(cell.text, mode, area.width())
        painter.drawText(area, int(_alignment(column)) | int(Qt.TextFlag.TextSingleLine), text)
        if cell.bar is not None:
            left = area.left() + max(
                painter.fontMetrics().horizontalAdvance("0.00000"), painter.fontMetrics().horizontalAdvance(cell.text) + 8
            )
            bar = QRectF(left, area.center().y() - 2.5, area.right() - left, 6)
            if bar.width() >= 12:
                share = min(max(cell.bar, 0.0), 1.0)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("border"))
                painter.drawRoundedRect(bar, 3, 3)
                painter.setBrush(theme.color("accent"))
                painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(6.0, bar.width() * share), 6), 3, 3)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        model = self._table.rows_model
        column = model.columns[index.column()]
        cell, row = model.rows[index.row()].cell(index.column()), model.rows[index.row()]
        font = theme.font("small", QFont.Weight.DemiBold if row.strong else QFont.Weight.Normal, tabular=column.tabular)
        wide = self._table.advance(font, cell.text) + 2 * PAD + (21 if cell.icon else 0) + (150 if column.bar else 0)
        return QSize(wide, ROW_HEIGHT)


def _tone(tone: str) -> str:
    return {"": "text", "2": "text2", "3": "text3"}.get(tone, tone)


class RowsTable(QTableView):
    """A table of a few hundred rows at most. `chosen` brings the ids of the selected rows when a person changes them, `opened` the id of a
    row that was double-clicked or entered.
    """

    chosen = Signal(list)
    opened = Signal(str)

    def __init__(
        self,
        columns: Sequence[RowColumn],
        *,
        name: str,
        title: str,
        several: bool = False,
        selectable: bool = True,
        by_cell: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.by_cell = by_cell
        self._silent = False
        self.rows_model = _RowsModel(columns, self)
        self.setModel(self.rows_model)
        self.setItemDelegate(_RowsDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        behavior = QAbstractItemView.SelectionBehavior
        mode = QAbstractItemView.SelectionMode
        self.setSelectionBehavior(behavior.SelectItems if by_cell else behavior.SelectRows)
        self.setSelectionMode(mode.NoSelection if not selectable else mode.ExtendedSelection if several else mode.SingleSelection)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setFixedHeight(ROW_HEIGHT)
        head.setMinimumSectionSize(40)
        head.setFont(theme.font("caption"))
        head.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setFont(theme.font("small"))
        self.selectionModel().selectionChanged.connect(lambda *_: self._emit())
        self.doubleClicked.connect(lambda index: self.opened.emit(self.rows_model.rows[index.row()].id))

    def show_rows(self, rows: Iterable[Row]) -> None:
        """Show these rows; what was selected stays selected where its id is still there. Emits no signal."""
        before, at = self.ids(), self.currentIndex()
        self._silent = True
        self.rows_model.beginResetModel()
        self.rows_model.rows = list(rows)
        self.rows_model.endResetModel()
        if at.isValid() and at.row() < len(self.rows_model.rows):
            self.selectionModel().setCurrentIndex(
                self.rows_model.index(at.row(), at.column()), self.selectionModel().SelectionFlag.NoUpdate
            )
        self.select(before)
        self._fit()
        self._silent = False

    def show_columns(self, columns: Sequence[RowColumn]) -> None:
        """Other columns; the rows go."""
        self.rows_model.beginResetModel()
        self.rows_model.columns, self.rows_model.rows = tuple(columns), []
        self.rows_model.endResetModel()

    def ids(self) -> list[str]:
        """The ids of the selected rows, from top to bottom."""
        return [self.rows_model.rows[at].id for at in sorted({index.row() for index in self.selectionModel().selectedIndexes()})]

    def select(self, ids: Iterable[str]) -> None:
        """Select the rows of these ids without emitting a signal; unknown ids are passed over."""
        wanted, silent = set(ids), self._silent
        self._silent = True
        flags = self.selectionModel().SelectionFlag
        self.selectionModel().clearSelection()
        for at, row in enumerate(self.rows_model.rows):
            if row.id in wanted:
                self.selectionModel().select(self.rows_model.index(at, 0), flags.Select | flags.Rows)
                if len(wanted) == 1:
                    self.selectionModel().setCurrentIndex(self.rows_model.index(at, 0), flags.NoUpdate)
        self._silent = silent

    def height_for(self, most: int = 12) -> int:
        """The height in which up to `most` rows need no scrolling."""
        return self.horizontalHeader().height() + min(max(len(self.rows_model.rows), 1), most) * ROW_HEIGHT + 4

    def advance(self, font: QFont, text: str) -> int:
        """How wide a text is in a font, in whole pixels: a fraction less, and it would be cut."""
        return math.ceil(QFontMetricsF(font).horizontalAdvance(text)) + 1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.rows_model.rows[self.currentIndex().row()].id)
        else:
            super().keyPressEvent(event)

    def _emit(self) -> None:
        if not self._silent:
            self.chosen.emit(self.ids())

    def _fit(self) -> None:
        """Give each column what it needs; what is left goes to those that stretch. Bars and stretching ones shrink before it scrolls."""
        columns = self.rows_model.columns
        needs = [self._need(at) for at in range(len(columns))]
        for at in self._hidden(needs):
            needs[at] = 0
        for at, need in enumerate(needs):
            if self.isColumnHidden(at) == bool(need):
                self.setColumnHidden(at, not need)
        least = [MIN_STRETCH if c.stretch else MIN_BAR if c.bar else need for c, need in zip(columns, needs, strict=True)]
        least = [min(a, b) for a, b in zip(least, needs, strict=True)]
        available = self.viewport().width()
        widths = list(needs)
        for at in [i for i, c in enumerate(columns) if c.bar] + [i for i, c in enumerate(columns) if c.stretch]:
            widths[at] = max(least[at], widths[at] - max(sum(widths) - available, 0))
        stretching = [at for at, column in enumerate(columns) if column.stretch]
        for at in stretching:
            widths[at] += max(available - sum(widths), 0) // (len(stretching) - stretching.index(at))
        for at, width in enumerate(widths):
            if width:
                self.horizontalHeader().resizeSection(at, width)

    def _hidden(self, needs: Sequence[int]) -> list[int]:
        """The optional columns for which there is no space beside legible texts of those that stretch."""
        columns, hidden = self.rows_model.columns, list[int]()
        optional = [at for at, column in enumerate(columns) if column.optional]
        if not optional:
            return hidden
        least = [MIN_BAR if column.bar else LEGIBLE if column.stretch else need for column, need in zip(columns, needs, strict=True)]
        wanted = list(map(min, least, needs))
        for at in reversed(optional):
            if sum(wanted) - sum(wanted[one] for one in hidden) > self.viewport().width():
                hidden.append(at)
        return hidden

    def _need(self, at: int) -> int:
        column = self.rows_model.columns[at]
        return column.width if column.width and not column.stretch else max(column.width, self._width_of_texts(at))

    def _width_of_texts(self, at: int) -> int:
        """How wide the texts of a column are, its title among them."""
        column = self.rows_model.columns[at]
        option, rows = QStyleOptionViewItem(), range(min(len(self.rows_model.rows), MEASURED))
        title = self.advance(self.horizontalHeader().font(), column.title) + 2 * PAD + 8
        texts = [self.itemDelegate().sizeHint(option, self.rows_model.index(row, at)).width() for row in rows]
        return min(max([title, *texts]), WIDEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the space anew."""
        super().resizeEvent(event)
        self._fit()
