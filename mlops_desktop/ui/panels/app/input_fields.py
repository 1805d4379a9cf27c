"""One input of a model for each type of column: a slider with its number, a list of levels that takes others too, a switch, a date, a text.

A field never judges a value: it hands over what was written, and shows what the schema said of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QSlider, QWidget

from mlops_desktop.serving.column import bound_text
from mlops_desktop.serving.dates import DAY, date_example, date_reader, date_text, is_time_of_day
from mlops_desktop.serving.frame import MISSING_DATE
from mlops_desktop.serving.schema import NUMBER_TYPES, Column
from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.basic import Item, Tool, Weight, column, label, row, set_property
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.inputs import Switch, number_text, read_number
from mlops_desktop.ui.widgets.ticks import nice_step

STOPS = 300  # about so many places a slider has
MOST_LEVELS = 2_000  # levels that a list offers; others can be written
LONG_NAME = 170  # pixels; a longer name has a line of its own
_MINUTE = 60_000_000  # microseconds


class InputField(QWidget):
    """The value of one column as it would be sent. `edited`: a person changed it."""

    edited = Signal()

    def __init__(self, column_: Column, name: str) -> None:
        super().__init__()
        self.column = column_
        self.setObjectName(name)
        self.title = Elided(column_.name, "small", weight=Weight.Medium, middle=True)
        self.note = label("", "caption", tone="warn", wrap=True)
        self.note.setObjectName(f"{name}_note")
        self.note.setVisible(False)

    def value(self) -> Any:
        """What would be sent: None for a missing value; a text that cannot be read goes as it stands, and the schema says so."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value without telling anyone."""
        raise NotImplementedError

    def show_message(self, text: str, bad: bool = False) -> None:
        """Show what the schema said of the value; nothing for an empty text."""
        if text == self.note.text() and self.note.isHidden() == (not text):
            return
        self.note.setText(text)
        self.note.setVisible(bool(text))
        set_property(self.note, "tone", "err" if bad else "warn")
        self._mark("err" if bad else "warn" if text else "")
        self._control().setAccessibleDescription(text or self.column.description)

    def _control(self) -> QWidget:
        raise NotImplementedError

    def _mark(self, tone: str) -> None:
        set_property(self._control(), "flag", tone)

    def _hold(self, *items: Item) -> None:
        description = [label(self.column.description, "caption", tone="3", wrap=True)] if self.column.description else []
        self.setLayout(column(*items, *description, self.note, spacing=3))
        control = self._control()
        unit = f" ({self.column.unit})" if self.column.unit else ""
        control.setAccessibleName(self.column.name + unit)
        control.setAccessibleDescription(self.column.description)
        self.setFocusProxy(control)


class _Line(QLineEdit):
    """A value that looks like a text until it is touched."""

    def __init__(self, name: str, wide: int) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("flat", True)
        self.setFont(theme.font("small", Weight.DemiBold, figures=True))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(wide)
        self.setPlaceholderText(QCoreApplication.translate("Inputs", "missing"))


