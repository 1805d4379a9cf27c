"""Inputs of categories and yes/no columns: a list of levels that takes others too, a switch that can be missing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from mlops_desktop.serving.schema import Column
from mlops_desktop.serving.value_text import number_text
from mlops_desktop.ui.panels.app.input_field import InputField
from mlops_desktop.ui.widgets.basic import Tool, label, row
from mlops_desktop.ui.widgets.choice_list import ListBox
from mlops_desktop.ui.widgets.inputs import Switch

MOST_LEVELS = 2_000  # levels that a list offers; others can be written


class _LevelLine(QLineEdit):
    def paintEvent(self, event: QPaintEvent) -> None:
        """A text that is too long ends in dots while nobody writes."""
        area = self.rect().adjusted(2, 0, -2, 0)
        elided = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        if self.hasFocus() or elided == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)


class LevelField(InputField):
    """One of the levels that training saw, or any other text."""

    def __init__(self, column_: Column, name: str) -> None:
        super().__init__(column_, name)
        self.box = ListBox()
        self.box.setObjectName(f"{name}_value")
        self.box.setEditable(True)
        self.box.setLineEdit(_LevelLine())
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(6)
        self.box.addItems(list(column_.levels[:MOST_LEVELS]))
        self.box.setCurrentIndex(-1)
        line, completer = self.box.lineEdit(), self.box.completer()
        assert line is not None
        assert completer is not None
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseSensitive)
        self._line = line
        line.setPlaceholderText(self.tr("missing"))
        line.setAccessibleName(column_.shown_name)
        self._hold(self.title, self.box)
        self.box.editTextChanged.connect(self._show_whole)
        self.box.editTextChanged.connect(lambda _: self.edited.emit())
        self._show_whole("")

    def _control(self) -> QWidget:
        return self.box

    def value(self) -> Any:
        """The text of the field; None when it is blank."""
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
        self._show_whole(text)

    def _show_whole(self, text: str) -> None:
        """The tooltip has the whole of a text that may be too long to be seen."""
        hint = self.tr("Choose a level or write another. Blank means missing.")
        for part in (self.box, self._line):
            part.setToolTip(f"{text}\n{hint}" if text else hint)


class SwitchField(InputField):
    """Yes or no, in the data's own spelling, or missing."""

    def __init__(self, column_: Column, name: str) -> None:
        super().__init__(column_, name)
        self._value: Any = None
        self.switch = Switch(name=f"{name}_value", title=column_.shown_name)
        self.state = label("", "small", tone="2")
        self.away = Tool("x", self.tr("{name}: set to missing").format(name=column_.shown_name), self._clear, name=f"{name}_missing")
        self._hold(row(self.switch, (self.title, 1), self.state, self.away, spacing=6))
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
        self.state.setText(self.tr("missing") if self._value is None else texts[self._value is True])
        self.switch.setAccessibleName(f"{self.column.shown_name}: {self.state.text()}")
        self.away.setEnabled(self._value is not None)

    def _switched(self) -> None:
        self.show_value(self.switch.isChecked())
        self.edited.emit()

    def _clear(self) -> None:
        self.show_value(None)
        self.edited.emit()
