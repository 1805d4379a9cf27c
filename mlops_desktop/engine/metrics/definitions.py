"""The metrics: what each is called, what it means to a person, and its value.

Ids and signs are scikit-learn's, so higher is always better.
"""

from __future__ import annotations

from math import inf

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import CLASSES, NUMBERS, SEVERAL_CLASSES, TWO_CLASSES, Target
from mlops_desktop.base.metric import Metric
from mlops_desktop.engine.choices import task_spec, tasks
from mlops_desktop.engine.metrics import measures
from mlops_desktop.engine.metrics.measures import predictions
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.message import msg

SHARE = (0.0, 1.0)  # the least and the greatest value of most metrics
_ALL = (
    Metric(
        "roc_auc",
        "ROC AUC",
        "Tell “{positive}” from the rest",
        TWO_CLASSES,
        "How well the scores rank rows of the positive class above the others: 1 is perfect, 0.5 is guessing.",
        "Of two rows, one “{positive}” and one not, the “{positive}” one gets the higher score {share} times in 100.",
        measures.of_positive(measures.auc),
        SHARE,
    ),
    Metric(
        "roc_auc_ovr",
        "ROC AUC, mean over classes",
        "Tell the classes apart",
        SEVERAL_CLASSES,
        "How well the scores rank rows of a class above the others, averaged over the classes: 1 is perfect, 0.5 is guessing.",
        "Of two rows, one of a class and one of another, the right one gets the higher score {share} times in 100.",
        measures.over_classes(measures.auc),
        SHARE,
    ),
    Metric(
        "average_precision",
        "PR AUC",
        "Put the few “{positive}” rows first",
        TWO_CLASSES,
        "Precision averaged over all thresholds: 1 is perfect, the share of the positive class is guessing. It suits rare classes.",
        "From the highest score down, {share} % of the rows are “{positive}”, averaged over all of these.",
        measures.of_positive(measures.average_precision),
        SHARE,
    ),
    Metric(
        "average_precision",
        "PR AUC, mean over classes",
        "Put the rows of each class first",
        SEVERAL_CLASSES,
        "Precision averaged over all thresholds and over the classes: 1 is perfect.",
        "From the highest score of a class down, {share} % of the rows are of it, averaged over classes.",
        measures.over_classes(measures.average_precision),
        SHARE,
    ),
    Metric(
        "neg_log_loss",
        "Log-loss",
        "Give probabilities that can be trusted",
        CLASSES,
        "How far the probabilities are from the truth; confident errors cost most. 0 is perfect.",
        "The log-loss is {value} on average: 0 is perfect, confident errors cost most.",
        measures.mean_loss(measures.log_loss),
    ),
    Metric(
        "neg_brier_score",
        "Brier score",
        "Give probabilities near the truth",
        CLASSES,
        "The mean squared distance between the probabilities and the truth: 0 is perfect.",
        "The squared distance between probability and truth is {value} on average: 0 is perfect.",
        measures.mean_loss(measures.brier),
    ),
    Metric(
        "accuracy",
        "Accuracy",
        "Predict most rows correctly",
        CLASSES,
        "The share of rows that are predicted correctly. It is misleading where one class is frequent.",
        "{share} of 100 rows are predicted correctly.",
        measures.of_confusion(measures.accuracy),
        SHARE,
    ),
    Metric(
        "balanced_accuracy",
        "Balanced accuracy",
        "Predict each class equally well",
        CLASSES,
        "The share that is predicted correctly, averaged over the classes, so that rare classes count as much as frequent ones.",
        "On average over the classes, {share} of 100 rows are predicted correctly.",
        measures.of_confusion(measures.balanced_accuracy),
        SHARE,
    ),
    Metric(
        "precision",
        "Precision",
        "Be right when “{positive}” is predicted",
        TWO_CLASSES,
        "Of the rows predicted as the positive class, the share that really is of it.",
        "Of 100 rows predicted “{positive}”, {share} really are.",
        measures.of_confusion(measures.positive_rate("precision")),
        SHARE,
    ),
    Metric(
        "recall",
        "Recall",
        "Find as many “{positive}” as possible",
        TWO_CLASSES,
        "Of the rows that really are of the positive class, the share that is found.",
        "Of 100 rows that really are “{positive}”, {share} are found.",
        measures.of_confusion(measures.positive_rate("recall")),
        SHARE,
    ),
    Metric(
        "f1",
        "F1",
        "Find many “{positive}” with few false alarms",
        TWO_CLASSES,
        "The balance of precision and recall (their harmonic mean): 1 is perfect.",
        "Precision and recall for “{positive}” balance at {share} %.",
        measures.of_confusion(measures.positive_rate("f1")),
        SHARE,
    ),
    Metric(
        "precision_macro",
        "Precision, mean over classes",
        "Be right in what is predicted",
        SEVERAL_CLASSES,
        "Of the rows predicted as a class, the share that really is of it, averaged over the classes.",
        "Of 100 rows predicted as a class, {share} really are of it, averaged over the classes.",
        measures.of_confusion(measures.macro_rate("precision")),
        SHARE,
    ),
    Metric(
        "recall_macro",
        "Recall, mean over classes",
        "Find as many of each class as possible",
        SEVERAL_CLASSES,
        "Of the rows of a class, the share that is found, averaged over the classes.",
        "Of 100 rows of a class, {share} are found, averaged over the classes.",
        measures.of_confusion(measures.macro_rate("recall")),
        SHARE,
    ),
    Metric(
        "f1_macro",
        "F1, mean over classes",
        "Find many of each class with few false alarms",
        SEVERAL_CLASSES,
        "The balance of precision and recall, averaged over the classes: rare classes count as much as frequent ones.",
        "Precision and recall balance at {share} %, averaged over the classes.",
        measures.of_confusion(measures.macro_rate("f1")),
        SHARE,
    ),
    Metric(
        "f1_weighted",
        "F1, weighted by class",
        "F1, with more weight for frequent classes",
        SEVERAL_CLASSES,
        "The balance of precision and recall, averaged over the classes by their numbers of rows.",
        "Precision and recall balance at {share} %, averaged over the classes by their numbers of rows.",
        measures.of_confusion(measures.macro_rate("f1", weighted=True)),
        SHARE,
    ),
    Metric(
        "matthews_corrcoef",
        "Matthews correlation",
        "Agree with the truth beyond chance",
        CLASSES,
        "The correlation between predictions and truth: 1 is perfect, 0 is guessing, whatever the shares of the classes.",
        "Predictions and truth correlate at {value}: 1 is perfect, 0 is guessing.",
        measures.of_confusion(measures.matthews),
        (-1.0, 1.0),
    ),
    Metric(
        "neg_root_mean_squared_error",
        "RMSE",
        "Keep errors small, above all large ones",
        NUMBERS,
        "The typical size of an error in the target's unit (root of the mean square); large errors weigh more.",
        "Predictions are off by about {value}, in the target's unit; large errors weigh more.",
        measures.mean_loss(lambda predicted: measures.errors(predicted) ** 2, lambda mean: -np.sqrt(mean)),
    ),
    Metric(
        "neg_mean_absolute_error",
        "MAE",
        "Keep the average error small",
        NUMBERS,
        "The mean size of an error in the target's unit.",
        "Predictions are off by {value} on average, in the target's unit.",
        measures.mean_loss(lambda predicted: np.abs(measures.errors(predicted))),
    ),
    Metric(
        "neg_median_absolute_error",
        "Median absolute error",
        "Keep the error small in most rows",
        NUMBERS,
        "Half of all predictions are off by less than this, in the target's unit.",
        "Half of all predictions are off by less than {value}, in the target's unit.",
        measures.median_error,
    ),
    Metric(
        "neg_mean_absolute_percentage_error",
        "MAPE",
        "Keep the error small in per cent",
        NUMBERS,
        "The mean size of an error as a share of the true value. It means nothing where true values are 0 or near it.",
        "Predictions are off by {share} % of the true value on average.",
        measures.mean_loss(measures.relative_errors),
    ),
    Metric(
        "r2",
        "R²",
        "Explain most of the variation",
        NUMBERS,
        "The share of the target's variation that is explained: 1 is perfect, 0 is no better than always predicting the mean.",
        "The model explains {share} % of the target's variation.",
        measures.r2,
        (-inf, 1.0),
    ),
)

