"""Metrics as plain choices: what a person wants, with the metric's own name behind it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from mlops_desktop.base.families import Task
from mlops_desktop.engine.metrics import Metric, metrics_for


def _wishes(positive: str) -> dict[str, str]:
    tr = QCoreApplication.translate
    said = {
        "roc_auc": tr("Metrics", "Tell “{positive}” from the rest"),
        "roc_auc_ovr": tr("Metrics", "Tell the classes apart"),
        "average_precision": tr("Metrics", "Put the few “{positive}” rows first"),
        "neg_log_loss": tr("Metrics", "Give probabilities to be trusted"),
        "neg_brier_score": tr("Metrics", "Give probabilities near the truth"),
        "accuracy": tr("Metrics", "Answer most rows rightly"),
        "balanced_accuracy": tr("Metrics", "Answer each class equally well"),
        "precision": tr("Metrics", "Be right when the answer is “{positive}”"),
        "recall": tr("Metrics", "Find as many “{positive}” as possible"),
        "f1": tr("Metrics", "Find many “{positive}”, and rightly"),
        "precision_macro": tr("Metrics", "Be right in what is answered"),
        "recall_macro": tr("Metrics", "Find as many of each class as possible"),
        "f1_macro": tr("Metrics", "Find many of each class, and rightly"),
        "f1_weighted": tr("Metrics", "The same, frequent classes counting more"),
        "matthews_corrcoef": tr("Metrics", "Agree with the truth beyond chance"),
        "neg_root_mean_squared_error": tr("Metrics", "Miss by little, and never by much"),
        "neg_mean_absolute_error": tr("Metrics", "Miss by little on average"),
        "neg_median_absolute_error": tr("Metrics", "Miss by little in most rows"),
        "neg_mean_absolute_percentage_error": tr("Metrics", "Miss by few per cent"),
        "r2": tr("Metrics", "Explain most of the variation"),
    }
    return {id_: text.format(positive=positive) for id_, text in said.items()}


def metric_choices(task: Task, positive: str) -> list[tuple[str, str]]:
    """(id, text) of each metric of a task, as a wish with the metric's name behind it."""
    positive = positive if len(positive) <= 18 else f"{positive[:17]}…"
    wishes = _wishes(positive or QCoreApplication.translate("Metrics", "yes"))
    if task == "multiclass":
        wishes["average_precision"] = QCoreApplication.translate("Metrics", "Put the rows of each class first")
    return [(metric.id, f"{wishes[metric.id]} · {metric.label}" if metric.id in wishes else metric.label) for metric in metrics_for(task)]


def is_error(metric: Metric) -> bool:
    """Whether people write the metric as an error, where less is better."""
    return metric.id.startswith("neg_")
