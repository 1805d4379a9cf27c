"""An editor for one formula: it grows with its text, completes names, and Tab leaves it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QListView, QPlainTextEdit

from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.basic import set_property

LINES = (2, 6)  # the fewest and the most lines it shows
_WORD = re.compile(r"[^\W\d][\w.]*$")
_BARE = re.compile(r"[^\W\d][\w.]*")
_WORDS_OF_THE_LANGUAGE = frozenset({"and", "or", "not", "in", "true", "false", "missing"})


class FormulaEdit(QPlainTextEdit):
    """`typed` while the text changes, `done` when the field is left or Ctrl+Enter is pressed."""

    typed = Signal()
    done = Signal()

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFont(theme.font("body", figures=True))
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._completions = QStringListModel(self)
        self._completer = QCompleter(self._completions, self)
        self._completer.setWidget(self)
        self._popup = QListView()
        self._popup.setObjectName(f"{name}_words")
        self._completer.setPopup(self._popup)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setFilterMode(Qt.MatchFlag.MatchStartsWith)
        self._completer.activated[str].connect(self.complete)  # type: ignore[index]
        self.textChanged.connect(self._changed)
        self._silent = False
        self._fit()

    def show_completions(self, columns: Sequence[str], functions: Sequence[str] = ()) -> None:
        """The names that are offered while typing."""
        self._completions.setStringList([*columns, *(f"{name}(" for name in functions)])

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

    def complete(self, word: str) -> None:
        """Put a word in the place of its beginning before the cursor."""
        cursor = self.textCursor()
        prefix = self._prefix()
        if prefix:
            cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(prefix))
        cursor.insertText(word if word.endswith("(") else column_name(word))
        self.setTextCursor(cursor)

    def _prefix(self) -> str:
        cursor = self.textCursor()
        found = _WORD.search(cursor.block().text()[: cursor.positionInBlock()])
        return found[0] if found else ""

    def _changed(self) -> None:
        self._fit()
        if not self._silent:
            self.typed.emit()

    def _fit(self) -> None:
        lines = min(max(int(self.document().size().height()), LINES[0]), LINES[1])
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 20)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter is done; Ctrl+Space, or two letters, offer names; Enter, Tab and Escape belong to the open list."""
        key = event.key()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self._popup.isVisible() and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Escape):
            event.ignore()  # the list takes it
            return
        if control and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.done.emit()
            return
        asked = control and key == Qt.Key.Key_Space
        if not asked:
            super().keyPressEvent(event)
        prefix = self._prefix()
        if asked or (len(prefix) >= 2 and event.text().strip()):
            self._offer(prefix)
        else:
            self._popup.hide()

    def _offer(self, prefix: str) -> None:
        self._completer.setCompletionPrefix(prefix)
        if not self._completer.completionCount() or self._completer.currentCompletion() == prefix:
            self._popup.hide()
            return
        area = self.cursorRect()
        self._popup.setFont(theme.font("small"))
        self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))
        area.setWidth(self._popup.sizeHintForColumn(0) + self._popup.verticalScrollBar().sizeHint().width() + 16)
        self._completer.complete(area)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field means that the person is done with it; a list of names that opens is no leaving."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.done.emit()


def column_name(name: str) -> str:
    """A column's name as a formula writes it: bare where that is possible, else in backquotes."""
    if _BARE.fullmatch(name) and name.lower() not in _WORDS_OF_THE_LANGUAGE:
        return name
    return "`" + name.replace("`", "``") + "`"
