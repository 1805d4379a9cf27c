"""The base of an input of a model: its name, its control, and the schema's message about its value.

A field never validates a value: it hands over what was written, and shows the schema's message.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from mlops_desktop.serving.schema import Column
from mlops_desktop.ui.widgets.basic import Item, Weight, column, label, set_property
from mlops_desktop.ui.widgets.elided import Elided


class InputField(QWidget):
    """The value of one column as it would be sent. `edited`: a person changed it."""

    edited = Signal()

    def __init__(self, column_: Column, name: str) -> None:
        super().__init__()
        self.column = column_
        self.setObjectName(name)
        self.title = Elided(column_.shown_name, "small", weight=Weight.Medium, middle=True)
        self.note = label("", "caption", tone="warn", wrap=True)
        self.note.setObjectName(f"{name}_note")
        self.note.setVisible(False)

    def value(self) -> Any:
        """What would be sent: None for a missing value; a text that cannot be read is sent unchanged, and the schema says so."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value without emitting a signal."""
        raise NotImplementedError

    def show_message(self, text: str, bad: bool = False) -> None:
        """Show the schema's message about the value; nothing for an empty text."""
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
        control.setAccessibleName(self.column.shown_name + unit)
        control.setAccessibleDescription(self.column.description)
        self.setFocusProxy(control)
