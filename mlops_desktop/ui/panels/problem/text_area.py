"""A text of a few lines that a person writes: it emits what was written after a pause, and when the field is left."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent
from PySide6.QtWidgets import QPlainTextEdit

PAUSE_MS = 400


class TextArea(QPlainTextEdit):
    """A plain text. `changed` brings the text after a pause in typing, `left` says that the person is done with it; Tab leaves it."""

    changed = Signal(str)
    left = Signal()

    def __init__(self, *, name: str, title: str, placeholder: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setAccessibleDescription(placeholder)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 20)
        self._emitted = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.flush)
        self.textChanged.connect(self._timer.start)

    def show_text(self, text: str) -> None:
        """Show a text without emitting a signal. What is just being written stays."""
        if self._timer.isActive() or text == self._emitted == self.toPlainText():
            return
        self._emitted = text
        self.blockSignals(True)
        self.setPlainText(text)
        self.blockSignals(False)

    def flush(self) -> None:
        """Emit at once what was written last."""
        self._timer.stop()
        text = self.toPlainText()
        if text != self._emitted:
            self._emitted = text
            self.changed.emit(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field means that the person is done with it."""
        super().focusOutEvent(event)
        self.flush()
        self.left.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was written last is not lost when the page goes away."""
        self.flush()
        super().hideEvent(event)
