"""One line for a filter over rows: checked while it is typed, names of columns are offered."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from mlops_desktop.ui import icons, theme
from mlops_desktop.ui.translation import marked
from mlops_desktop.ui.widgets.basic import Wrapped, column, label, set_property
from mlops_desktop.ui.widgets.name_completer import NameCompleter, column_name, is_asking, word_at_end

PAUSE_MS = 300


class FilterLine(QWidget):
    """`applied` brings a filter that `check` finds right, after a pause or at Enter; a blank one shows every row. A filter is written with
    decimal points; commas are taken for them where the window's language has those and the filter is right so.

    `check` says what is wrong with a text; empty when it is right.
    """

    applied = Signal(str)

    def __init__(self, *, name: str, title: str, check: Callable[[str], str]) -> None:
        super().__init__()
        self._check = check
        self._emitted = ""
        self.line = _Line()
        self.line.setObjectName(name)
        self.line.setAccessibleName(title)
        self.line.setPlaceholderText(self.tr("Filter rows"))
        self.line.setClearButtonEnabled(True)
        self._sign = QAction(self)
        self.line.addAction(self._sign, QLineEdit.ActionPosition.LeadingPosition)
        self.problem: Wrapped = label("", "caption", tone="err", wrap=True)  # type: ignore[assignment]  # a wrapped one
        self.problem.setObjectName(f"{name}_problem")
        self.problem.setVisible(False)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.flush)
        self.setLayout(column(self.line, self.problem, spacing=2))
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._changed)
        self.line.returnPressed.connect(self.flush)
        self.repaint_icon()

    def text(self) -> str:
        """The formula in the field."""
        return self.line.text()

    def show_text(self, text: str) -> None:
        """Put a filter there and apply it."""
        self.line.setText(text)
        self.flush()

    def show_names(self, names: Sequence[str], example: str) -> None:
        """The columns that are offered while typing, and a filter that would be right."""
        self.line.names.show_names(names)
        self.line.setPlaceholderText(self.tr("Filter rows, e.g. {example}").format(example=example))

    def flush(self) -> None:
        """Apply the formula in the field, if it is valid."""
        self._timer.stop()
        text = self.line.text().strip()
        problem = self._check(text)
        if problem and not self._check(pointed := _with_points(text)):
            text, problem = pointed, ""
        if not self._show_message(problem) and text != self._emitted:
            self._emitted = text
            self.applied.emit(text)

    def again(self) -> None:
        """The table changed: check the filter anew and apply it to the new rows."""
        self.forget()
        if self.line.text().strip():
            self.flush()

    def forget(self) -> None:
        """The filter was not applied: Enter brings it once more."""
        self._emitted = ""

    def _changed(self) -> None:
        if not self.line.text().strip():
            self.flush()
            return
        self._timer.start()

    def _show_message(self, problem: str) -> str:
        if bool(self.line.property("bad")) != bool(problem):
            set_property(self.line, "bad", bool(problem))
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.line.setAccessibleDescription(problem)
        self.line.setToolTip(problem)
        return problem

    def repaint_icon(self) -> None:
        """Paint the sign in the current theme's colours."""
        self._sign.setIcon(icons.icon("filter", theme.token("text3"), 16))


def _with_points(text: str) -> str:
    """A filter with decimal points, where the window's language writes numbers with a decimal comma."""
    return re.sub(r"(?<=\d),(?=\d)", ".", text) if marked("0.5") == "0,5" else text


class _Line(QLineEdit):
    """Offers names for the word before the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.names = NameCompleter(self)
        self.names.activated[str].connect(self._take)  # type: ignore[index]

    def _before(self) -> str:
        return self.text()[: self.cursorPosition()]

    def _take(self, name: str) -> None:
        before, after = self._before(), self.text()[self.cursorPosition() :]
        before = before[: len(before) - len(word_at_end(before))] + column_name(name)
        self.setText(before + after)
        self.setCursorPosition(len(before))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Two letters, or Ctrl+Space, offer names."""
        if not is_asking(event):
            super().keyPressEvent(event)
        self.names.after_key(event, self._before(), self.cursorRect().x())
