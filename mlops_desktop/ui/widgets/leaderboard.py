"""The leaderboard: runs from best to worst, ties shown as ties, the baseline always beneath them, what is running and what failed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.metric import Metric
from mlops_desktop.base.number_format import MINUS
from mlops_desktop.engine.choices import BASELINE
from mlops_desktop.engine.training import (
    FoldProgress,
    OtherSplit,
    Run,
    TrainingEvent,
    TrialStarted,
    board_order,
    first_runs,
    parameter_text,
    pipeline_differences,
    ranked,
    run_differences,
    tied_runs,
)
from mlops_desktop.serving.message import msg
from mlops_desktop.ui.translation import formatted, quoted, translated
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable

MOST_ROWS = 250  # of the best runs: nobody looks for one among thousands


@dataclass(frozen=True)
class Running:
    """The trial that is being worked on: what it tries, and how far it is."""

    label: str
    fold: int = 0
    folds: int = 0

    @staticmethod
    def after(now: Running | None, event: TrainingEvent) -> Running | None:
        """What goes on after the search handed over an event."""
        if isinstance(event, TrialStarted):
            return Running(translated(event.label))
        if isinstance(event, FoldProgress):
            return replace(now, fold=event.fold, folds=event.folds) if now is not None else None
        return None


def model_text(run: Run, first: Run | None) -> tuple[str, str]:
    """A run's algorithm with what differs from the defaults and from the `first` run of that algorithm, shortly; and every parameter of the
    algorithm with what differs in its pipeline, for a tooltip.
    """
    try:
        component = run.component()
    except UserError:  # of a version with other parameters
        every = []
    else:
        params = component.params().items()
        every = [
            translated(msg("{label}: {value}", label=p.label, value=parameter_text(p, getattr(component, name)))) for name, p in params
        ]
    name = translated(run.label)
    short, whole = translated(run_differences(run, first)), translated(pipeline_differences(run, first))
    return ", ".join([name, *short]), "\n".join([name, *every, *whole])


def spent(seconds: float) -> str:
    """A time as people read it: 0.3 s, 42 s, 3 min 20 s."""
    if seconds < 60:
        return f"{formatted(seconds, '.1f' if seconds < 9.95 else '.0f')} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


class Leaderboard(RowsTable):
    """A row for each run; its id is the run's. What is running and a baseline that was not tried have the ids `running` and `baseline`."""

    def __init__(self) -> None:
        super().__init__(_columns(QCoreApplication.translate("Leaderboard", "Score")), name="leaderboard", title=self.tr("Leaderboard"))
        self._texts: dict[tuple[str, str], tuple[str, str]] = {}  # by the id of a run and of the first run of its algorithm
        self._firsts: dict[str, Run] = {}
        self._decimals = 4
        self._others: Mapping[str, OtherSplit] = {}
        self._metric: Metric | None = None

    def show_board(
        self,
        runs: Sequence[Run],
        metric: Metric | None,
        *,
        chosen: str = "",
        running: Running | None = None,
        stale: bool = False,
        others: Mapping[str, OtherSplit] | None = None,
    ) -> None:
        """Show the runs of one board. `chosen`: the id that a person chose ("" for the best); `stale`: they are of earlier decisions.
        `others` are scores by the other way of validation by the id of the run, in a column of their own beside the score.
        """
        self._others, self._metric = others or {}, metric
        title = self.tr("{metric} (CV)").format(metric=translated(metric.label) if metric else self.tr("Score"))
        columns = [*_columns(title)[:2], *self._other_column(), *_columns(title)[2:]]
        if [one.title for one in self.rows_model.columns] != [one.title for one in columns]:
            self.show_columns(columns)
        self._firsts = first_runs(runs)
        order = board_order(run for run in runs if run.algorithm_id != BASELINE)
        base = [run for run in runs if run.algorithm_id == BASELINE]
        done = ranked([*order, *base])
        order = order[:MOST_ROWS] if chosen in ("", *(run.id for run in order[:MOST_ROWS])) else order
        best = done[0] if done else None
        tied = tied_runs(done)
        span = _span(done, base)
        self._decimals = _decimals(metric.shown(span[1]) if metric else span[1])
        rows = [self._running(running)] if running is not None else []  # on top, where it can be seen
        rows += [
            self._row(run, metric, span, self._status(run, best, run.id in tied, chosen, running is not None, stale), best, stale)
            for run in order
        ]
        rows += [self._row(run, metric, span, Cell(self._base_status(run, chosen, best), tone="2"), best, stale) for run in base]
        if not base and not stale:
            rows.append(Row("baseline", [Cell(self.tr("Baseline"), tone="3"), "", "", "", "", Cell(self.tr("Not tried yet"), tone="3")]))
        self.show_rows([self._with_other(one) for one in rows])
        current = chosen or (best.id if best and not stale else "")
        self.select([current] if current else [])

    def _other_column(self) -> list[RowColumn]:
        first = next(iter(self._others.values()), None)
        if first is None:
            return []
        columns = ", ".join(map(quoted, first.columns))
        if first.shuffled:
            tip = self.tr("The score if rows were drawn at random instead of by {columns}: too good where rows of the same time are alike.")
            title = self.tr("At random")
        else:
            tip = self.tr("The score by blocks of time ({columns}), each predicted from the others: nearer to what the future will show.")
            title = self.tr("By time")
        return [RowColumn(title, "right", tabular=True, width=78, tip=tip.format(columns=columns))]

    def _with_other(self, row: Row) -> Row:
        """A row with the score by the other way of validation, where the board shows it."""
        if not self._others:
            return row
        other = self._others.get(row.id)
        score = None if other is None else other.score
        shown = "" if score is None else self._score_text(self._metric.shown(score) if self._metric else score)
        few = self.tr("By {count} of the folds only, as the model is slow.")
        tip = few.format(count=other.folds) if other is not None and other.folds else ""
        cell = Cell(shown, tone="warn" if other is not None and other.clearly_worse else "", tip=tip)
        return replace(row, cells=[*row.cells[:2], cell, *row.cells[2:]])

    def _row(self, run: Run, metric: Metric | None, span: tuple[float, float], status: Cell, best: Run | None, stale: bool) -> Row:
        first = self._firsts[run.algorithm_id]
        if (run.id, first.id) not in self._texts:
            self._texts[run.id, first.id] = model_text(run, first)
        text, tip = self._texts[run.id, first.id]
        time, features = self.tr("Fit time"), self.tr("Features")  # where there is no space for their columns
        tip = f"{tip}\n{time}: {spent(run.seconds)}\n{features}: {formatted(run.features)}"
        if run.score is None:
            return Row(run.id, [Cell(text, tip=tip, tone="2"), "", "", spent(run.seconds), "", status], tone="3" if stale else "")
        shown = metric.shown(run.score) if metric else run.score
        low, high = span
        bar = max(0.02, (run.score - low) / (high - low)) if high > low else 1.0
        sd = "–" if run.std is None or not math.isfinite(run.std) else self._score_text(run.std)
        folds = ", ".join(self._score_text(metric.shown(score) if metric else score) for score in run.fold_scores)
        cells: list[Cell | str] = [
            Cell(text, tip=tip),
            Cell(self._score_text(shown), bar=bar, tip=self.tr("Fold by fold: {scores}").format(scores=folds)),
            sd,
            spent(run.seconds),
            formatted(run.features),
            status,
        ]
        return Row(run.id, cells, strong=best is not None and run.id == best.id and not stale, tone="3" if stale else "")

    def _score_text(self, value: float) -> str:
        return formatted(value, f",.{self._decimals}f").replace("-", MINUS) if math.isfinite(value) else "–"

    def _status(self, run: Run, best: Run | None, tied: bool, chosen: str, running: bool, stale: bool) -> Cell:
        reason = translated(run.reason)
        if run.status == "stopped":
            return Cell(self.tr("Stopped early"), tone="3", tip=reason)
        if run.status != "done" or run.score is None:
            return Cell(self.tr("Failed: {reason}").format(reason=reason), tone="err", tip=reason, icon="warn")
        if stale:
            return Cell(self.tr("Out of date"), tone="3")
        if chosen == run.id and not (best and best.id == run.id):
            return Cell(self.tr("Chosen by you"), tone="accent", icon="check")
        if best is not None and run.id == best.id:
            return Cell(self.tr("Best so far") if running else self.tr("Best"), tone="ok", tip=reason, icon="star")
        if tied:
            tip = self.tr("No clear difference to the best: it may be chance (paired test over the folds, 95 %).")
            return Cell(self.tr("Tied"), tone="2", tip=tip)
        if reason:
            return Cell(self.tr("Done, with a note"), tone="2", tip=reason, icon="info")
        return Cell(self.tr("Done"), tone="2")

    def _base_status(self, run: Run, chosen: str, best: Run | None) -> str:
        if run.score is None:
            return self.tr("Failed: {reason}").format(reason=translated(run.reason))
        if chosen == run.id:
            return self.tr("Baseline, chosen")
        return self.tr("Baseline, and nothing beats it") if best is not None and best.id == run.id else self.tr("Baseline")

    def _running(self, running: Running) -> Row:
        at = self.tr("Fold {fold} of {folds}").format(fold=running.fold, folds=running.folds) if running.folds else self.tr("Starting")
        return Row("running", [translated(running.label), "", "", Cell(self.tr("running"), tone="2"), "", Cell(at, tone="accent")])


