"""Inputs of numbers and dates: a line to write in, and a slider over the range that training saw."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QLineEdit, QSlider, QWidget

from mlops_desktop.serving.column_types import type_of
from mlops_desktop.serving.dates import DAY, date_example, date_reader, date_text, is_time_of_day
from mlops_desktop.serving.frame import MISSING_DATE
from mlops_desktop.serving.schema import Column
from mlops_desktop.ui import theme
from mlops_desktop.ui.panels.app.input_field import InputField
from mlops_desktop.ui.translation import marked
from mlops_desktop.ui.widgets.basic import Weight, label, row
from mlops_desktop.ui.widgets.inputs import number_text, read_number
from mlops_desktop.ui.widgets.ticks import nice_step

STOPS = 300  # about so many places a slider has
LONG_NAME = 170  # pixels; a longer name has a line of its own
_MINUTE = 60_000_000  # microseconds


class _Line(QLineEdit):
    """A value that looks like a text until it is touched."""

    def __init__(self, name: str, wide: int) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("flat", True)
        self.setFont(theme.font("small", Weight.DemiBold, tabular=True))
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
        self.slider = _Slider(f"{name}_slider", self.tr("{name}, slider").format(name=column_.shown_name))
        low, high = column_.low, column_.high
        self._range = (float(low), float(high)) if low is not None and high is not None and high > low else None
        unit = [label(column_.unit, "small", tone="2")] if column_.unit else []
        if self.title.fontMetrics().horizontalAdvance(column_.shown_name) > LONG_NAME:
            self._hold(self.title, row((self.slider, 1), self.line, *unit, spacing=4))
        else:
            self._hold(row((self.title, 1), self.line, *unit, spacing=4), self.slider)
        self.slider.setVisible(self._range is not None)
        if self._range is not None:
            self.step = self._stride(*self._range)
            self.first = math.floor(self._range[0] / self.step) * self.step
            self.slider.setRange(0, max(1, math.ceil((self._range[1] - self.first) / self.step - 1e-9)))
            self.slider.setPageStep(max(1, self.slider.maximum() // 10))
            kind = type_of(column_)
            ends = [text if column_.is_date else marked(text) for text in (kind.bound_text(column_, low), kind.bound_text(column_, high))]
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
        self._unit = DAY // 24 if "T" in str(column_.typical) else DAY  # of the slider: hours where there is a time of day
        super().__init__(column_, name, 148)
        self.line.setPlaceholderText(date_example(column_.grammar))

    def value(self) -> Any:
        """The text of the field; None when it is blank."""
        return self.line.text().strip() or None

    def show_value(self, value: Any) -> None:
        """Show a date's text."""
        self._show_text("" if value is None else str(value))

    def _stride(self, low: float, high: float) -> float:
        if high - low > 2 * DAY:
            return float(self._unit * max(1, round((high - low) / self._unit / 4000)))
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


def _plain(text: str) -> str:
    return text.strip().replace("−", "-").replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