METRICS: dict[str, Metric] = {
    metric.id: metric for metric in (*_ALL[::-1], *(own for task in tasks().values() for own in task.own_metrics))
}
"""Every metric by id; of the two that share an id (PR AUC) the one for two classes. Ask `metric_of` when the task is known."""


def metrics_for(task: str) -> list[Metric]:
    """The metrics of a task, in the order in which they are shown."""
    spec = task_spec(task)
    return [*spec.own_metrics, *(metric for metric in _ALL if metric.trait in spec.traits)]


def metric_of(metric_id: str, task: str) -> Metric:
    """The metric of that id for a task; UserError when the task has no such metric."""
    fitting = {metric.id: metric for metric in metrics_for(task)}
    if metric_id not in fitting:
        raise UserError(
            msg("There is no metric “{metric_id}” for a {task} task.", metric_id=metric_id, task=task),
            "Choose one of: " + ", ".join(fitting) + ".",
        )
    return fitting[metric_id]


def score(
    metric_id: str,
    target: Target,
    scores: Floats,
    positive: int | None = None,
    threshold: float | Floats | None = None,
    weights: Floats | None = None,
) -> float:
    """The value of a metric, signed so that higher is better; NaN where it is undefined (see `measures`).

    `scores` are (rows, classes) probabilities or (rows,) values, all finite. Decisions between two classes follow `threshold` on the class
    at `positive` (the second class unless given), of all rows or of each, (rows,); without one, and for more classes, the most probable
    class. `weights` (rows,) say how much each row counts; all alike unless given.
    """
    statistic = metric_of(metric_id, target.task).prepare(predictions(target, scores, positive, threshold))
    return float(statistic(row_weights(weights, len(target.values))[None, :])[0]) + 0.0  # no minus zero


def row_weights(weights: Floats | None, rows: int) -> Floats:
    """The weights of rows with a mean of 1, (rows,): as if each counted so often. Ones without weights; zeros stay zeros."""
    if weights is None:
        return np.ones(rows)
    total = float(weights.sum())
    return weights * (rows / total) if total > 0 else weights


def default_metric(target: Target, positive: int | None = None) -> tuple[str, str]:
    """A fitting metric and the reason for it, in one sentence."""
    return task_spec(target.task).default_metric(target, positive)
