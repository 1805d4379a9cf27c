"""Every metric of an evaluation: its value with an interval, beside the baseline's, and what it means in one sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication

from mlops_desktop.base.metric import Metric
from mlops_desktop.base.number_format import MINUS, format_number
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable


def score_text(value: float | None, decimals: int) -> str:
    """A score for reading: with these decimals while it is small, so that figures line up; with four digits where it is large."""
    if value is None or not math.isfinite(value) or abs(value) >= 10:
        return format_number(value)
    return f"{value + 0.0:.{decimals}f}".replace("-", MINUS)


def by_id(task: str) -> dict[str, Metric]:
    """The metrics of a task by their ids."""
    return {metric.id: metric for metric in metrics_for(task)}


def between(entry: Mapping[str, Any], metric: Metric | None) -> str:
    """The interval of an evaluation's entry as people read it: "0.82 to 0.86"; "–" when there is none."""
    if entry["low"] is None or entry["high"] is None:
        return "–"
    low, high = sorted(metric.shown(value) if metric else value for value in (entry["low"], entry["high"]))
    return QCoreApplication.translate("Metrics", "{low} to {high}").format(low=score_text(low, 3), high=score_text(high, 3))


def baseline(entry: Mapping[str, Any], metric: Metric | None) -> str:
    """The baseline's value of an evaluation's entry as people write it."""
    value = entry["baseline"]
    return score_text(metric.shown(value) if metric and value is not None else value, 3)


def leading(found: Mapping[str, Any], metric: str, count: int) -> list[Mapping[str, Any]]:
    """The entries that stand first: the project's metric, then the usual ones of the task, then its others; at most `count`."""
    entries = {entry["id"]: entry for entry in found["metrics"]}
    wanted = dict.fromkeys([metric, *task_spec(found["task"]).leading, *entries])
    return [entries[id_] for id_ in wanted if id_ in entries][:count]


class MetricsTable(RowsTable):
    """A row for each metric."""

    def __init__(self) -> None:
        tr = QCoreApplication.translate
        columns: Sequence[RowColumn] = [
            RowColumn(tr("Metrics", "Metric")),
            RowColumn(tr("Metrics", "Value"), "right", figures=True, width=72),
            RowColumn(tr("Metrics", "95 % interval"), "right", figures=True, width=124),
            RowColumn(tr("Metrics", "Baseline"), "right", figures=True, width=74),
            RowColumn(tr("Metrics", "In words"), stretch=True, width=200),
        ]
        super().__init__(columns, name="metrics", title=self.tr("Metrics"), selectable=False)

    def show_evaluation(self, found: Mapping[str, Any], metric: str) -> None:
        """Show an evaluation (`engine.evaluation`); the project's metric comes first and stands out."""
        known = by_id(found["task"])
        entries = sorted(found["metrics"], key=lambda entry: entry["id"] != metric)
        self.show_rows(
            Row(
                entry["id"],
                [
                    Cell(entry["label"], tip=entry["sentence"]),
                    score_text(entry["shown"], 4),
                    between(entry, known.get(entry["id"])),
                    baseline(entry, known.get(entry["id"])),
                    Cell(entry["told"], tone="2"),
                ],
                strong=entry["id"] == metric,
            )
            for entry in entries
        )
        self.setFixedHeight(self.height_for(len(entries)))
