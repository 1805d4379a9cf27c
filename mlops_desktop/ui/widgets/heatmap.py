"""A square of values from −1 to 1 (correlations) or from 0 to 1, as colors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.chart import PaintedChart, Table
from mlops_desktop.ui.widgets.series import Values
from mlops_desktop.ui.widgets.small_plots import shade
from mlops_desktop.ui.widgets.ticks import MINUS, figure

LONGEST_NAME = 130  # pixels
SMALLEST_TEXT = 34  # pixels of a cell that still holds its figure


class Heatmap(PaintedChart):
    """Blue for negative, the ground for zero, orange for positive; a missing value is hatched grey. The pointer says names and value."""

    _values: NDArray[np.float64] = np.zeros((0, 0))
    _rows: Sequence[str] = ()
    _columns: Sequence[str] = ()

    def show_matrix(
        self, values: Values | Sequence[Sequence[float]], rows: Sequence[str], columns: Sequence[str] | None = None, *, said: str = ""
    ) -> None:
        """Show a (rows, columns) matrix; columns are named as the rows when None. ValueError when the shape does not fit the names."""
        matrix = np.asarray(values, dtype=np.float64)
        names = rows if columns is None else columns
        if matrix.shape != (len(rows), len(names)) and matrix.size + len(rows):
            raise ValueError(f"a matrix of {matrix.shape} for {len(rows)} by {len(names)} names")
        self._values, self._rows, self._columns = matrix, rows, names
        self._redraw((), said)

    def is_empty(self) -> bool:
        """Whether there is no value."""
        return self._values.size == 0

    def as_rows(self) -> Table:
        """The matrix as it stands."""
        return ["", *self._columns], [
            [name, *(_said(value) for value in line)] for name, line in zip(self._rows, self._values.tolist(), strict=True)
        ]

    def _frame(self, painter_or_canvas: QWidget) -> tuple[QRectF, float, float]:
        """The area of the cells, and the size of one."""
        metrics = painter_or_canvas.fontMetrics()
        left = min(max(metrics.horizontalAdvance(name) for name in self._rows) + 8, LONGEST_NAME, painter_or_canvas.width() // 3)
        below = min(max(metrics.horizontalAdvance(name) for name in self._columns) + 8, LONGEST_NAME, painter_or_canvas.height() // 3)
        width = (painter_or_canvas.width() - left - 4) / len(self._columns)
        height = (painter_or_canvas.height() - below - 4) / len(self._rows)
        size = min(width, height, 64.0) if len(self._rows) == len(self._columns) else 0.0
        width, height = (size, size) if size else (min(width, 96.0), min(height, 40.0))
        return QRectF(left, 2, width * len(self._columns), height * len(self._rows)), width, height

    def _paint(self, painter: QPainter, canvas: QWidget) -> None:
        canvas.setFont(theme.font("caption", figures=True))
        painter.setFont(canvas.font())
        area, width, height = self._frame(canvas)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, _picture(self._values))
        painter.restore()
        metrics = painter.fontMetrics()
        if width >= 6:  # a thin gap between cells that are large enough
            painter.setPen(theme.color("surface"))
            for at in range(1, len(self._columns)):
                painter.drawLine(QLineF(area.left() + at * width, area.top(), area.left() + at * width, area.bottom()))
            for at in range(1, len(self._rows)):
                painter.drawLine(QLineF(area.left(), area.top() + at * height, area.right(), area.top() + at * height))
        painter.setPen(theme.color("text2"))
        step = max(1, -(-metrics.height() // max(int(height), 1)))
        for at in range(0, len(self._rows), step):
            text = metrics.elidedText(self._rows[at], Qt.TextElideMode.ElideMiddle, int(area.left() - 8))
            line = QRectF(0, area.top() + at * height, area.left() - 6, height * step)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        self._paint_column_names(painter, canvas, area, width)
        if width >= SMALLEST_TEXT and height >= 16:
            self._paint_figures(painter, area, width, height)

    def _paint_column_names(self, painter: QPainter, canvas: QWidget, area: QRectF, width: float) -> None:
        metrics = painter.fontMetrics()
        room = canvas.height() - area.bottom() - 4
        level = all(metrics.horizontalAdvance(name) <= width - 4 for name in self._columns)
        step = 1 if level else max(1, -(-metrics.height() // max(int(width), 1)))
        for at in range(0, len(self._columns), step):
            middle = area.left() + (at + 0.5) * width
            if level:
                line = QRectF(middle - width / 2, area.bottom() + 3, width, metrics.height())
                painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self._columns[at])
                continue
            painter.save()
            painter.translate(middle, area.bottom() + 4)
            painter.rotate(-90)
            text = metrics.elidedText(self._columns[at], Qt.TextElideMode.ElideMiddle, int(room - 2))
            line = QRectF(-room, -metrics.height() / 2, room, metrics.height())
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            painter.restore()

    def _paint_figures(self, painter: QPainter, area: QRectF, width: float, height: float) -> None:
        colors = _colors(self._values)
        for (r, c), value in np.ndenumerate(self._values):
            red, green, blue = (int(part) for part in colors[r, c])
            painter.setPen(QColor(theme.LIGHT["text" if 299 * red + 587 * green + 114 * blue > 128_000 else "surface"]))
            cell = QRectF(area.left() + c * width, area.top() + r * height, width, height)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, _said(float(value)))

    def _value_at(self, x: float, y: float, canvas: QWidget) -> str:
        area, width, height = self._frame(canvas)
        c, r = int((x - area.left()) // width), int((y - area.top()) // height)
        if not (0 <= r < len(self._rows) and 0 <= c < len(self._columns)):
            return ""
        return f"{self._rows[r]} × {self._columns[c]}: {figure(float(self._values[r, c]), 3)}"


def _said(value: float) -> str:
    return "–" if value != value else f"{value:.2f}".replace("-", MINUS)


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
