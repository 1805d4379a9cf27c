"""Metrics as plain choices: what a person wants, with the metric's own name behind it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.ui.translation import translated

MOST = 18  # letters of a class's name that are shown in a choice


def metric_choices(task: str, positive: str) -> list[tuple[str, str]]:
    """(id, text) of each metric of a task, as its purpose with the metric's name behind it."""
    positive = positive if len(positive) <= MOST else f"{positive[: MOST - 1]}…"
    positive = positive or QCoreApplication.translate("Metrics", "yes")
    return [(metric.id, f"{translated(metric.purpose_for(positive))} · {translated(metric.label)}") for metric in metrics_for(task)]
