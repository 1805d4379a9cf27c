"""The base of every chart: it draws when it is first shown, follows the theme, has an empty state, and can be shown as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QToolTip, QWidget

from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.basic import Tool, column, label, row
from mlops_desktop.ui.widgets.legend import Legend
from mlops_desktop.ui.widgets.rows_table import Row, RowColumn, RowsTable
from mlops_desktop.ui.widgets.small_plots import Shade, begin

if TYPE_CHECKING:
    from mlops_desktop.ui.widgets.plot import Plot

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
AFTER_MS = 1  # a timer of its own: what is posted is done before the page is painted
MOST_ROWS = 2_000  # of a chart shown as a table


class Chart(QWidget):
    """A picture that is drawn from plain values. `tools` (legend and “Show as table”) is above it; a panel may put it into its title
    row instead.

    A subclass keeps its values, calls `_redraw` when they change, makes its picture in `_make_canvas` and fills it in `_draw`.
    """

    def __init__(self, title: str, *, name: str, empty: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumSize(160, 120)
        self._title = title
        self._fresh = False
        self._canvas: QWidget | None = None
        self._table: RowsTable | None = None
        self.legend = Legend()
        self._as_table = Tool("table", self.tr("Show as table: {title}").format(title=title), self._toggle, name=f"{name}_as_table")
        self._as_table.setCheckable(True)
        self.tools = QWidget()
        self.tools.setLayout(row(None, self.legend, self._as_table, spacing=4))
        self.tools.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._empty = label(empty or self.tr("Nothing to show yet."), "small", tone="3", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout()
        self.setLayout(column(self.tools, (self._stack, 1), spacing=2))
        self._stack.addWidget(self._empty)  # a stack without a parent would show it as a window of its own
        self._settle()

    def as_rows(self) -> Table:
        """The values as texts: the titles of the columns and the rows."""
        raise NotImplementedError

    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        raise NotImplementedError

    def show_empty_text(self, text: str) -> None:
        """The sentence shown while there is nothing to draw."""
        self._empty.setText(text)

    def _make_canvas(self) -> QWidget:
        raise NotImplementedError

    def _draw(self) -> None:
        raise NotImplementedError

    def _redraw(self, legend: Sequence[tuple[Shade, str]] = (), description: str = "") -> None:
        """The values changed: draw now when the chart is seen, else when it will be."""
        self.legend.show_entries(legend)
        self.setAccessibleDescription(description)
        self._fresh = False
        self._redraw_if_visible()

    def _redraw_if_visible(self) -> None:
        if self.isVisible() and not self._fresh:
            self._refresh()

    def _refresh(self) -> None:
        self._fresh = True
        if not self.is_empty():
            if self._canvas is None:
                self._canvas = self._make_canvas()
                self._stack.addWidget(self._canvas)
            self._draw()
        if self._as_table.isChecked():
            self._fill_table()
        self._settle()

    def _settle(self) -> None:
        """Bring the right one of the three to the front."""
        shown: QWidget | None = self._empty
        if not self._is_empty_now():
            shown = self._table if self._as_table.isChecked() else self._canvas
        self._as_table.setEnabled(shown is not self._empty)
        self._stack.setCurrentWidget(shown or self._empty)

    def _is_empty_now(self) -> bool:
        return self._canvas is None or self.is_empty()

    def _toggle(self) -> None:
        if self._as_table.isChecked():
            self._fill_table()
        self._settle()

    def _fill_table(self) -> None:
        titles, rows = self.as_rows()
        columns = [
            RowColumn(title, "right", tabular=True) if at else RowColumn(title, stretch=True, middle=True)
            for at, title in enumerate(titles)
        ]
        if self._table is None:
            self._table = RowsTable(columns, name=f"{self.objectName()}_table", title=self._title)
            self._stack.addWidget(self._table)
        self._table.show_columns(columns)
        self._table.show_rows(Row(str(at), list(cells)) for at, cells in enumerate(rows[:MOST_ROWS]))

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while nobody looked."""
        super().showEvent(event)
        self._redraw_if_visible()

    def changeEvent(self, event: QEvent) -> None:
        """Pens and brushes do not follow the palette: draw anew in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._canvas is not None:
            self._fresh = False
            self._redraw_if_visible()


class PlotChart(Chart):
    """A chart with axes, by pyqtgraph, which is imported when the first of them is seen. To make one takes so long that the page around it
    is shown first.
    """

    _canvas: Plot | None

    def __init__(self, title: str, *, name: str, empty: str = "", x_label: str = "", y_label: str = "") -> None:
        self.x_label, self.y_label = x_label, y_label
        self._blank = QWidget()
        super().__init__(title, name=name, empty=empty)
        self._stack.addWidget(self._blank)

    def _redraw_if_visible(self) -> None:
        if self._canvas is not None or self.is_empty():
            super()._redraw_if_visible()
        elif self.isVisible() and self._stack.currentWidget() is not self._blank:
            self._stack.setCurrentWidget(self._blank)
            QTimer.singleShot(AFTER_MS, self, self._make)

    def _make(self) -> None:
        super()._redraw_if_visible()
        self._settle()  # when it is not seen any more

    def _make_canvas(self) -> QWidget:
        from mlops_desktop.ui.widgets.plot import Plot

        made: QWidget = Plot()
        return made

    def _plot(self, *, whole: str = "", names: Sequence[str] = (), skip: bool = False, dates: bool = False) -> Plot:
        """The plot, emptied and in today's colors."""
        assert self._canvas is not None
        self._canvas.restyle()
        self._canvas.start(self.x_label, self.y_label, whole=whole, names=names, skip=skip, dates=dates)
        return self._canvas


class Canvas(QWidget):
    """A picture painted by hand: `paint` fills it, `value_at` says what is under the pointer."""

    def __init__(self, paint: Callable[[QPainter, QWidget], None], value_at: Callable[[float, float, QWidget], str]) -> None:
        super().__init__()
        self._paint, self._value_at = paint, value_at
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMouseTracking(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill it."""
        painter = begin(self)
        painter.fillRect(self.rect(), theme.color("surface"))
        self._paint(painter, self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is there."""
        description = self._value_at(event.position().x(), event.position().y(), self)
        if description:
            QToolTip.showText(event.globalPosition().toPoint(), description, self)
        else:
            QToolTip.hideText()


class PaintedChart(Chart):
    """A chart painted by hand, for pictures whose texts decide the layout."""

    def _make_canvas(self) -> QWidget:
        return Canvas(self._paint, self._value_at)

    def _draw(self) -> None:
        assert self._canvas is not None
        self._canvas.update()

    def _paint(self, painter: QPainter, canvas: QWidget) -> None:
        raise NotImplementedError

    def _value_at(self, x: float, y: float, canvas: QWidget) -> str:
        raise NotImplementedError
