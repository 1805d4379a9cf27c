"""A square of values from −1 to 1 (correlations) or from 0 to 1, as colors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from mlops_desktop.base.number_format import MINUS
from mlops_desktop.ui import theme
from mlops_desktop.ui.translation import format_number, formatted
from mlops_desktop.ui.widgets.chart import PaintedChart, Table
from mlops_desktop.ui.widgets.series import Values
from mlops_desktop.ui.widgets.small_plots import shade

LONGEST_NAME = 130  # pixels
LARGEST_CELL = 64.0
SMALLEST_TEXT = 34  # pixels of a cell that still holds its figure


class Heatmap(PaintedChart):
    """Blue for negative, the ground for zero, orange for positive; a missing value is hatched grey. The pointer says names and value."""

    _values: NDArray[np.float64] = np.zeros((0, 0))
    _names: Sequence[str] = ()  # what is painted
    _whole_names: Sequence[str] = ()  # what the tooltips show

    def show_matrix(self, values: Values | Sequence[Sequence[float]], names: Sequence[str], labels: Sequence[str] | None = None) -> None:
        """Show a square matrix whose rows and columns have these names, with `labels` in their place. ValueError when the shape does not
        fit them.
        """
        matrix = np.asarray(values, dtype=np.float64)
        if matrix.shape != (len(names), len(names)) and matrix.size + len(names):
            raise ValueError(f"a matrix of {matrix.shape} for {len(names)} names")
        self._values, self._names, self._whole_names = matrix, names if labels is None else labels, names
        self._redraw((), "")

    def is_empty(self) -> bool:
        """Whether there is no value."""
        return self._values.size == 0

    def as_rows(self) -> Table:
        """The matrix that is shown."""
        return ["", *self._names], [
            [name, *(_value_text(value) for value in line)] for name, line in zip(self._names, self._values.tolist(), strict=True)
        ]

    def _frame(self, canvas: QWidget) -> tuple[QRectF, float]:
        """The area of the cells, and the side of one."""
        longest = max(canvas.fontMetrics().horizontalAdvance(name) for name in self._names) + 8
        left, below = (min(longest, LONGEST_NAME, available // 3) for available in (canvas.width(), canvas.height()))
        count = len(self._names)
        side = max(min((canvas.width() - left - 4) / count, (canvas.height() - below - 4) / count, LARGEST_CELL), 1.0)
        return QRectF(left, 2, side * count, side * count), side

    def _paint(self, painter: QPainter, canvas: QWidget) -> None:
        canvas.setFont(theme.font("caption", tabular=True))
        painter.setFont(canvas.font())
        area, side = self._frame(canvas)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, _picture(self._values))
        painter.restore()
        metrics = painter.fontMetrics()
        if side >= 6:  # a thin gap between cells that are large enough
            painter.setPen(theme.color("surface"))
            for at in range(1, len(self._names)):
                x, y = area.left() + at * side, area.top() + at * side
                painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
                painter.drawLine(QLineF(area.left(), y, area.right(), y))
        painter.setPen(theme.color("text2"))
        step = max(1, -(-metrics.height() // max(int(side), 1)))
        for at in range(0, len(self._names), step):
            text = metrics.elidedText(self._names[at], Qt.TextElideMode.ElideMiddle, int(area.left() - 8))
            line = QRectF(0, area.top() + at * side, area.left() - 6, side * step)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        self._paint_column_names(painter, canvas, area, side)
        if side >= SMALLEST_TEXT:
            self._paint_values(painter, area, side)

    def _paint_column_names(self, painter: QPainter, canvas: QWidget, area: QRectF, side: float) -> None:
        metrics = painter.fontMetrics()
        available = canvas.height() - area.bottom() - 4
        level = all(metrics.horizontalAdvance(name) <= side - 4 for name in self._names)
        step = 1 if level else max(1, -(-metrics.height() // max(int(side), 1)))
        for at in range(0, len(self._names), step):
            middle = area.left() + (at + 0.5) * side
            if level:
                line = QRectF(middle - side / 2, area.bottom() + 3, side, metrics.height())
                painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self._names[at])
                continue
            painter.save()
            painter.translate(middle, area.bottom() + 4)
            painter.rotate(-90)
            text = metrics.elidedText(self._names[at], Qt.TextElideMode.ElideMiddle, int(available - 2))
            line = QRectF(-available, -metrics.height() / 2, available, metrics.height())
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            painter.restore()

    def _paint_values(self, painter: QPainter, area: QRectF, side: float) -> None:
        colors = _colors(self._values)
        for (r, c), value in np.ndenumerate(self._values):
            red, green, blue = (int(part) for part in colors[r, c])
            painter.setPen(QColor(theme.LIGHT["text" if 299 * red + 587 * green + 114 * blue > 128_000 else "surface"]))
            cell = QRectF(area.left() + c * side, area.top() + r * side, side, side)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, _value_text(float(value)))

    def _value_at(self, x: float, y: float, canvas: QWidget) -> str:
        area, side = self._frame(canvas)
        c, r = int((x - area.left()) // side), int((y - area.top()) // side)
        if not (0 <= r < len(self._names) and 0 <= c < len(self._names)):
            return ""
        return f"{self._whole_names[r]} × {self._whole_names[c]}: {format_number(float(self._values[r, c]), 3)}"


def _value_text(value: float) -> str:
    return "–" if value != value else formatted(value, ".2f").replace("-", MINUS)


def _colors(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(rows, columns, 3) red, green, blue."""
    zero, less, more, none = (_rgb(color) for color in (theme.color("raised"), shade(0), shade(1), theme.color("border")))
    strength = np.clip(np.abs(np.nan_to_num(values)), 0, 1)[..., None]
    mixed = zero + (np.where((values > 0)[..., None], more, less) - zero) * strength
    return np.where(np.isnan(values)[..., None], none, mixed).astype(np.uint8)


def _rgb(color: QColor) -> NDArray[np.float64]:
    return np.array([color.red(), color.green(), color.blue()], dtype=np.float64)


def _picture(values: NDArray[np.float64]) -> QImage:
    rows, columns = values.shape
    picture = QImage(columns, rows, QImage.Format.Format_RGB888)
    pixels = np.frombuffer(picture.bits(), dtype=np.uint8).reshape(rows, -1)
    pixels[:, : columns * 3] = _colors(values).reshape(rows, -1)
    return picture
