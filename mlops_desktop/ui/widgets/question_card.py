"""A question as a card: what is in doubt, why, and a button for each way to decide."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QFrame, QLineEdit

from mlops_desktop.engine.questions import ACCEPT, Option, Question
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Button, Weight, card, column, label, row

Decide = Callable[[Question, str, str], object]  # the question, the id of the option, the reason


class QuestionCard(QFrame):
    """One question, in the window's language. Leaving things as they are needs a reason, so the button for it waits for one."""

    def __init__(self, at: int, question: Question, decide: Decide) -> None:
        super().__init__()
        question = translated(question)
        self._question, self._decide = question, decide
        title = label(question.message, "body", weight=Weight.DemiBold, wrap=True)
        evidence = label(question.evidence, "small", tone="2", wrap=True)
        self.reason = QLineEdit()
        self.reason.setObjectName(f"question_{at}_reason")
        self.reason.setAccessibleName(self.tr("Why it is right as it is"))
        self.reason.setPlaceholderText(self.tr("Why it is right as it is"))
        self._accept: Button | None = None
        buttons = []
        for option in question.options:
            button = Button(option.label, partial(self._chosen, option), name=f"question_{at}_{option.id}")
            button.setToolTip(option.consequence)
            if option.id == ACCEPT:
                self._accept = button
                button.setEnabled(False)
            else:
                buttons.append(button)
        self.reason.textChanged.connect(self._reason_changed)
        self.reason.returnPressed.connect(self._accept_written)
        accept = row((self.reason, 1), self._accept) if self._accept else row((self.reason, 1))
        self.setLayout(column(card(title, evidence, row(*buttons, None) if buttons else None, accept)))

    def _reason_changed(self, text: str) -> None:
        if self._accept is not None:
            self._accept.setEnabled(bool(text.strip()))

    def _accept_written(self) -> None:
        """Enter accepts for the reason that was written."""
        if self._accept is not None and self._accept.isEnabled():
            self._accept.click()

    def _chosen(self, option: Option) -> None:
        self._decide(self._question, option.id, self.reason.text())
