"""The legend of a chart: colors with their names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.small_plots import Shade, begin, shade

LINE = 18  # pixels of a line
WIDEST_NAME = 180  # pixels; a longer one is elided
_Align = Qt.AlignmentFlag


class Legend(QWidget):
    """Colors with their names, side by side and in further lines where they do not fit. Only a name that is longer than the legend is
    elided; the whole is in the tooltip.
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[tuple[Shade, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_entries([])

    def show_entries(self, entries: Sequence[tuple[Shade, str]]) -> None:
        """Show these colors (positions of series or tokens) and names."""
        self._entries = list(entries)
        names = ", ".join(text for _, text in entries)
        self.setAccessibleName(self.tr("Legend: {names}").format(names=names) if names else "")
        self.setToolTip(names)
        self._keep()
        self.updateGeometry()
        self.update()

    def _wide(self) -> list[int]:
        metrics = QFontMetrics(theme.font("caption"))
        return [min(metrics.horizontalAdvance(text) + 2, WIDEST_NAME) + 15 for _, text in self._entries]

    def _places(self) -> list[tuple[int, int, int]]:
        """Where each entry stands: its x, its line, and its width."""
        places, x, line = [], 0, 0
        for wide in self._wide():
            if x and x + wide > self.width():
                x, line = 0, line + 1
            places.append((x, line, min(wide, self.width())))
            x += wide + 12
        return places

    def _keep(self) -> None:
        """Keep the height of the lines: a layout asks for it before it knows the width."""
        lines = 1 + max((line for _, line, _ in self._places()), default=0)
        if self.height() != lines * LINE or self.minimumHeight() != lines * LINE:
            self.setFixedHeight(lines * LINE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may need other lines."""
        super().resizeEvent(event)
        self._keep()

    def sizeHint(self) -> QSize:
        """All names side by side."""
        wide = self._wide()
        return QSize(sum(wide) + 12 * max(len(wide) - 1, 0), LINE)

    def minimumSizeHint(self) -> QSize:
        """The longest name."""
        return QSize(max(self._wide(), default=0), LINE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dot and a name for each."""
        painter = begin(self)
        painter.setFont(theme.font("caption"))
        for (key, text), (x, line, wide) in zip(self._entries, self._places(), strict=True):
            top = line * LINE
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade(key))
            painter.drawRoundedRect(QRectF(x, top + 4, 10, 10), 2, 2)
            painter.setPen(theme.color("text2"))
            message = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, max(wide - 15, 0))
            painter.drawText(QRectF(x + 15, top, wide - 15, LINE), _Align.AlignVCenter | _Align.AlignLeft, message)
