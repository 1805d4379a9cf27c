"""The table of the data: it scrolls over a million rows, and each column's head shows its distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView
from shiboken6 import isValid

from mlops_desktop.ui import icons, theme
from mlops_desktop.ui.translation import formatted
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable
from mlops_desktop.ui.widgets.small_plots import paint_bars, shade
from mlops_desktop.ui.widgets.table_model import MISSING, TableColumn, TableModel

__all__ = ["Cell", "DataTable", "Row", "RowColumn", "RowsTable", "TableColumn", "TableModel"]

ROW_HEIGHT = 28
PAD = 10
WIDTHS = (72, 260)  # the narrowest and the widest column at first
MEASURED = 200  # rows that decide how wide a column is
MEASURED_CELLS = 6_000  # of all columns together: fewer rows of a wide table
AT_ONCE = 50_000  # rows that are sorted here; more are sorted aside, so that the window never waits
MOST_KEPT = 10_000  # selected rows that are followed through a sort
_ICONS = {"number": "num", "categorical": "cat", "date": "date"}
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


Done = Callable[[Exception | None], None]


def _here(work: Callable[[], None], on_done: Done) -> None:
    work()
    on_done(None)


class _Head(QHeaderView):
    """A column's head: icon, name, mark of the sort, histogram, caption."""

    def __init__(self, model: TableModel) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._table = model
        self.setSectionsClickable(True)
        self.setSectionsMovable(False)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(WIDTHS[0])

    def sizeHint(self) -> QSize:
        """Space for the three lines."""
        metrics = QFontMetrics(theme.font("small"))
        return QSize(super().sizeHint().width(), 2 * metrics.height() + 26 + 26)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one head."""
        if section < 0 or section >= len(self._table.columns):
            return
        column = self._table.columns[section]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, theme.color("surface"))
        area = QRectF(rect).adjusted(PAD, 9, -PAD, -8)
        self._paint_name(painter, area, section, column)
        painter.setFont(theme.font("caption"))
        line = painter.fontMetrics().height() + 2
        bars = QRectF(area.left(), area.bottom() - line - 3 - 26, area.width(), 26)
        if len(column.bars) and max(column.bars) > 0:
            painter.setOpacity(1.0 if column.classes else 0.62)
            if column.classes:
                for at, value in enumerate(column.bars):
                    width = bars.width() / len(column.bars)
                    high = max(bars.height() * value / max(column.bars), 1.5)
                    painter.fillRect(QRectF(bars.left() + at * width, bars.bottom() - high, max(width - 2, 1), high), shade(at))
            else:
                paint_bars(painter, bars, [column.bars], gap=1.0 if len(column.bars) > 8 else 2.0, color=theme.color("accent"))
            painter.setOpacity(1.0)
        else:
            painter.setPen(QPen(theme.color("border"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(bars.left(), bars.center().y()), QPointF(bars.right(), bars.center().y()))
        painter.setPen(theme.color(column.tone or "text3"))
        caption = painter.fontMetrics().elidedText(column.caption, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(QRectF(area.left(), area.bottom() - line, area.width(), line), _MIDDLE, caption)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()

    def _paint_name(self, painter: QPainter, area: QRectF, section: int, column: TableColumn) -> None:
        painter.setFont(theme.font("small", QFont.Weight.DemiBold))
        high = painter.fontMetrics().height()
        tone = "accent" if column.marked else "text3"
        name = "target" if column.marked else column.icon or ("bool" if column.boolean else _ICONS[column.kind])
        icons.draw(painter, name, QRectF(area.left(), area.top() + (high - 14) / 2, 14, 14), theme.token(tone), 2)
        available = area.width() - 19
        if self._table.sorted_by is not None and self._table.sorted_by[0] == section:
            available -= 16
            mark = QRectF(area.right() - 13, area.top() + (high - 13) / 2, 13, 13)
            icons.draw(painter, "down" if self._table.sorted_by[1] else "up", mark, theme.token("accent"), 2.4)
        painter.setPen(theme.color("accent" if column.marked else "text"))
        text = painter.fontMetrics().elidedText(column.shown_name, Qt.TextElideMode.ElideMiddle, int(available))
        painter.drawText(QRectF(area.left() + 19, area.top(), available, high), _MIDDLE, text)


class _Cells(QStyledItemDelegate):
    """Paints a cell in one go: asking the model for each role would take three times as long."""

    def __init__(self, table: DataTable) -> None:
        super().__init__(table)
        self._model = table.table
        self.restyle()

    def restyle(self) -> None:
        """Take colors and sizes of the theme."""
        self._metrics = QFontMetrics(theme.font("small", tabular=True))
        self._wide = max(self._metrics.averageCharWidth(), self._metrics.horizontalAdvance("m") * 0.75)
        self._pens = theme.color("text"), theme.color("text3")
        self._ground, self._ring = theme.color("sel"), QPen(theme.color("accent"), 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Selection, ring of the current cell, text."""
        row, at = index.row(), index.column()
        area, state = QRect(option.rect), option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, self._ground)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._ring)
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        text = self._model.text(row, at)
        area.adjust(PAD, 0, -PAD, 0)
        painter.setPen(self._pens[text is MISSING])
        if len(text) * self._wide > area.width():
            text = self._metrics.elidedText(text.partition("\n")[0][:500], Qt.TextElideMode.ElideRight, area.width())
        flags = Qt.AlignmentFlag.AlignRight if self._model.columns[at].numeric else Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, int(flags | _MIDDLE) | int(Qt.TextFlag.TextSingleLine), text)


