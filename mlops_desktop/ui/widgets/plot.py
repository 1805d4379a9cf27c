"""A pyqtgraph plot in the window's style. Imported only when the first chart is shown: pyqtgraph costs a quarter of a second."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolTip

from mlops_desktop.ui import theme
from mlops_desktop.ui.translation import format_number
from mlops_desktop.ui.widgets.series import Mark, Series
from mlops_desktop.ui.widgets.small_plots import shade
from mlops_desktop.ui.widgets.ticks import date_ticks, day_text, nice_ticks, tick_texts

MOST_SMOOTH = 5_000  # points: above this smooth edges cost more than they show
SYMBOLS = ("o", "s", "t", "d", "+", "x")  # a second cue beside the color
DATE_SLOT = 84  # pixels for a date on an axis
LEAST_SLOT = 26  # pixels for a name on an axis
NEAR = 14  # pixels between pointer and point


class _Axis(pg.AxisItem):  # type: ignore[misc]
    """Round ticks inside the range, or names at whole positions, elided to their slot."""

    _title = ""  # pyqtgraph lays it out before it is made

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.names: Sequence[str] = ()
        self.least = LEAST_SLOT
        self.whole = False
        self.dates = False
        self._date_texts: dict[float, str] = {}
        self.setStyle(tickLength=0, tickTextOffset=6, hideOverlappingLabels=False)
        self.enableAutoSIPrefix(False)  # ticks say their own unit; a factor in the title would be wrong

    def entitle(self, text: str) -> None:
        """Write this beside the axis, cut to its length: a name from a data file may be longer, and is never markup."""
        self._title = text
        self.setLabel("")
        self.showLabel(bool(text))
        self.resizeEvent()

    def resizeEvent(self, ev: object = None) -> None:
        if self.label is not None and self._title:
            long = self.height() if self.orientation in ("left", "right") else self.width()
            font = theme.font("caption")
            text = html.escape(QFontMetrics(font).elidedText(self._title, Qt.TextElideMode.ElideMiddle, max(int(long) - 12, 40)))
            if text != self.labelText:
                self.setLabel(text, color=theme.token("text3"), **{"font-size": f"{font.pointSizeF():g}pt"})
        super().resizeEvent(ev)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if self.names:
            most = max(1, int(size // self.least))
            step = -(-len(self.names) // most)
            return [(step, [float(at) for at in range(0, len(self.names), step) if low <= at <= high])]
        if self.dates:
            found = date_ticks(low, high, max(2, int(size // DATE_SLOT)))
            self._date_texts = dict(found)
            return [(1.0, list(self._date_texts))]
        available = 58 if self.orientation in ("bottom", "top") else 34
        span = high - low
        ticks = nice_ticks(low + 0.01 * span, high - 0.01 * span, max(2, int(size // available)), whole=self.whole)
        return [(ticks[1] - ticks[0] if len(ticks) > 1 else 1.0, ticks)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.dates:
            return [self._date_texts.get(float(value), "") for value in values]
        if not self.names:
            return tick_texts([float(value) for value in values])
        low, high = self.range
        slot = int(self.width() / max(high - low, 1) * max(spacing, 1)) - 6
        metrics = QFontMetrics(self.style["tickFont"])
        return [metrics.elidedText(self.names[round(value)], Qt.TextElideMode.ElideRight, slot) for value in values]


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """Axes, lines, points, bars and marks in the colors of the theme. The mouse only asks for values."""

    def __init__(self) -> None:
        self._axes = {side: _Axis(side) for side in ("left", "bottom")}
        super().__init__(axisItems=self._axes, enableMenu=False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumSize(80, 80)
        for widget in (self, self.viewport()):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self.getPlotItem()
        item.getViewBox().setFlag(item.GraphicsItemFlag.ItemIsFocusable, False)
        item.hideButtons()
        item.layout.setContentsMargins(2, 6, 14, 2)
        self.setMouseEnabled(False, False)
        self.setMouseTracking(True)
        self._points: list[tuple[str, Any, Any]] = []
        self._style: tuple[str, str] = ("", "")  # theme and font of the axes

    def restyle(self) -> None:
        """Take the colors and fonts of the current theme; what is drawn has to be drawn anew."""
        font = theme.font("caption", tabular=True)
        if (style := (theme.current(), font.key())) == self._style:
            return
        self._style = style
        self.setBackground(theme.token("surface"))
        for axis in self._axes.values():
            axis.setPen(pg.mkPen(theme.token("border")))
            axis.setTextPen(theme.token("text3"))
            axis.setStyle(tickFont=font)
        self.getPlotItem().showGrid(y=True, alpha=0.12 if theme.current() == "light" else 0.2)

    def start(
        self, x_label: str, y_label: str, *, whole: str = "", names: Sequence[str] = (), skip: bool = False, dates: bool = False
    ) -> None:
        """Empty the plot. `whole`: which axes (x, y, xy) have only whole numbers; `names` are below the positions 0, 1, 2 …

        `skip`: rather leave some names out than cut them; `dates`: x are days since 1970-01-01.
        """
        self.clear()
        self._points = []
        for side, text in (("bottom", x_label), ("left", y_label)):
            self._axes[side].entitle(text)
        self._axes["bottom"].names, self._axes["bottom"].dates = names, dates
        metrics = QFontMetrics(theme.font("caption", tabular=True))
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0) if skip else 0
        self._axes["bottom"].least = max(LEAST_SLOT, min(widest + 10, 90))
        self._axes["bottom"].whole, self._axes["left"].whole = "x" in whole, "y" in whole

    def ranges(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """The part of the plane that is shown."""
        self.setXRange(*x, padding=0)
        self.setYRange(*y, padding=0)

    def add(self, one: Series, position: int) -> None:
        """Draw a series: its band, its line, its points."""
        x, y = one.points()
        color = shade(position if one.color is None else one.color)
        if one.low is not None and one.high is not None:
            self._add_band(x, one.low, one.high, color)
        if one.line and one.steps:
            self._add_line(np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1], one, color)
        elif one.line:
            self._add_line(x, y, one, color)
        if one.markers or not one.line:
            overview = np.isfinite(x) & np.isfinite(y)
            ground = pg.mkPen(theme.token("surface"), width=2) if one.size > 9 else None
            symbol = SYMBOLS[position % len(SYMBOLS)] if one.markers and one.line else "o"
            points = pg.ScatterPlotItem(x[overview], y[overview], size=one.size, symbol=symbol, brush=color, pen=ground)
            points.opts["antialias"] = len(x) <= MOST_SMOOTH
            points.setZValue(10 + position)
            self.addItem(points)
        self._points.append((one.name, x, y))

    def _add_line(self, x: Any, y: Any, one: Series, color: QColor) -> None:
        style = Qt.PenStyle.DashLine if one.dashed else Qt.PenStyle.SolidLine
        smooth = len(x) <= MOST_SMOOTH
        item = pg.PlotDataItem(pen=pg.mkPen(color, width=2.2 if smooth else 1.0, style=style), antialias=smooth, connect="finite")
        self.addItem(item)  # first, or clipping to the view fails (pyqtgraph issue 1854)
        item.setData(x, y)
        if not smooth:
            item.setDownsampling(auto=True, method="peak")
            item.setClipToView(True)

    def _add_band(self, x: Any, low: Any, high: Any, color: QColor) -> None:
        pale = QColor(color)
        pale.setAlpha(46)
        edges = [pg.PlotCurveItem(x, np.asarray(edge, dtype=np.float64), pen=None) for edge in (low, high)]
        self.addItem(pg.FillBetweenItem(*edges, brush=pale))

    def add_bars(self, x: Any, heights: Any, bottoms: Any, width: Any, position: int) -> None:
        """Upright bars around the positions `x`."""
        self.addItem(pg.BarGraphItem(x=x, y0=bottoms, height=heights, width=width, brush=shade(position), pen=None))

    def add_mark(self, mark: Mark) -> None:
        """A dashed line across, with its name; after `ranges`."""
        color = shade(mark.color)
        options = {"color": theme.color("text2"), "position": 0.96 if mark.upright else 0.04, "movable": False}
        before = mark.at > sum(self.viewRange()[0]) / 2  # the name is on the side with more space
        options["anchors"] = [(1.04, 0.5) if before else (-0.04, 0.5)] * 2 if mark.upright else [(0, 1), (0, 1)]
        pen = pg.mkPen(color, width=1.4, style=Qt.PenStyle.DashLine)
        line = pg.InfiniteLine(mark.at, angle=90 if mark.upright else 0, pen=pen, label=mark.name or None, labelOpts=options)
        if mark.name:
            line.label.setFont(theme.font("caption"))
        line.setZValue(20)
        self.addItem(line)

    def add_diagonal(self, low: float, high: float) -> None:
        """The line on which x equals y."""
        pen = pg.mkPen(theme.token("control"), width=1.2, style=Qt.PenStyle.DashLine)
        self.addItem(pg.PlotCurveItem([low, high], [low, high], pen=pen, antialias=True))

    def add_density(self, x: Any, y: Any) -> None:
        """Many points as a two-dimensional histogram."""
        counts, x_edges, y_edges = np.histogram2d(x, y, bins=(250, 150))
        image = pg.ImageItem(np.log1p(counts))
        table = np.zeros((256, 4), dtype=np.uint8)
        table[:, :3] = pg.colormap.get("viridis").getLookupTable(0.0, 0.95, 256)[:, :3]
        table[1:, 3] = 255
        image.setLookupTable(table)
        image.setLevels((0.0, max(float(np.log1p(counts.max())), 1e-9)))
        image.setRect(x_edges[0], y_edges[0], x_edges[-1] - x_edges[0], y_edges[-1] - y_edges[0])
        self.addItem(image)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls: there is nothing to zoom, over the axes as little as over the lines."""
        event.ignore()

    def x_text(self, x: float) -> str:
        """A place on the lower axis as text."""
        return day_text(x) if self._axes["bottom"].dates else format_number(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say the value of the point under the pointer."""
        found = self._nearest(event.position())
        if found:
            QToolTip.showText(event.globalPosition().toPoint(), found, self)
        else:
            QToolTip.hideText()

    def _nearest(self, at: QPointF) -> str:
        view = self.getPlotItem().getViewBox()
        place = view.mapSceneToView(self.mapToScene(at.toPoint()))
        wide, high = view.viewPixelSize()
        best, text = NEAR**2, ""
        for name, x, y in self._points:
            if not len(x):
                continue
            far = ((x - place.x()) / wide) ** 2 + ((y - place.y()) / high) ** 2
            if np.isnan(far).all():
                continue
            where = int(np.nanargmin(far))
            if far[where] < best:
                best, text = far[where], f"{name}: {self.x_text(float(x[where]))}, {format_number(float(y[where]))}"
        return text
