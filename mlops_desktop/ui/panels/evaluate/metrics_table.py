"""Every metric of an evaluation: its value with an interval, beside the baseline's, and what it means in one sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from mlops_desktop.base.metric import Metric
from mlops_desktop.base.number_format import MINUS
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.evaluation import Evaluation, MetricResult
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.ui.translation import format_number, formatted, translated
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable


def score_text(value: float | None, decimals: int) -> str:
    """A score for reading: with these decimals while it is small, so that figures line up; with four digits where it is large."""
    if value is None or not math.isfinite(value) or abs(value) >= 10:
        return format_number(value)
    return formatted(value + 0.0, f".{decimals}f").replace("-", MINUS)


def by_id(task: str) -> dict[str, Metric]:
    """The metrics of a task by their ids."""
    return {metric.id: metric for metric in metrics_for(task)}


def between(result: MetricResult, metric: Metric | None) -> str:
    """The interval of a result as people read it: "0.82 to 0.86"; "–" when there is none."""
    if result.low is None or result.high is None:
        return "–"
    low, high = sorted(metric.shown(value) if metric else value for value in (result.low, result.high))
    return QCoreApplication.translate("Metrics", "{low} to {high}").format(low=score_text(low, 3), high=score_text(high, 3))


def baseline(result: MetricResult, metric: Metric | None) -> str:
    """The baseline's value as people write it."""
    value = result.baseline
    return score_text(metric.shown(value) if metric and value is not None else value, 3)


def leading(found: Evaluation, metric: str, count: int) -> list[MetricResult]:
    """The results that are first: of the project's metric, then the usual ones of the task, then its others; at most `count`."""
    results = {result.id: result for result in found.metrics}
    wanted = dict.fromkeys([metric, *task_spec(found.task).leading, *results])
    return [results[id_] for id_ in wanted if id_ in results][:count]


class MetricsTable(RowsTable):
    """A row for each metric."""

    def __init__(self) -> None:
        tr = QCoreApplication.translate
        columns: Sequence[RowColumn] = [
            RowColumn(tr("Metrics", "Metric")),
            RowColumn(tr("Metrics", "Value"), "right", tabular=True, width=72),
            RowColumn(tr("Metrics", "95 % interval"), "right", tabular=True, width=124),
            RowColumn(tr("Metrics", "Baseline"), "right", tabular=True, width=74),
            RowColumn(tr("Metrics", "Meaning"), stretch=True, width=200),
        ]
        super().__init__(columns, name="metrics", title=self.tr("Metrics"), selectable=False)

    def show_evaluation(self, found: Evaluation, metric: str) -> None:
        """Show every metric of an evaluation; the project's comes first and stands out."""
        known = by_id(found.task)
        results = sorted(found.metrics, key=lambda result: result.id != metric)
        self.show_rows(
            Row(
                result.id,
                [
                    Cell(result.label, tip=result.sentence),
                    score_text(result.shown, 4),
                    Cell(between(result, known.get(result.id)), tip=translated(result.method)),
                    baseline(result, known.get(result.id)),
                    Cell(result.summary, tone="2"),
                ],
                strong=result.id == metric,
            )
            for result in results
        )
        self.setFixedHeight(self.height_for(len(results)))