class DataTable(QTableView):
    """Rows of the data. A click on a column's head sorts upwards, then downwards, then as in the file; the menu key offers the same.

    `column_chosen` brings the name of a column whose head was clicked or in which the current cell is; `row_opened` the source row that was
    double-clicked. `aside` has work done on another thread and calls back on this one with what it raised: long tables are sorted there.
    """

    column_chosen = Signal(str)
    row_opened = Signal(int)

    def __init__(self, *, name: str, title: str, run_in_background: Callable[[Callable[[], None], Done], None] = _here) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._run_in_background = run_in_background
        self._wanted: tuple[int, bool] | None = None  # the sort that was asked for last
        self._asked: object = None  # the sort that is being made aside
        self.table = TableModel(self)
        self.setModel(self.table)
        self._head = _Head(self.table)
        self.setHorizontalHeader(self._head)
        self._cells = _Cells(self)
        self.setItemDelegate(self._cells)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setFont(theme.font("small", tabular=True))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        side = self.verticalHeader()
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setDefaultSectionSize(ROW_HEIGHT)
        side.setFont(theme.font("caption", tabular=True))
        side.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | _MIDDLE)
        side.setHighlightSections(False)
        side.setSectionsClickable(False)
        self._head.sectionClicked.connect(self._clicked)
        self.doubleClicked.connect(lambda index: self.row_opened.emit(self.table.source_row(index.row())))

    def show_columns(self, columns: Sequence[TableColumn]) -> None:
        """Show a table; columns are as wide as their head and their first rows need."""
        self._wanted = None
        self._end_sort()
        self.table.show_columns(columns)
        head, body = QFontMetrics(theme.font("small", QFont.Weight.DemiBold)), QFontMetrics(self.font())
        caption = QFontMetrics(theme.font("caption"))
        rows = range(min(self.table.rows, max(MEASURED_CELLS // max(len(columns), 1), 8), MEASURED))
        for at, column in enumerate(columns):
            texts = [self.table.text(row, at)[:60] for row in rows]
            longest = sorted(texts, key=len)[-8:]
            wide = [head.horizontalAdvance(column.shown_name) + 35, caption.horizontalAdvance(column.caption)]
            need = max([*wide, *map(body.horizontalAdvance, longest)])
            self.setColumnWidth(at, min(max(need + 2 * PAD + 6, WIDTHS[0]), WIDTHS[1]))
        digits = QFontMetrics(self.verticalHeader().font()).horizontalAdvance(formatted(max(self.table.rows, 100)))
        self.verticalHeader().setFixedWidth(digits + 28)

    def show_rows(self, mask: NDArray[np.bool_] | None) -> None:
        """Show only the rows of a mask over the source rows; None: all."""
        self.table.show_rows(mask)

    def sort(self, column: int | None, down: bool = False) -> None:
        """Sort by a column, or as in the file (None)."""
        self._wanted = None if column is None else (column, down)
        self._end_sort()
        if column is None or self.table.rows <= AT_ONCE:
            self._show_sorted(column, down)
            return
        asked = self._asked = object()
        found: list[NDArray[np.int64]] = []
        of = self.table.columns[column]
        self.setCursor(Qt.CursorShape.BusyCursor)

        def done(failure: Exception | None) -> None:
            if self._asked is not asked or not isValid(self):
                return
            self._end_sort()
            if failure is not None:
                raise failure
            self._show_sorted(column, down, found[0])

        self._run_in_background(lambda: found.append(of.order(down)), done)

    def _end_sort(self) -> None:
        """What is still being sorted is not wanted any more."""
        self._asked = None
        self.unsetCursor()

    def _show_sorted(self, column: int | None, down: bool, order: NDArray[np.int64] | None = None) -> None:
        ranges = self.selectionModel().selection()
        if sum(ranges.at(i).height() for i in range(ranges.count())) > MOST_KEPT:
            self.clearSelection()
        self.table.sort_by(column, down, order)
        self._head.viewport().update()

    def show_chosen(self, rows: Iterable[int]) -> None:
        """Select these source rows and scroll to the first that is shown."""
        self.clearSelection()
        flags = self.selectionModel().SelectionFlag
        places = [place for place in self.table.places(list(rows)) if place >= 0]
        for place in places:
            self.selectionModel().select(self.table.index(place, 0), flags.Select | flags.Rows)
        if places:
            self.scrollTo(self.table.index(places[0], 0))

    def show_column(self, name: str) -> None:
        """Scroll to a column and make it the current one."""
        for at, column in enumerate(self.table.columns):
            if column.name == name and self.table.rowCount():
                row = max(self.rowAt(0), 0)
                self.selectionModel().setCurrentIndex(self.table.index(row, at), self.selectionModel().SelectionFlag.NoUpdate)
                self.scrollTo(self.table.index(row, at))

    def _clicked(self, section: int) -> None:
        now = self._wanted
        if now is None or now[0] != section:
            self.sort(section)
        elif not now[1]:
            self.sort(section, down=True)
        else:
            self.sort(None)
        self.column_chosen.emit(self.table.columns[section].name)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Sorting by keyboard or right click."""
        at = self.currentIndex().column()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            at = self.columnAt(self.viewport().mapFromGlobal(event.globalPos()).x())
        if at < 0:
            return
        self.sort_menu(at).popup(event.globalPos())

    def sort_menu(self, at: int) -> QMenu:
        """The menu of a column."""
        menu = QMenu(self)
        menu.setObjectName(f"{self.objectName()}_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        name = self.table.columns[at].shown_name.replace("&", "&&")
        menu.addAction(self.tr("Sort upwards by {name}").format(name=name), lambda: self.sort(at))
        menu.addAction(self.tr("Sort downwards by {name}").format(name=name), lambda: self.sort(at, down=True))
        menu.addAction(self.tr("As in the file"), lambda: self.sort(None)).setEnabled(self._wanted is not None)
        menu.addSeparator()
        menu.addAction(self.tr("Choose the column {name}").format(name=name), lambda: self.column_chosen.emit(self.table.columns[at].name))
        return menu

    def changeEvent(self, event: QEvent) -> None:
        """Cells and heads are painted from tokens: paint them anew in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_cells"):
            self._cells.restyle()
            self._head.viewport().update()
            self.viewport().update()
