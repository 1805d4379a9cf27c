"""The answer to one row: the contributions of its inputs, what-if curves, and inputs that were kept to compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.evaluation import Outcome, Playground
from mlops_desktop.engine.process import ExplainRow, RowExplanation
from mlops_desktop.engine.project import KeptInput, digest, read_inputs, write_inputs
from mlops_desktop.serving.column import ValidationIssue
from mlops_desktop.ui.panels.app.answer_card import AnswerCard
from mlops_desktop.ui.panels.app.explanation_card import WhyCard
from mlops_desktop.ui.panels.app.saved_inputs_card import KeptCard, compared
from mlops_desktop.ui.panels.app.what_if_card import WhatIfCard
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.translation import error_text, translated
from mlops_desktop.ui.widgets.basic import column, row

EXPLAIN_MS = 60  # after the answer
PATIENCE_S = 0.08  # an explanation that would take longer is worked out by the child process


class AnswerPage(QWidget):
    """`row_asked`: a kept input is to be shown in the form again."""

    row_asked = Signal(dict)

    def __init__(self, controller: ProjectController, stage: str) -> None:
        super().__init__()
        self.controller, self._stage = controller, stage
        self.playground: Playground | None = None
        self.outcome: Outcome | None = None  # the last row that was tried
        self._model = ""  # the key of its scorer
        self._sent: dict[str, Any] = {}  # that row as the form had it
        self.ends = (0.0, 0.0)  # where answers that are numbers lay in training
        self._column = ""
        self._kept: list[KeptInput] = []
        self._explaining = QTimer(self)
        self._explaining.setSingleShot(True)
        self._explaining.setInterval(EXPLAIN_MS)
        self._explaining.timeout.connect(self._explain)
        title = self.tr("Explaining the answer")
        self._explanation: Query[RowExplanation] = Query(controller, owner="app.why", title=title, parent=self)
        self._explanation.changed.connect(self._show_explanation)
        self.card = AnswerCard(name="answer")
        self.why, self.what_if = WhyCard(name="why"), WhatIfCard(name="what_if")
        self.kept = KeptCard(name="kept")
        self.setLayout(column(self.card, (row((self.why, 1), (self.what_if, 1), spacing=12), 1), self.kept, spacing=12))
        self.what_if.column_picked.connect(self._pick_column)
        self.card.keep_asked.connect(self.keep_input)
        self.kept.load_asked.connect(self._load_kept)
        self.kept.remove_asked.connect(self._remove_kept)

    def take(self, playground: Playground, key: str, name: str, order: list[str]) -> None:
        """Another model answers from now on: that of a `key`; `order` of its columns, the most important first."""
        self.playground, self._model = playground, key
        curves = playground.curve_columns(order)
        self._column = self._column if self._column in curves else next(iter(curves), "")
        self.what_if.show_columns([playground.scorer.schema.column(name) for name in curves], self._column)
        self.card.show_model(playground.scorer, name, self.controller.project.refit)
        self._kept = read_inputs(self.controller.folder) if self.controller.folder else []
        self.ends = (playground.usual, playground.usual)

    def forget(self) -> None:
        """There is no model."""
        self.playground = self.outcome = None

    def show_row(self, values: dict[str, Any]) -> Outcome | None:
        """Answer a row, and show all of it; None without a model."""
        self._explaining.stop()
        if self.playground is None:
            return None
        self._sent, self.outcome = values, self.playground.answer(values)
        found = self.outcome
        if found.answer is None:
            self._refuse(found.errors)
            return found
        self.show_answer()
        self.card.show_messages([("warn", translated(one.message)) for one in found.warnings])
        self._show_curve()
        self._show_kept()
        self._explaining.start()
        return found

    def show_answer(self) -> None:
        """Show the answer to the last row, if it has one."""
        if self.playground is None or self.outcome is None or self.outcome.answer is None:
            return
        note = self.controller.project.columns.get(self.playground.scorer.target)
        self.card.show_answer(self.playground.scorer, self.outcome.answer, note.unit if note else "", self.ends, self.playground.usual)

    def _refuse(self, errors: Sequence[ValidationIssue]) -> None:
        self.card.show_refused(translated(errors[0].message))
        self.card.show_messages([("err", translated(one.message)) for one in errors[1:]])
        self.why.show_working(self.tr("There is no prediction to explain."))
        self.what_if.show_nothing(self.tr("There is no prediction to start from."))

    def _pick_column(self, name: str) -> None:
        self._column = name
        self._show_curve()

    def _show_curve(self) -> None:
        if self.playground is None or self.outcome is None or self.outcome.answer is None:
            return
        if not self._column:
            unused = self.tr("This model uses no column: no input changes the prediction.")
            self.what_if.show_nothing(self.tr("No input can be varied.") if self.playground.scorer.used_sources else unused)
            return
        try:
            curve = self.playground.curve(self.outcome, self._column)
        except UserError as error:
            self.what_if.show_nothing(error_text(error))
            return
        self.what_if.show_curve(self.playground.scorer, curve, self.outcome.row[self._column], self.outcome.answer.value)

    def _explain(self) -> None:
        playground, outcome = self.playground, self.outcome
        if playground is None or outcome is None or outcome.answer is None:
            return
        if playground.seconds_to_explain(outcome.row) < PATIENCE_S:
            self._explanation.want("")
            one = playground.explain(outcome)
            parts = [(part.field, part.contribution) for part in one.contributions]
            self.why.show_parts(playground.scorer, one.about, one.base, one.answer, parts, outcome.row, self._words(playground, outcome))
            return

        if not self.why.parts:
            self.why.show_working(self.tr("Working out the contributions …"))
        self._explanation.want(self._row_key(outcome), ExplainRow(*self.controller.inputs, dict(outcome.row)))
        self._show_explanation()

    def _row_key(self, outcome: Outcome) -> str:
        return digest(self._model, dict(outcome.row))

    def _show_explanation(self) -> None:
        """The explanation of the row that is shown, by the child process."""
        found, playground, outcome = self._explanation.value, self.playground, self.outcome
        if found is not None and playground is not None and outcome is not None and self._explanation.key == self._row_key(outcome):
            words = self._words(playground, outcome)
            self.why.show_parts(playground.scorer, found.about, found.base, found.answer, found.contributions, outcome.row, words)

    def _words(self, playground: Playground, outcome: Outcome) -> dict[str, list[tuple[str, float]]]:
        """What the words of each text that the model uses add to the answer."""
        texts = [one.name for one in playground.scorer.schema.columns if one.type == "text" and one.name in playground.scorer.used_sources]
        return {name: playground.words(outcome, name) for name in texts}

    # ---- kept inputs

    def keep_input(self) -> None:
        """Keep the values of the form, to compare."""
        number = 1 + max((int(last) for one in self._kept if (last := one.name.rpartition(" ")[2]).isdecimal()), default=0)
        self._store_kept([*self._kept, KeptInput(self.tr("Input {number}").format(number=number), self._sent)])

    def _store_kept(self, kept: list[KeptInput]) -> None:
        assert self.controller.folder is not None
        try:
            write_inputs(self.controller.folder, kept)
        except UserError as error:
            self.controller.banner.emit("err", error_text(error), self._stage)
            return
        self._kept = read_inputs(self.controller.folder)
        self._show_kept()

    def _load_kept(self, at: int) -> None:
        self.row_asked.emit(self._kept[at].row)

    def _remove_kept(self, at: int) -> None:
        self._store_kept([one for i, one in enumerate(self._kept) if i != at])

    def _show_kept(self) -> None:
        if self.playground is None or self.outcome is None or self.outcome.answer is None:
            return
        usual = self.playground.typical()
        found = self.playground.answers([{name: one.row.get(name, usual[name]) for name in usual} for one in self._kept])
        self.kept.show_inputs(
            [compared(self.playground, one.name, each, self.outcome) for one, each in zip(self._kept, found, strict=True)]
        )
