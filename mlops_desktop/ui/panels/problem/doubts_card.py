"""The open questions about how the file was read, on top of the stage: one line that opens to a card for each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame

from mlops_desktop.engine.questions import Question, QuestionGroup, group_questions
from mlops_desktop.ui.translation import pluralize
from mlops_desktop.ui.widgets.basic import Button, Picture, Weight, clear, column, held, label, row, scrolled
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.question_card import Decide, QuestionCard

_LINES_OF_ONE, _LINES = 11, 20  # lines of text that one card takes, and that all of them take at most


class DoubtsCard(QFrame):
    """Hidden while nothing is in doubt. `decide` is called with what a person chose."""

    def __init__(self, decide: Decide) -> None:
        super().__init__()
        self.setObjectName("card")
        self._decide = decide
        self._shown: tuple[QuestionGroup, ...] = ()
        self.count = label("", weight=Weight.DemiBold)
        self.count.setObjectName("doubts_count")
        self.first = Elided("", "small", tone="2")
        self.toggle = Button("", self._toggle, name="doubts_toggle")
        self._list = column(spacing=10)
        self._area = scrolled(held(column(self._list, None, margins=(0, 0, 8, 0))))
        self._area.hide()
        line = row(Picture("warn", "warn", 18), self.count, (self.first, 4), None, self.toggle, spacing=10)
        self.setLayout(column(line, self._area, margins=(16, 8, 12, 8)))
        self.hide()

    def show_questions(self, found: Sequence[Question]) -> None:
        """Show these questions, the weightiest first; with none the card goes."""
        groups = group_questions(found)
        if groups == self._shown:
            return
        self._shown = groups
        self.setVisible(bool(groups))
        title = pluralize(len(groups), "1 question about how the file was read", "{n} questions about how the file was read")
        self.count.setText(title)
        self.first.setText(groups[0].message if groups else "")
        if not groups:
            self._area.hide()
        self._fill()

    def _toggle(self) -> None:
        self._area.setVisible(self._area.isHidden())
        self._fill()

    def _fill(self) -> None:
        is_open = not self._area.isHidden()
        self.toggle.setText(self.tr("Hide") if is_open else self.tr("Decide"))
        self.first.setVisible(not is_open)
        clear(self._list)
        for at, group in enumerate(self._shown if is_open else ()):
            self._list.addWidget(QuestionCard(at, group, self._decide))
        self._area.setFixedHeight(self.fontMetrics().lineSpacing() * min(_LINES_OF_ONE * len(self._shown), _LINES))