def _columns(score: str) -> list[RowColumn]:
    tr = QCoreApplication.translate
    return [
        RowColumn(tr("Leaderboard", "Model"), stretch=True, width=190, middle=True),
        RowColumn(score, bar=True, width=190, tip=tr("Leaderboard", "Mean over the folds; the bar runs from the baseline to the best.")),
        RowColumn(
            tr("Leaderboard", "± sd"), "right", tabular=True, width=62, tip=tr("Leaderboard", "Standard deviation between the folds.")
        ),
        RowColumn(tr("Leaderboard", "Fit time"), "right", tabular=True, width=68, optional=True),
        RowColumn(tr("Leaderboard", "Features"), "right", tabular=True, width=72, optional=True),
        RowColumn(tr("Leaderboard", "Status"), width=104),
    ]


def _span(done: Sequence[Run], base: Sequence[Run]) -> tuple[float, float]:
    """What the bars run from and to: from the baseline (or the worst) to the best."""
    scores = [run.score for run in done if run.score is not None]
    if not scores:
        return 0.0, 0.0
    known = [run.score for run in base if run.score is not None]
    return (known[0] if known else min(scores)), max(scores)


def _decimals(best: float) -> int:
    """Decimals that show about four digits of the best score."""
    return max(0, 4 - len(str(int(abs(best))))) if abs(best) >= 1 else 4
