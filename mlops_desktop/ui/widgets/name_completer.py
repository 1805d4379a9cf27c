"""Offers names of columns and functions for the word before the cursor, in a list beside the field."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QCompleter, QLineEdit, QListView, QPlainTextEdit

from mlops_desktop.ui import theme

LETTERS = 2  # a list opens from so many letters on
_WORD = re.compile(r"[^\W\d][\w.]*$")
_BARE = re.compile(r"[^\W\d][\w.]*")
_RESERVED = frozenset({"and", "or", "not", "in", "true", "false", "missing"})


def column_name(name: str) -> str:
    """A column's name as a formula writes it: bare where that is possible, else in brackets."""
    if _BARE.fullmatch(name) and name.lower() not in _RESERVED:
        return name
    return "[" + name.replace("]", "]]") + "]"


class NameCompleter(QCompleter):
    """A list for one field, above or below the whole of it, so that it covers nothing of what is typed. `activated` brings the name taken.

    Down and Up choose a name and Enter takes it; Tab takes the first. While none is chosen, Enter belongs to the field.
    """

    def __init__(self, field: QLineEdit | QPlainTextEdit) -> None:
        super().__init__(field)
        self._field = field
        self._names = QStringListModel(self)
        self.setModel(self._names)
        self.setWidget(field)
        self.view = QListView()
        self.view.setObjectName(f"{field.objectName()}_words")
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setPopup(self.view)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)

    def show_names(self, names: Sequence[str]) -> None:
        """Offer these names from now on."""
        self._names.setStringList(list(names))

    def after_key(self, event: QKeyEvent, before: str, x: int) -> None:
        """A key was typed: offer names for the word at the end of `before`, the text before the cursor, `x` pixels from the left side."""
        word = word_at_end(before)
        asked = is_asking(event)
        self.setCompletionPrefix(word)
        known = self.completionCount() == 1 and self.currentCompletion() == word
        if known or not self.completionCount() or not (asked or (len(word) >= LETTERS and event.text().strip())):
            self.view.hide()
            return
        self.view.setFont(theme.font("small"))
        wide = self.view.sizeHintForColumn(0) + self.view.verticalScrollBar().sizeHint().width() + 16
        self.complete(QRect(x, 0, min(wide, self._field.window().width()), self._field.height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tab takes a name; Enter goes to the field while none is chosen."""
        if watched is self.view and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            chosen = self.view.currentIndex()
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and not chosen.isValid():
                self.view.hide()
                QApplication.sendEvent(self._field, event)
                return True
            if enter or event.key() == Qt.Key.Key_Tab:
                self.view.hide()
                self.activated.emit(chosen.data() if chosen.isValid() else self.currentCompletion())
                return True
        return super().eventFilter(watched, event)


def word_at_end(text: str) -> str:
    """The beginning of a name at the end of a text; empty when there is none."""
    found = _WORD.search(text)
    return found[0] if found else ""


def is_asking(event: QKeyEvent) -> bool:
    """Whether a key asks for the names: Ctrl+Space."""
    return event.key() == Qt.Key.Key_Space and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
