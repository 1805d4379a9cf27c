"""The leaderboard with its counts, and the tuning history."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from mlops_desktop.base.metric import Metric
from mlops_desktop.engine.choices import BASELINE
from mlops_desktop.engine.evaluation import FormerComparison, SelectionEstimate, selection_note
from mlops_desktop.engine.metrics import METRICS
from mlops_desktop.engine.training import Run, tied_runs
from mlops_desktop.ui.translation import format_number, formatted, pluralize, translated
from mlops_desktop.ui.widgets.basic import Button, column, heading, label, row, set_property
from mlops_desktop.ui.widgets.charts import ScatterChart
from mlops_desktop.ui.widgets.leaderboard import Leaderboard


class BoardCard(QFrame):
    """The leaderboard; `best` is the button that takes the best model again. `use_asked` brings the run that a person wants to use."""

    use_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.count = label("", "small", pill="accent")
        self.count.setObjectName("board_count")
        tip = self.tr("The best model is always the chosen one, also when a better one is found later.")
        self.best = Button(self.tr("Use the best again"), name="take_best", kind="link", icon="star", tip=tip)
        self.use = Button(self.tr("Use this model"), self._use, name="use_model", icon="check")
        self.board = Leaderboard()
        self.former = label("", "small", wrap=True)
        self.former.setObjectName("former_model")
        self.former.hide()
        self.hint = label("", "caption", tone="3", wrap=True)
        self._usable: list[str] = []  # runs that can be used instead of the one in use
        self._in_use = self._selected = ""  # runs; what a person selected stays selected until another one is in use
        self.board.chosen.connect(self._select)
        head = row(heading(self.tr("Leaderboard")), self.count, None, self.best, self.use)
        self.setLayout(column(head, (self.board, 1), self.former, self.hint, margins=(16, 10, 12, 10), spacing=8))
        self.setMinimumHeight(210)

    def show_selected(self, runs: Sequence[Run], in_use: Run | None) -> None:
        """Select the row that a person selected, else that of the run in use; `runs` are those that can be used."""
        now = in_use.id if in_use is not None else ""
        if now != self._in_use:
            self._in_use, self._selected = now, ""
        self._usable = [run.id for run in runs if run.score is not None and run.id != now]
        if self._selected in {one.id for one in self.board.rows_model.rows}:
            self.board.select([self._selected])
        self.use.setVisible(bool(self._usable))
        self._show_button()

    def _select(self, ids: Sequence[str]) -> None:
        """A row was selected, to look at: nothing is decided by it."""
        self._selected = ids[0] if ids else ""
        self._show_button()

    def _show_button(self) -> None:
        usable = self._selected in self._usable
        self.use.setEnabled(usable)
        self.use.setToolTip("" if usable else self.tr("Select another trained model in the table first."))

    def _use(self) -> None:
        self.use_asked.emit(self._selected)

    def show_former(self, found: FormerComparison | None, reason: str, change: str = "") -> None:
        """Show how the model before the data changed compares with the one in use; None: not known, for a `reason` ("" for none). `change`
        says which change that was.
        """
        text, tone = reason, "3"
        if found is not None and (metric := METRICS.get(found.metric)) is not None:
            text = self.tr("{change}: {metric} {former} before ({model}), {now} now, on {rows} training rows that are new to both. ")
            text = text.format(
                change=change,
                metric=translated(metric.label),
                former=format_number(metric.shown(found.former)),
                model=translated(found.label),
                now=format_number(metric.shown(found.now)),
                rows=formatted(found.rows),
            )
            better, worse = found.low > 0, found.high < 0
            text += self.tr("It is better.") if better else self.tr("It is worse.") if worse else self.tr("The difference may be chance.")
            tone = "ok" if better else "warn" if worse else "2"
        self.former.setText(text)
        self.former.setVisible(bool(text))
        set_property(self.former, "tone", tone)

    def show_counts(self, runs: Sequence[Run], metric: Metric | None, expected: SelectionEstimate | None, *, by_hand: bool) -> None:
        """Show how many trials are done, the score of the baseline and what is expected of the best; `by_hand`: a person chose another."""
        done = sum(run.status == "done" for run in runs)
        stopped = sum(run.status == "stopped" for run in runs)
        text = self.tr("{done} of {all} done, {stopped} stopped early") if stopped else self.tr("{done} of {all} done")
        self.count.setText(trials_text(done) if done == len(runs) else text.format(done=done, all=len(runs), stopped=stopped))
        self.count.setVisible(bool(runs))
        self.best.setVisible(by_hand)
        base = next((run for run in runs if run.algorithm_id == BASELINE and run.score is not None), None)
        message = self.tr("To go on with another model than the best, select its row and press “Use this model”.")
        if base is not None and base.score is not None and metric is not None:
            text = self.tr("Without any model (baseline): {metric} {score}.")
            message = f"{text.format(metric=translated(metric.label), score=format_number(metric.shown(base.score)))} {message}"
        if expected is not None and metric is not None:
            message = f"{translated(selection_note(expected, metric.id, tied=len(tied_runs(runs))))}\n{message}"
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
