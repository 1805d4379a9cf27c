"""The leaderboard with its counts, and the tuning history."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame

from mlops_desktop.base.metric import Metric
from mlops_desktop.engine.choices import BASELINE
from mlops_desktop.engine.evaluation import SelectionEstimate, selection_note
from mlops_desktop.engine.training import Run
from mlops_desktop.ui.translation import format_number, pluralize, translated
from mlops_desktop.ui.widgets.basic import Button, column, heading, label, row
from mlops_desktop.ui.widgets.charts import ScatterChart
from mlops_desktop.ui.widgets.leaderboard import Leaderboard


class BoardCard(QFrame):
    """The leaderboard; `best` is the button that takes the best model again."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.count = label("", "small", pill="accent")
        self.count.setObjectName("board_count")
        tip = self.tr("The best model is always the chosen one, also when a better one is found later.")
        self.best = Button(self.tr("Use the best again"), name="take_best", kind="link", icon="star", tip=tip)
        self.board = Leaderboard()
        self.hint = label(self.tr("Select a row to continue with that model instead of the best."), "caption", tone="3", wrap=True)
        head = row(heading(self.tr("Leaderboard")), self.count, None, self.best)
        self.setLayout(column(head, (self.board, 1), self.hint, margins=(16, 10, 12, 10), spacing=8))
        self.setMinimumHeight(210)

    def show_counts(self, runs: Sequence[Run], metric: Metric | None, expected: SelectionEstimate | None, *, by_hand: bool) -> None:
        """Show how many trials are done, the score of the baseline and what is expected of the best; `by_hand`: a person chose another."""
        done = sum(run.status == "done" for run in runs)
        self.count.setText(trials_text(done) if done == len(runs) else self.tr("{done} of {all} done").format(done=done, all=len(runs)))
        self.count.setVisible(bool(runs))
        self.best.setVisible(by_hand)
        base = next((run for run in runs if run.algorithm_id == BASELINE and run.score is not None), None)
        message = self.tr("Select a row to continue with that model instead of the best.")
        if base is not None and base.score is not None and metric is not None:
            text = self.tr("Without any model (baseline): {metric} {score}.")
            message = f"{text.format(metric=translated(metric.label), score=format_number(metric.shown(base.score)))} {message}"
        if expected is not None and metric is not None:
            message = f"{translated(selection_note(expected, metric.id))}\n{message}"
        self.hint.setText(message)
        self.hint.setVisible(bool(runs))


class HistoryCard(QFrame):
    """The score of each trial, in the order in which they were made."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.chart = ScatterChart(
            self.tr("Tuning history"), name="tuning_history", empty=self.tr("Each trial is a point here."), x_label=self.tr("trial")
        )
        head = row(heading(self.tr("Tuning history")), None, self.chart.tools)
        self.setLayout(column(head, (self.chart, 1), margins=(16, 10, 12, 8), spacing=8))
        self.setMinimumHeight(220)

    def show_runs(self, runs: Sequence[Run], metric: Metric | None, *, planned: int) -> None:
        """Show the scores of runs; `planned` trials have their place on the axis."""
        scores = [metric.shown(run.score) if metric and run.score is not None else run.score for run in runs]
        self.chart.y_label = translated(metric.label) if metric else ""
        self.chart.show_history(scores, more_is_better=metric is None or not metric.is_error, planned=planned)


def trials_text(count: int) -> str:
    """A number of trials as text."""
    return pluralize(count, "1 trial", "{n} trials")
