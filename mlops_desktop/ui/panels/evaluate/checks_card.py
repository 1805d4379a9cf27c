"""The checks of the chosen model: those in doubt with what was found and what to do, the passed ones in one line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QFrame, QVBoxLayout

from mlops_desktop.engine.diagnostics import CheckFacts, CheckResult, check_questions, run_checks
from mlops_desktop.engine.evaluation import Evaluation
from mlops_desktop.engine.process import MeasureChecks
from mlops_desktop.engine.questions import QuestionGroup, answer_questions
from mlops_desktop.engine.training import Run
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.translation import pluralize, translated
from mlops_desktop.ui.widgets.basic import clear, column, heading, label, row, set_property
from mlops_desktop.ui.widgets.cards import FindingRow
from mlops_desktop.ui.widgets.question_card import QuestionCard

DECIDE, SHOW = "decide", "show"


class ChecksCard(QFrame):
    """What was asked about in an earlier stage already is decided there."""

    def __init__(self, controller: ProjectController) -> None:
        super().__init__()
        self.setObjectName("card")
        self._controller = controller
        self._found: Query[CheckFacts] = Query(
            controller,
            owner="evaluate.checks",
            title=self.tr("Checking the model"),
            parent=self,
            read=lambda key: controller.result(key, CheckFacts),
            long=True,
        )
        self._found.changed.connect(self._show_found)
        self.verdict = label("", "caption", pill="mute")
        self.verdict.setObjectName("checks_verdict")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self._shown: tuple[CheckResult, ...] | None = None
        self._open = ""  # the check whose question, or the passed ones whose figures are shown
        self.setLayout(column(row(heading(self.tr("Checks")), self.verdict, None), self._rows, None, margins=(16, 10, 12, 14), spacing=8))
        self.show_checks(())

    def show_run(self, run: Run) -> None:
        """Show the checks of a run; they are measured when they were not and nothing else is worked on."""
        controller = self._controller
        self._found.want(controller.keys.checks(run.id), MeasureChecks(*controller.inputs), ask=not controller.jobs.busy)
        self._show_found()

    def _show_found(self) -> None:
        facts, controller = self._found.value, self._controller
        if facts is None or controller.folder is None:
            self.show_checks(())
            return
        measured = controller.result(controller.keys.evaluation(facts.run), Evaluation)
        held_out = None if measured is None else measured.metric(controller.project.metric)
        self.show_checks(run_checks(facts, controller.project, controller.runs.measured_runs(controller.keys.split), held_out))

    def show_checks(self, found: Sequence[CheckResult]) -> None:
        """Show these results; none while they are not known."""
        if self._shown == tuple(found):
            return
        self._shown = tuple(found)
        self._fill()

    def _fill(self) -> None:
        found = self._shown or ()
        clear(self._rows)
        doubts = [one for one in found if one.verdict != "passed"]
        left = sum(one.open for one in found)
        text = pluralize(left, "1 in doubt", "{n} in doubt") if left else self.tr("none in doubt")
        self.verdict.setText(text)
        self.verdict.setVisible(bool(found))
        worst = "err" if any(one.open and one.verdict == "failed" for one in found) else "warn"
        set_property(self.verdict, "pill", worst if left else "ok")
        if not found:
            text = self.tr("Whether the figures can be trusted is checked when nothing else is worked on.")
            self._rows.addWidget(label(text, "small", tone="2", wrap=True))
            return
        for one in doubts:
            self._add_doubt(one)
        self._add_passed([one for one in found if one.verdict == "passed"])

    def _add_doubt(self, one: CheckResult) -> None:
        states = {"failed": self.tr("Failed"), "doubtful": self.tr("Doubtful")}
        state, sign = states[one.verdict], {"failed": "err", "doubtful": "warn"}[one.verdict]
        text = f"{translated(one.message)} {translated(one.remedy)}"
        if one.accepted is not None:
            state, sign = self.tr("Accepted"), "info"
            text = translated(one.message)
            if one.accepted:
                text = self.tr("{finding} Your reason: {reason}").format(finding=text, reason=one.accepted)
        shown = FindingRow(
            sign,
            f"{state}: {translated(one.title)}",
            text,
            [(DECIDE, self.tr("Decide …"))] if one.open else [],
            name=f"check_{one.id}",
        )
        shown.acted.connect(partial(self._decide, one))
        self._rows.addWidget(shown)
        if self._open == one.id and one.open:
            self._rows.addWidget(QuestionCard(0, QuestionGroup(tuple(check_questions([one]))), self._answer))

    def _add_passed(self, passed: Sequence[CheckResult]) -> None:
        if not passed:
            return
        wide = self._open == SHOW
        text = pluralize(len(passed), "1 passed", "{n} passed")
        titles = "" if wide else " · ".join(translated(one.title) for one in passed)
        link = self.tr("Hide figures") if wide else self.tr("Show figures")
        summary = FindingRow("ok", text, titles, [(SHOW, link)], name="check_passed")
        summary.acted.connect(self._toggle)
        self._rows.addWidget(summary)
        for one in passed if wide else ():
            title = self.tr("Passed: {title}").format(title=translated(one.title))
            self._rows.addWidget(FindingRow("ok", title, translated(one.message), name=f"check_{one.id}"))

    def _toggle(self, part: str) -> None:
        self._open = "" if self._open == part else part
        self._fill()

    def _decide(self, one: CheckResult, _: str) -> None:
        if one.asked_in:
            self._controller.go_to.emit(one.asked_in)
        else:
            self._toggle(one.id)

    def _answer(self, group: QuestionGroup, option: str, reason: str) -> None:
        """An answer is one edit, with undo."""
        self._open = ""
        self._controller.put(translated(group.message), answer_questions(self._controller.project, group.questions, option, reason))
