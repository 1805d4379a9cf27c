"""A label that elides its text to the available width and shows the whole text in its tooltip."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption

from mlops_desktop.ui import theme
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Weight


def elided_name(metrics: QFontMetrics, name: str, available: int) -> str:
    """A column's name in so many pixels, cut in the middle; of “column = level” both sides keep what emits them from others."""
    middle = Qt.TextElideMode.ElideMiddle
    column, mark, level = name.partition(" = ")
    if not mark or metrics.horizontalAdvance(name) <= available:
        return metrics.elidedText(name, middle, available)
    left = available - metrics.horizontalAdvance(mark)
    share = max(left // 2, left - metrics.horizontalAdvance(column))
    text = metrics.elidedText(level, Qt.TextElideMode.ElideRight, share)
    return metrics.elidedText(column, middle, left - metrics.horizontalAdvance(text)) + mark + text


def elided_names(metrics: QFontMetrics, names: Sequence[str], available: int) -> list[str]:
    """Names of one list, each in so many pixels. Where names that differ would look alike, what they begin with in common is elided
    instead of their middle: “…gene 8 in the …”.
    """
    found = [elided_name(metrics, name, available) for name in names]
    alike: dict[str, set[str]] = {}
    for name, text in zip(names, found, strict=True):
        alike.setdefault(text, set()).add(name)
    for at, (name, text) in enumerate(zip(names, found, strict=True)):
        if len(alike[text]) > 1:
            letters = enumerate(zip(*alike[text], strict=False))
            common = next((place for place, those in letters if len(set(those)) > 1), min(map(len, alike[text])))
            start = name.rfind(" ", 0, max(common - 1, 0)) + 1  # the last word that they have in common stays
            found[at] = metrics.elidedText(f"…{name[start:]}" if start else name, Qt.TextElideMode.ElideRight, available)
    return found


class Elided(QLabel):
    """One line of plain text that never makes its neighbours wider. `tone` as in `label`; `middle`: cut in the middle, as for names."""

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        *,
        tone: str = "",
        weight: Weight = Weight.Normal,
        tabular: bool = False,
        middle: bool = False,
    ) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role, weight, tabular=tabular))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        if tone:
            self.setProperty("tone", tone)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text, a message in the language of the window; line breaks become blanks."""
        line = " ".join(translated(text).split())
        super().setText(line)
        self.setToolTip(line)
        self.setAccessibleName(line)

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(min(self.fontMetrics().horizontalAdvance("mmmm"), super().sizeHint().width()), super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, cut to the space there is."""
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        area = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._mode, area.width())
        flags = int(self.alignment()) | int(Qt.TextFlag.TextSingleLine)
        self.style().drawItemText(painter, area, flags, option.palette, self.isEnabled(), text, self.foregroundRole())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.color("accent"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
