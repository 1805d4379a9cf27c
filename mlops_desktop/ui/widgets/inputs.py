"""Inputs that a form is made of: a choice by id, whole numbers, real numbers. None of them changes when a page is scrolled over it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from PySide6.QtCore import QLocale, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from mlops_desktop.base.errors import UserError
from mlops_desktop.ui import theme
from mlops_desktop.ui.translation import formatted, marked, translated
from mlops_desktop.ui.widgets.choice_list import ListBox

INT_LOW, INT_HIGH = -(2**31), 2**31 - 1  # what a QSpinBox can hold


class ComboBox(ListBox):
    """One of several ids. Its texts are for reading only: the value is always an id."""

    picked = Signal(str)  # a person chose this id

    def __init__(self, options: Iterable[tuple[str, str]] = (), *, name: str, title: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.activated.connect(self._activated)
        self.show_options(options)

    def show_options(self, options: Iterable[tuple[str, str]]) -> None:
        """Offer these ids with their texts; the id that is on stays on where it is still offered. Emits no signal."""
        before = self.chosen()
        self.blockSignals(True)
        self.clear()
        for id_, text in translated(list(options)):
            self.addItem(text, id_)
            self.setItemData(self.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
        self.blockSignals(False)
        if before:
            self.show_choice(before)
        self.setToolTip(self.currentText())

    def show_choice(self, id_: str) -> None:
        """Turn an id on without emitting a signal; an id that is not offered turns none on."""
        self.blockSignals(True)
        self.setCurrentIndex(next((i for i in range(self.count()) if self.itemData(i) == id_), -1))
        self.blockSignals(False)
        self.setToolTip(self.currentText())

    def chosen(self) -> str:
        """The id that is on; empty when none is."""
        return str(self.currentData() or "")

    def _activated(self) -> None:
        self.setToolTip(self.currentText())
        self.picked.emit(self.chosen())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text is cut in the middle where there is no space; the tooltip has the whole."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        available = (
            self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self).width()
        )
        text = option.currentText if self.currentIndex() >= 0 else self.placeholderText()
        option.currentText = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, available - 4)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class SpinBox(QSpinBox):
    """A whole number between two bounds that a QSpinBox can hold.

    Thousands are separated while the field is read, not while it is edited: a "." or "," in it then is one that a person typed, and a
    number with one that separates no thousands is not taken.
    """

    def __init__(self, low: int, high: int, *, name: str, title: str = "", suffix: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setRange(low, high)
        self.setSuffix(suffix)
        self.setGroupSeparatorShown(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(self.tr("From {low} to {high}").format(low=number_text(low), high=number_text(high)))
        self.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType if high - low > 1000 else QSpinBox.StepType.DefaultStepType)
        self.lineEdit().setTextMargins(6, 0, 0, 0)  # the style sheet's padding does not reach a spin box

    def show_value(self, value: int) -> None:
        """Show a value without emitting a signal, and without moving the cursor when it is there already."""
        if value != self.value():
            self.blockSignals(True)
            self.setValue(value)
            self.blockSignals(False)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Qt takes "1.5" for 15 where "." separates thousands; here it is unfinished, so that the last whole number comes back."""
        number = text.removesuffix(self.suffix()).strip()
        separator = re.escape(self.locale().groupSeparator())
        thousands = rf"[-+]?\d{{1,3}}(?:{separator}\d{{3}})+"
        if (
            re.fullmatch(r"[-+\d.,]*[.,][\d.,]*", number)
            and number != self.textFromValue(self.value())
            and not re.fullmatch(thousands, number)
        ):
            return QValidator.State.Intermediate, text, position
        state, read, at = super().validate(text, position)
        return state, read, at

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A number is edited without separators."""
        self.setGroupSeparatorShown(False)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A number is read with separators."""
        super().focusOutEvent(event)
        self.setGroupSeparatorShown(True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page unless the person is in the field."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class NumberLine(QLineEdit):
    """A real number (or a whole one beyond a spin box) as text: "0.5", "0,5" and "1e-4" are all read; Up and Down step.

    A text with separated thousands is shown without them once the person is done, so that how it was read is seen.

    `log`: the steps are 1, 2, 5, 10 …; else a hundredth of the range, rounded the same way.
    """

    typed = Signal()  # the text changes
    done = Signal()  # Enter, a step, or the field is left

    def __init__(self, low: float, high: float, *, name: str, title: str = "", whole: bool = False, log: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._low, self._high, self._whole, self._log = low, high, whole, log
        self.setToolTip(self.tr("From {low} to {high}").format(low=number_text(low), high=number_text(high)))
        self.textEdited.connect(lambda _: self.typed.emit())
        self.returnPressed.connect(self._finish)

    def number(self) -> int | float | None:
        """The number that is there, None when the field is blank; UserError when the text is no number. Bounds are not selected."""
        text = self.text().strip().replace("−", "-").replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
        if not text:
            return None
        value = read_number(text)
        if value is None:
            raise UserError(
                self.tr("“{text}” is not a number.").format(text=self.text().strip()[:60]), self.tr("Write it like 0.5 or 1e-4.")
            )
        return int(value) if self._whole and value == int(value) else value

    def show_number(self, value: float | None) -> None:
        """Show a number without emitting a signal; a text that already means it stays as the person wrote it."""
        try:
            same = self.text() != "" and self.number() == value
        except UserError:
            same = False
        if not same:
            self.setText("" if value is None else number_text(value))
            self.setCursorPosition(0)

    def step(self, up: bool, times: int = 1) -> None:
        """One step up or down within the bounds, as the arrow keys do."""
        try:
            value = self.number()
        except UserError:
            return
        value = self._low if value is None else float(value)
        for _ in range(times):
            value = _next_round(value, up) if self._log else value + (1 if up else -1) * self._stride()
        value = min(max(float(f"{value:.12g}"), self._low), self._high)
        self.setText(number_text(int(value) if self._whole else value))
        self.done.emit()

    def _stride(self) -> float:
        span = (self._high - self._low) / 100
        if self._whole:
            return max(1.0, _next_round(span, False))
        return _next_round(min(span, 1.0), False) if span > 0 else 0.0

    def _finish(self) -> None:
        text = _without_thousands(self.text().strip())
        if text is not None and (value := read_number(text)) is not None:
            self.setText(number_text(value))
        self.done.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down step once, Page Up and Page Down ten times."""
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step(key == Qt.Key.Key_Up)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.step(key == Qt.Key.Key_PageUp, 10)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field means that the person is done with it."""
        super().focusOutEvent(event)
        self._finish()


class CheckBox(QCheckBox):
    """A box to tick; a message is shown in the language of the window."""

    def __init__(self, text: str) -> None:
        super().__init__(translated(text))


class Switch(QCheckBox):
    """On or off, as a switch. Its name says what is on."""

    def __init__(self, *, name: str, title: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(40, 28)

    def hitButton(self, pos: QPoint) -> bool:
        """The whole of it can be clicked."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A track and a knob; the knob's side emits the state as much as the color does."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(4, 5, 32, 18)
        on = self.isChecked()
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(track.adjusted(-3, -3, 3, 3), 12, 12)
        painter.setPen(QPen(theme.color("accent" if on else "control"), 1.4))
        painter.setBrush(theme.color("accent" if on else "surface"))
        painter.drawRoundedRect(track, 9, 9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("on_accent" if on else "control"))
        painter.drawEllipse(QRectF(track.right() - 15 if on else track.left() + 3, track.top() + 3, 12, 12))


def read_number(text: str) -> float | None:
    """A finite number written with a point or a decimal comma; None for anything else.

    Thousands are separated as the window's language does: "1.500" is 1500 in German, 1.5 in English.
    """
    text = _without_thousands(text) or text
    for form in (text, text.replace(",", ".") if text.count(",") == 1 and "." not in text else ""):
        try:
            value = float(form)
        except ValueError:
            continue
        return value if math.isfinite(value) and "_" not in form else None
    value, read = QLocale().toDouble(text)
    return value if read and math.isfinite(value) else None


def _without_thousands(text: str) -> str | None:
    """A number with separated thousands as Python writes it; None for any other text."""
    group, point = formatted(1000)[1:-3], marked("0.5")[1:-1]
    grouped = rf"[-+]?[1-9]\d{{0,2}}(?:{re.escape(group)}\d{{3}})+(?:{re.escape(point)}\d+)?"
    return text.replace(group, "").replace(point, ".") if re.fullmatch(grouped, text) else None


def number_text(value: float) -> str:
    """The shortest text that `read_number` reads back as exactly this number: 0.1, or 0,1 where the window's language has a comma; 200."""
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e15):
        return str(int(value))
    short = f"{value:.6g}"
    return marked(short if float(short) == value else repr(float(value)))


def _next_round(value: float, up: bool) -> float:
    """The next of 1, 2, 5, 10, 20 … above or below a number."""
    if value <= 0:
        return 1e-3 if up and value == 0 else value
    place = math.floor(math.log10(value))
    ladder = [m * 10.0**p for p in (place - 1, place, place + 1) for m in (1, 2, 5)]
    if up:
        return next(step for step in ladder if step > value * (1 + 1e-9))
    return next(step for step in reversed(ladder) if step < value * (1 - 1e-9))


def name_it(control: QWidget, title: str, help_text: str) -> None:
    """Give a control its name and its description for a screen reader."""
    control.setAccessibleName(translated(title))
    control.setAccessibleDescription(translated(help_text))
