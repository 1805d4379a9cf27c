"""Icons, painted in the colours of the theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mlops_desktop.ui import theme
from mlops_desktop.ui.strokes import svg

SCALE = 3  # pixels for each point of a painted icon: sharp up to 300 %


@cache
def _renderer(name: str, color: str, width: float) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(svg(name, color, width)))


def draw(painter: QPainter, name: str, area: QRectF, color: str, width: float = 1.7) -> None:
    """Paint the icon into an area."""
    _renderer(name, color, width).render(painter, area)


def pixmap(name: str, color: str, size: int = 18, ground: str = "") -> QPixmap:
    """The icon as a picture of `size` points; on a round-cornered square of the colour `ground` when one is given."""
    picture = QPixmap(QSize(size, size) * SCALE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    area = QRectF(0, 0, size * SCALE, size * SCALE)
    if ground:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(area, size * SCALE * 0.22, size * SCALE * 0.22)
        area.adjust(*(edge * size * SCALE * 0.22 for edge in (1, 1, -1, -1)))
    draw(painter, name, area, color)
    painter.end()
    picture.setDevicePixelRatio(SCALE)
    return picture


def icon(name: str, color: str = "", size: int = 18) -> QIcon:
    """The icon for a button: in `color` (a token's value; the second text colour when empty), paler while disabled."""
    made = QIcon()
    made.addPixmap(pixmap(name, color or theme.token("text2"), size), QIcon.Mode.Normal)
    made.addPixmap(pixmap(name, theme.token("control"), size), QIcon.Mode.Disabled)
    return made
