"""An editor for one formula: it grows with its text, completes names, and Tab leaves it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.basic import set_property
from mlops_desktop.ui.widgets.name_completer import NameCompleter, column_name, is_asking, word_at_end

LINES = (2, 6)  # the fewest and the most lines it shows


class FormulaEdit(QPlainTextEdit):
    """`typed` while the text changes, `done` when the field is left or Ctrl+Enter is pressed."""

    typed = Signal()
    done = Signal()

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFont(theme.font("body", tabular=True))
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.names = NameCompleter(self)
        self.names.activated[str].connect(self.complete)  # type: ignore[index]
        self.textChanged.connect(self._changed)
        self._silent = False
        self._fit()

    def show_completions(self, columns: Sequence[str], functions: Sequence[str] = ()) -> None:
        """The names that are offered while typing."""
        self.names.show_names([*columns, *(f"{name}(" for name in functions)])

    def text(self) -> str:
        """The formula in the field."""
        return self.toPlainText()

    def show_text(self, text: str) -> None:
        """Show a formula without emitting a signal; the cursor stays when it is the same."""
        if text != self.text():
            self._silent = True
            self.setPlainText(text)
            self._silent = False

    def show_bad(self, bad: bool) -> None:
        """Mark the field as refused."""
        if bool(self.property("bad")) != bad:
            set_property(self, "bad", bad)

    def insert(self, text: str) -> None:
        """Put a text where the cursor is, as a click on a name in a list does."""
        self.insertPlainText(text)
        self.setFocus()

    def complete(self, name_or_function: str) -> None:
        """Replace the beginning of a name before the cursor by the name."""
        cursor = self.textCursor()
        prefix = word_at_end(self._before())
        if prefix:
            cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(prefix))
        cursor.insertText(name_or_function if name_or_function.endswith("(") else column_name(name_or_function))
        self.setTextCursor(cursor)

    def _before(self) -> str:
        """The text of the line before the cursor."""
        cursor = self.textCursor()
        return cursor.block().text()[: cursor.positionInBlock()]

    def _changed(self) -> None:
        self._fit()
        if not self._silent:
            self.typed.emit()

    def _fit(self) -> None:
        lines = min(max(int(self.document().size().height()), LINES[0]), LINES[1])
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 20)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter is done; Ctrl+Space, or two letters, offer names."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.done.emit()
            return
        if not is_asking(event):
            super().keyPressEvent(event)
        self.names.after_key(event, self._before(), self.viewport().x() + self.cursorRect().x())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field means that the person is done with it; a list of names that opens is no leaving."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.done.emit()
