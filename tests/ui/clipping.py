"""Finds what is cut off in a window: texts of controls, painted texts, and controls that are outside of their surroundings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QStyle,
    QStyleOptionFrame,
    QToolButton,
    QWidget,
)

from mlops_desktop.ui.widgets.elided import Elided

TEXTS = (QLabel, QPushButton, QToolButton, QCheckBox, QRadioButton, QComboBox)
CONTROLS = (QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit)
_ARROWS = 24  # pixels of a spin box
_TRIES, _PAUSE = 4, 60  # a layout in a layout may take several rounds of the event loop, here with milliseconds between
LEAST_LETTERS = 5  # that are left of a text that is elided: with fewer nobody knows what it was


def text_of(widget: QWidget) -> str:
    """What a control shows."""
    return str(widget.currentText() if isinstance(widget, QComboBox) else widget.text())


def cut(widget: QWidget) -> str:
    """How a text is cut, as “has < needs”; empty when all of it is seen. What is elided by design has the whole text in its tooltip."""
    if isinstance(widget, Elided):
        return _too_short(widget.text(), widget.fontMetrics().elidedText(widget.text(), widget._mode, widget.contentsRect().width()))
    if isinstance(widget, QLabel):
        return _cut_label(widget) if widget.text() else ""
    text = text_of(widget)
    need = widget.fontMetrics().horizontalAdvance(text.replace("&&", "&"))
    if isinstance(widget, QPushButton | QToolButton) and not widget.icon().isNull():
        need += widget.iconSize().width()
    inside = widget.width() - (24 if isinstance(widget, QCheckBox | QRadioButton | QComboBox) else 0)
    return f"{inside} < {need}" if text and inside < need and not (isinstance(widget, QComboBox) and widget.toolTip()) else ""


def _cut_label(label: QLabel) -> str:
    area, flags = label.contentsRect(), int(label.alignment())
    if label.wordWrap():
        flags |= int(Qt.TextFlag.TextWordWrap)
    need = label.fontMetrics().boundingRect(QRect(0, 0, area.width() if label.wordWrap() else 0, 0), flags, label.text())
    if need.width() > area.width() + 1 or need.height() > area.height() + 1:
        return f"{area.width()}×{area.height()} < {need.width()}×{need.height()}"
    return ""


def _too_short(whole: str, elided: str) -> str:
    """Whether too little is left of a text."""
    kept = len(elided.replace("…", "").strip())
    return f"elided to “{elided}”" if "…" in elided and "…" not in whole and kept < min(LEAST_LETTERS, len(whole) - 1) else ""


def outside(widget: QWidget) -> str:
    """How far a control sticks out of what is around it, where no scroll bar leads to the rest; empty when it does not."""
    root = widget.window()
    parent = widget.parentWidget()
    while parent is not None and widget is not root:
        at = QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size())
        area = parent.parentWidget()
        scrolls = isinstance(area, QAbstractScrollArea) and area.viewport() is parent
        wide = scrolls and area.horizontalScrollBar().maximum() > 0
        high = scrolls and area.verticalScrollBar().maximum() > 0
        if not wide and (at.left() < -1 or at.right() > parent.width()):
            return f"x {at.left()}…{at.right()} in 0…{parent.width()} of {parent.objectName() or type(parent).__name__}"
        if not high and (at.top() < -1 or at.bottom() > parent.height()):
            return f"y {at.top()}…{at.bottom()} in 0…{parent.height()} of {parent.objectName() or type(parent).__name__}"
        if wide or high or parent is root:
            return ""
        parent = parent.parentWidget()
    return ""


def squeezed(widget: QWidget) -> str:
    """How much a control lacks of the least size that it needs; empty when it has it."""
    least = widget.minimumSizeHint().boundedTo(widget.maximumSize()) - QSize(1, 1)
    if isinstance(widget, QAbstractSpinBox):  # its own hint has room for its largest value
        least = QSize(widget.fontMetrics().horizontalAdvance(widget.text()) + _ARROWS, widget.fontMetrics().height())
    elif isinstance(widget, QComboBox):
        least.setHeight(widget.fontMetrics().height())
    elif isinstance(widget, QLineEdit):
        option = QStyleOptionFrame()
        widget.initStyleOption(option)
        inside = widget.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, widget)
        least.setHeight(widget.fontMetrics().height() + widget.height() - inside.height())
    if widget.width() < least.width() or widget.height() < least.height():
        return f"{widget.width()}×{widget.height()} < least {least.width()}×{least.height()}"
    return ""


def clipped(root: QWidget) -> list[str]:
    """Every control and text of a window that is cut off, with how, once its layouts have come to rest."""
    for _ in range(_TRIES):
        if not (found := list(_clipped(root))):
            break
        QTest.qWait(_PAUSE)
    return found


def _clipped(root: QWidget) -> Iterator[str]:
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not root.window() or widget.size().isEmpty():
            continue
        name = f"{type(widget).__name__} {widget.objectName()}"
        if isinstance(widget, TEXTS):
            if how := cut(widget):
                yield f"{name} “{text_of(widget)}” {how}"
            if text_of(widget) and (how := outside(widget)):
                yield f"{name} “{text_of(widget)}” {how}"
        elif isinstance(widget, CONTROLS) and (how := outside(widget)):
            yield f"{name} {how}"
        if isinstance(widget, CONTROLS) and not _in_a_cell(widget) and (how := squeezed(widget)):
            yield f"{name} {how}"


def _in_a_cell(widget: QWidget) -> bool:
    """Whether a control is the editor of a cell, or a part of another control."""
    parent = widget.parentWidget()
    if isinstance(parent, QComboBox | QAbstractSpinBox | QLineEdit):
        return True
    return parent is not None and isinstance(parent.parentWidget(), QAbstractItemView)


class _Recording(QPainter):
    """Paints, and keeps what is cut off."""

    found: ClassVar[list[str]] = []

    def drawText(self, *given: Any) -> Any:
        if how := _cut_painting(self, given):
            self.found.append(how)
        return super().drawText(*given)


@contextmanager
def painted() -> Iterator[list[str]]:
    """Collects the texts that widgets paint themselves and that are cut off: larger than the area that they are painted into, outside of
    their widget, or elided to a few letters.
    """
    _Recording.found.clear()
    modules = [module for name, module in sys.modules.items() if name.startswith("mlops_desktop.ui.") and hasattr(module, "QPainter")]
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            patch.setattr(module, "QPainter", _Recording)
        yield _Recording.found


def _cut_painting(painter: QPainter, given: tuple[Any, ...]) -> str:
    text = next((one for one in reversed(given) if isinstance(one, str)), "")
    if not text.strip() or painter.transform().isRotating():
        return ""  # turned texts, as of an axis, have an area of their own
    metrics = QFontMetricsF(painter.font())
    if isinstance(given[0], QRect | QRectF):
        area = QRectF(given[0])
        need = metrics.boundingRect(area, int(given[1]) if not isinstance(given[1], str) else 0, text)
    elif isinstance(given[0], QPointF | QPoint):
        need = area = metrics.boundingRect(text).translated(QPointF(given[0]))
    else:
        return ""
    painting = sys._getframe(2).f_code.co_qualname
    where = f"{painting} paints “{text[:60]}”"
    if need.width() > area.width() + 2 or need.height() > area.height() + 3:
        return f"{where}: {area.width():.0f}×{area.height():.0f} < {need.width():.0f}×{need.height():.0f}"
    seen, width = painter.transform().mapRect(need), painter.window().width()
    if seen.left() < -2 or seen.right() > width + 2:
        return f"{where}: x {seen.left():.0f}…{seen.right():.0f} in 0…{width}"
    kept, least = len(text.replace("…", "").strip()), LEAST_LETTERS if painting.startswith(("Legend", "DistributionCell")) else 2
    return f"{where}: elided to a few letters" if "…" in text and kept < least else ""
