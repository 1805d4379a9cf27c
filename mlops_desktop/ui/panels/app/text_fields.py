"""Inputs of texts and identifiers."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from mlops_desktop.serving.schema import Column
from mlops_desktop.ui.panels.app.input_field import InputField


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
    """A short text, such as an identifier."""

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
