"""Horizontal bars with their names and values: contributions (signed), importances with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QWidget

from mlops_desktop.ui import theme
from mlops_desktop.ui.translation import format_number
from mlops_desktop.ui.widgets.chart import PaintedChart, Table
from mlops_desktop.ui.widgets.elided import elided_names
from mlops_desktop.ui.widgets.series import Bar, Mark
from mlops_desktop.ui.widgets.small_plots import Shade, paint_ticks, shade
from mlops_desktop.ui.widgets.ticks import signed

SLOT = (22, 80)  # the least and the greatest height of a bar with its air
LONGEST_NAME = 0.42  # of the width


class BarChart(PaintedChart):
    """Bars from a common zero, the first on top. Names are elided to at most two fifths of the width; the whole is shown at the pointer."""

    _bars: Sequence[Bar] = ()
    _marks: Sequence[Mark] = ()
    _signed = False

    def show_signed(self, bars: Sequence[Bar], *, decimals: int = 2, description: str = "") -> None:
        """Show changes up (orange) and down (blue), with their signed values."""
        self._bars = [replace(b, text=b.text or signed(b.value, decimals)) for b in bars]
        self._signed, self._marks = True, ()
        legend: list[tuple[Shade, str]] = [(1, self.tr("raises")), (0, self.tr("lowers"))]
        self._grow()
        self._redraw(legend if bars else [], description)

    def show_bars(self, bars: Sequence[Bar], *, marks: Sequence[Mark] = (), description: str = "") -> None:
        """Show sizes in one color, such as importances with their intervals. `marks`: dashed lines across all bars."""
        self._bars = [replace(b, text=b.text or format_number(b.value, 3)) for b in bars]
        self._signed, self._marks = False, marks
        self._grow()
        self._redraw((), description)

    def is_empty(self) -> bool:
        """Whether there is no bar."""
        return not self._bars

    def as_rows(self) -> Table:
        """A row for each bar."""
        titles = [self.tr("Name"), self.tr("Value")]
        if any(bar.low is not None for bar in self._bars):
            titles += [self.tr("From"), self.tr("To")]
        return titles, [[b.shown_name, b.text, format_number(b.low), format_number(b.high)][: len(titles)] for b in self._bars]

    def _grow(self) -> None:
        self.setMinimumHeight(max(120, 30 + SLOT[0] * len(self._bars) + 34))

    def _color(self, bar: Bar) -> Shade:
        if bar.color is not None:
            return bar.color
        return (1 if bar.value > 0 else 0) if self._signed else "accent"

    def _span(self) -> tuple[float, float]:
        ends = [
            0.0,
            *(mark.at for mark in self._marks),
            *(v for bar in self._bars for v in (bar.value, bar.low, bar.high) if v is not None and v == v),
        ]
        low, high = min(ends), max(ends)
        return (low, high) if high > low else (0.0, 1.0)

    def _slot(self, canvas: QWidget) -> float:
        return min(max((canvas.height() - 20) / len(self._bars), SLOT[0] * 0.8), SLOT[1])

    def _paint(self, painter: QPainter, canvas: QWidget) -> None:
        painter.setFont(theme.font("small"))
        metrics = painter.fontMetrics()
        names = min(max(metrics.horizontalAdvance(bar.shown_name) for bar in self._bars), int(canvas.width() * LONGEST_NAME)) + 12
        painter.setFont(theme.font("caption", tabular=True))
        texts = max(painter.fontMetrics().horizontalAdvance(bar.text) for bar in self._bars) + 8
        low, high = self._span()
        left_pad = texts if low < 0 else 0
        area = QRectF(names + left_pad, 0, max(canvas.width() - names - left_pad - texts, 20), canvas.height() - 20)
        slot = self._slot(canvas)

        def at(value: float) -> float:
            return area.left() + area.width() * (value - low) / (high - low)

        shown = elided_names(metrics, [bar.shown_name for bar in self._bars], names - 10)
        for position, (bar, name) in enumerate(zip(self._bars, shown, strict=True)):
            middle = slot * (position + 0.5)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text2"))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, middle - slot / 2, names - 10, slot), right, name)
            self._paint_bar(painter, bar, middle, slot, at)
        bottom = slot * len(self._bars)
        painter.setPen(QPen(theme.color("control"), 1))
        painter.drawLine(QPointF(at(0), 2), QPointF(at(0), bottom))
        for mark in self._marks:
            painter.setPen(QPen(shade(mark.color), 1.4, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(at(mark.at), 2), QPointF(at(mark.at), bottom))
        for position, bar in enumerate(self._bars):
            self._paint_text(painter, bar, slot * (position + 0.5), at)
        painter.setPen(theme.color("text3"))
        painter.setFont(theme.font("caption", tabular=True))
        paint_ticks(painter, QRectF(area.left(), bottom + 3, area.width(), 15), (low, high), wide=52)

    def _paint_bar(self, painter: QPainter, bar: Bar, middle: float, slot: float, at: Callable[[float], float]) -> None:
        if bar.value != bar.value:
            return
        half = min(slot * 0.28, 18)
        start, end = sorted((at(0.0), at(bar.value)))
        painter.fillRect(QRectF(start, middle - half, max(end - start, 1.0), 2 * half), shade(self._color(bar)))
        if bar.low is not None and bar.high is not None:
            painter.setPen(QPen(theme.color("text2"), 1.4, c=Qt.PenCapStyle.FlatCap))
            tips = at(bar.low), at(bar.high)
            painter.drawLine(QPointF(tips[0], middle), QPointF(tips[1], middle))
            for tip in tips:
                painter.drawLine(QPointF(tip, middle - 4), QPointF(tip, middle + 4))

    def _paint_text(self, painter: QPainter, bar: Bar, middle: float, at: Callable[[float], float]) -> None:
        """The value beyond the end of its bar, on a ground of its own where a mark runs through it."""
        if bar.value != bar.value:
            return
        painter.setFont(theme.font("caption", QFont.Weight.Medium, tabular=True))
        painter.setPen(theme.color("text2"))
        tips = [at(value) for value in (bar.value, bar.low, bar.high) if value is not None]
        wide, high = painter.fontMetrics().horizontalAdvance(bar.text) + 2, painter.fontMetrics().height()
        area = QRectF(max(tips) + 5 if bar.value >= 0 else min(tips) - 5 - wide, middle - high / 2, wide, high)
        if any(area.left() < at(mark.at) < area.right() for mark in self._marks):
            painter.fillRect(area, theme.color("surface"))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, bar.text)

    def _value_at(self, x: float, y: float, canvas: QWidget) -> str:
        position = int(y // self._slot(canvas))
        if not 0 <= position < len(self._bars):
            return ""
        bar = self._bars[position]
        around = (
            "" if bar.low is None else self.tr(" (from {low} to {high})").format(low=format_number(bar.low), high=format_number(bar.high))
        )
        return f"{bar.name}: {bar.text}{around}"
