"""The goals of stage 1 beside what was measured: met or not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from mlops_desktop.engine.evaluation import Acceptance
from mlops_desktop.ui.widgets.basic import Button, clear, column, heading, label, row, set_property
from mlops_desktop.ui.widgets.cards import FindingRow


class GoalsMet(QFrame):
    """`asked`: a person wants to set goals."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.verdict = label("", "caption", pill="mute")
        self.verdict.setObjectName("goals_verdict")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self._set = Button(self.tr("Change goals"), self.asked.emit, name="set_goals", kind="link")
        self._shown: Acceptance | None = None
        self.setLayout(
            column(row(heading(self.tr("Goals")), self.verdict, None, self._set), self._rows, None, margins=(16, 10, 12, 14), spacing=8)
        )

    def show_goals(self, found: Acceptance | None) -> None:
        """Show the answer of `engine.evaluation.check`; None while the held-out test set is not used."""
        if found is not None and found == self._shown:
            return
        self._shown = found
        clear(self._rows)
        goals = found.goals if found else ()
        if found is None:
            self._show_message(self.tr("Goals are checked on the held-out test set, when it is used."), "", "mute")
        elif not goals:
            self._show_message(self.tr("No goal is set."), "", "mute")
        else:
            met = sum(goal.passed for goal in goals)
            self._show_message("", self.tr("{met} of {all} met").format(met=met, all=len(goals)), "ok" if met == len(goals) else "err")
        for goal in goals:
            state = self.tr("Met") if goal.passed else self.tr("Not measured") if goal.measured is None else self.tr("Not met")
            self._rows.addWidget(FindingRow("ok" if goal.passed else "err", state, goal.message, name=f"goal_met_{goal.goal}"))

    def _show_message(self, sentence: str, verdict: str, tone: str) -> None:
        if sentence:
            self._rows.addWidget(label(sentence, "small", tone="2", wrap=True))
        self.verdict.setText(verdict)
        self.verdict.setVisible(bool(verdict))
        set_property(self.verdict, "pill", tone)