class _Slider(QSlider):
    def __init__(self, name: str, title: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page."""
        event.ignore()


class _RangeField(InputField):
    """A line to write in, and a slider over the range that training saw. Subclasses say how a text and a place are one."""

    def __init__(self, column_: Column, name: str, wide: int) -> None:
        super().__init__(column_, name)
        self.line = _Line(f"{name}_value", wide)
        self.slider = _Slider(f"{name}_slider", self.tr("{name}, slider").format(name=column_.name))
        low, high = column_.low, column_.high
        self._range = (float(low), float(high)) if low is not None and high is not None and high > low else None
        unit = [label(column_.unit, "small", tone="2")] if column_.unit else []
        if self.title.fontMetrics().horizontalAdvance(column_.name) > LONG_NAME:
            self._hold(self.title, row((self.slider, 1), self.line, *unit, spacing=4))
        else:
            self._hold(row((self.title, 1), self.line, *unit, spacing=4), self.slider)
        self.slider.setVisible(self._range is not None)
        if self._range is not None:
            self.step = self._stride(*self._range)
            self.first = math.floor(self._range[0] / self.step) * self.step
            self.slider.setRange(0, max(1, math.ceil((self._range[1] - self.first) / self.step - 1e-9)))
            self.slider.setPageStep(max(1, self.slider.maximum() // 10))
            ends = [bound_text(column_, low), bound_text(column_, high)]
            self.line.setToolTip(self.tr("In training from {low} to {high}. Blank means missing.").format(low=ends[0], high=ends[1]))
        self.slider.valueChanged.connect(self._slid)
        self.line.textEdited.connect(self._typed)

    def _control(self) -> QWidget:
        return self.line

    def _stride(self, low: float, high: float) -> float:
        raise NotImplementedError

    def _text(self, place: float) -> str:
        """The text of a place between the ends of the range."""
        raise NotImplementedError

    def _place(self, text: str) -> float | None:
        """The place of a text; None where it has none."""
        raise NotImplementedError

    def _slid(self, at: int) -> None:
        assert self._range is not None
        self.line.setText(self._text(min(max(self.first + at * self.step, self._range[0]), self._range[1])))
        self.edited.emit()

    def _typed(self) -> None:
        self._follow()
        self.edited.emit()

    def _follow(self) -> None:
        """Bring the slider to where the text is, or to the nearer end."""
        place = self._place(self.line.text())
        if place is None or self._range is None:
            return
        self.slider.blockSignals(True)
        at = (min(max(place, self._range[0]), self._range[1]) - self.first) / self.step
        self.slider.setValue(round(at))
        self.slider.blockSignals(False)

    def _show_text(self, text: str) -> None:
        self.line.setText(text)
        self.line.setCursorPosition(0)
        self._follow()


class NumberField(_RangeField):
    """A number, whole or not."""

    def __init__(self, column_: Column, name: str) -> None:
        super().__init__(column_, name, 92)

    def value(self) -> Any:
        """The number; the text itself when it is none."""
        text = _plain(self.line.text())
        if not text:
            return None
        number = read_number(text)
        if number is None:
            return self.line.text().strip()
        whole = self.column.type == "integer" and number == int(number)
        return int(number) if whole else number

    def show_value(self, value: Any) -> None:
        """Show a number, None, or whatever else was sent."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        self._show_text("" if value is None else number_text(value) if number else str(value))

    def _stride(self, low: float, high: float) -> float:
        whole = self.column.type == "integer"
        return nice_step((high - low) / STOPS, whole=whole)

    def _text(self, place: float) -> str:
        return number_text(float(f"{place:.12g}"))

    def _place(self, text: str) -> float | None:
        return read_number(_plain(text))


class DateField(_RangeField):
    """A date or a time, written as ISO 8601 or as in the data."""

    def __init__(self, column_: Column, name: str) -> None:
        self._read = date_reader(column_.grammar)
        super().__init__(column_, name, 148)
        self.line.setPlaceholderText(date_example(column_.grammar))

    def value(self) -> Any:
        """The text as it stands; None when it is blank."""
        return self.line.text().strip() or None

    def show_value(self, value: Any) -> None:
        """Show a date's text."""
        self._show_text("" if value is None else str(value))

    def _stride(self, low: float, high: float) -> float:
        if high - low > 2 * DAY:
            return float(DAY * max(1, round((high - low) / DAY / 4000)))
        return float(max(1, round((high - low) / STOPS / _MINUTE)) * _MINUTE)

    def _text(self, place: float) -> str:
        grammar = self.column.grammar
        whole = _MINUTE if is_time_of_day(grammar.date) or self.step < DAY else DAY
        return date_text(int(place) // whole * whole, grammar.date, grammar.zone)

    def _place(self, text: str) -> float | None:
        try:
            moment = self._read(text)
        except ValueError:
            return None
        return None if moment == MISSING_DATE else float(moment)


class _LevelLine(QLineEdit):
    def paintEvent(self, event: QPaintEvent) -> None:
        """A text that is too long ends in dots while nobody writes."""
        area = self.rect().adjusted(2, 0, -2, 0)
        number_text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        if self.hasFocus() or number_text == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, number_text)


class _Levels(QComboBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page."""
        event.ignore()


class LevelField(InputField):
    """One of the levels that training saw, or any other word."""

    def __init__(self, column_: Column, name: str) -> None:
        super().__init__(column_, name)
        self.box = _Levels()
        self.box.setObjectName(f"{name}_value")
        self.box.setEditable(True)
        self.box.setLineEdit(_LevelLine())
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(6)
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box.addItems(list(column_.levels[:MOST_LEVELS]))
        self.box.setCurrentIndex(-1)
        line, completer = self.box.lineEdit(), self.box.completer()
        assert line is not None
        assert completer is not None
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseSensitive)
        self._line = line
        line.setPlaceholderText(self.tr("missing"))
        line.setAccessibleName(column_.name)
        line.setToolTip(self.tr("Choose a level or write another. Blank means missing."))
        self._hold(self.title, self.box)
        self.box.editTextChanged.connect(lambda _: self.edited.emit())

    def _control(self) -> QWidget:
        return self.box

    def value(self) -> Any:
        """The text that stands there; None when it is blank."""
        return self.box.currentText().strip() or None

    def show_value(self, value: Any) -> None:
        """Show a level, known or not."""
        text = (
            ""
            if value is None
            else value
            if isinstance(value, str)
            else number_text(value)
            if type(value) is not bool
            else str(value).lower()
        )
        self.box.blockSignals(True)
        self.box.setCurrentIndex(self.box.findText(text, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchCaseSensitive) if text else -1)
        self.box.setEditText(text)
        self._line.setCursorPosition(0)
        self.box.blockSignals(False)


class SwitchField(InputField):
    """Yes or no, in the data's own words, or missing."""

    def __init__(self, column_: Column, name: str) -> None:
        super().__init__(column_, name)
        self._value: Any = None
        self.switch = Switch(name=f"{name}_value", title=column_.name)
        self.word = label("", "small", tone="2")
        self.away = Tool("x", self.tr("{name}: set to missing").format(name=column_.name), self._clear, name=f"{name}_missing")
        self._hold(row(self.switch, (self.title, 1), self.word, self.away, spacing=6))
        self.switch.clicked.connect(self._switched)

    def _control(self) -> QWidget:
        return self.switch

    def value(self) -> Any:
        """True, False or None."""
        return self._value

    def show_value(self, value: Any) -> None:
        """Show it."""
        self._value = value if value is None or isinstance(value, bool) else bool(value) if value in (0, 1) else value
        grammar = self.column.grammar
        texts = (grammar.false[:1] or (self.tr("no"),))[0], (grammar.true[:1] or (self.tr("yes"),))[0]
        self.switch.setChecked(self._value is True)
        self.word.setText(self.tr("missing") if self._value is None else texts[self._value is True])
        self.switch.setAccessibleName(f"{self.column.name}: {self.word.text()}")
        self.away.setEnabled(self._value is not None)

    def _switched(self) -> None:
        self.show_value(self.switch.isChecked())
        self.edited.emit()

    def _clear(self) -> None:
        self.show_value(None)
        self.edited.emit()


class TextField(InputField):
    """Any text, of several lines."""

    def __init__(self, column_: Column, name: str) -> None:
        super().__init__(column_, name)
        self.area = QPlainTextEdit()
        self.area.setObjectName(f"{name}_value")
        self.area.setTabChangesFocus(True)
        self.area.setPlaceholderText(self.tr("missing"))
        self.area.setFixedHeight(3 * self.area.fontMetrics().lineSpacing() + 20)
        self._hold(self.title, self.area)
        self.area.textChanged.connect(self.edited)

    def _control(self) -> QWidget:
        return self.area

    def value(self) -> Any:
        """The text; None when it is blank."""
        text = self.area.toPlainText()
        return text if text.strip() else None

    def show_value(self, value: Any) -> None:
        """Show a text."""
        self.area.blockSignals(True)
        self.area.setPlainText("" if value is None else str(value))
        self.area.blockSignals(False)


class TextValueField(InputField):
    """A word of its own kind, such as an identifier."""

    def __init__(self, column_: Column, name: str) -> None:
        super().__init__(column_, name)
        self.line = QLineEdit()
        self.line.setObjectName(f"{name}_value")
        self.line.setPlaceholderText(self.tr("missing"))
        self._hold(self.title, self.line)
        self.line.textEdited.connect(lambda _: self.edited.emit())

    def _control(self) -> QWidget:
        return self.line

    def value(self) -> Any:
        """The text; None when it is blank."""
        return self.line.text().strip() or None

    def show_value(self, value: Any) -> None:
        """Show a text."""
        self.line.setText("" if value is None else str(value))


def input_field(column_: Column, name: str) -> InputField:
    """The field for a column; `name` begins the objectNames of its controls."""
    if column_.type == "boolean":
        return SwitchField(column_, name)
    if column_.type in NUMBER_TYPES:
        return NumberField(column_, name)
    if column_.type == "date":
        return DateField(column_, name)
    return {"text": TextField, "id": TextValueField}.get(column_.type, LevelField)(column_, name)


def shown(column_: Column, value: Any, unit: bool = True) -> str:
    """A value for reading, with the column's unit: “89 €”, “missing”, “yes”."""
    if value is None:
        return QCoreApplication.translate("Inputs", "missing")
    if isinstance(value, bool):
        texts: Sequence[str] = (column_.grammar.true if value else column_.grammar.false)[:1]
        return texts[0] if texts else QCoreApplication.translate("Inputs", "yes" if value else "no")
    text = number_text(value) if isinstance(value, (int, float)) else " ".join(str(value).split())
    if len(text) > 60:
        text = text[:57] + "…"
    return f"{text} {column_.unit}" if unit and column_.unit and isinstance(value, (int, float)) else text


def _plain(text: str) -> str:
    return text.strip().replace("−", "-").replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
