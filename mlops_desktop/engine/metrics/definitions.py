"""The metrics: what each is called, what it means to a person, and its value.

Ids and signs are scikit-learn's, so higher is always better.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target, Task
from mlops_desktop.base.number_format import format_number
from mlops_desktop.engine.metrics import measures
from mlops_desktop.engine.metrics.measures import Answers, Statistic, answers
from mlops_desktop.serving.frame import Floats

BINARY: tuple[Task, ...] = ("binary",)
MULTI: tuple[Task, ...] = ("multiclass",)
CLASSES: tuple[Task, ...] = ("binary", "multiclass")
NUMBERS: tuple[Task, ...] = ("regression",)
RARE = 0.05  # below this share of the rarer class, precision and recall tell more than the ROC curve


@dataclass(frozen=True, eq=False)
class Metric:
    """One measure of a model.

    `id` is the name of scikit-learn's scorer, `wish` what a person who chooses it wants of a model, `sentence` says what it is, `told`
    the same of a value: a format with `value` (unsigned), `share` (value in per cent) and `positive` (the positive class; also in
    `wish`). `prepare` makes its value from answers (`engine.measures`).
    """

    id: str
    label: str
    wish: str
    tasks: tuple[Task, ...]
    sentence: str
    told: str
    prepare: Callable[[Answers], Statistic]

    @property
    def is_error(self) -> bool:
        """Whether people write it as an error, where less is better; its value carries a minus sign, as `neg_…` says."""
        return self.id.startswith("neg_")

    def shown(self, score: float) -> float:
        """The value as people write it: errors without their minus sign."""
        return -score if self.is_error and score != 0 else score

    def say(self, score: float | None, positive: str = "") -> str:
        """What a score means, in one sentence; of an undefined score (None or NaN), why there is none."""
        if score is None or not math.isfinite(score):
            return f"{self.label} cannot be computed on these rows."
        value = self.shown(score)
        return self.told.format(value=format_number(value), share=format_number(100 * value, 3), positive=positive or "the positive class")


_ALL = (
    Metric(
        "roc_auc",
        "ROC AUC",
        "Tell “{positive}” from the rest",
        BINARY,
        "How well the scores put rows of the positive class before the others: 1 is perfect, 0.5 is guessing.",
        "Of two rows, one “{positive}” and one not, the right one gets the higher score {share} times in 100.",
        measures.of_positive(measures.auc),
    ),
    Metric(
        "roc_auc_ovr",
        "ROC AUC, mean over classes",
        "Tell the classes apart",
        MULTI,
        "How well the scores put rows of a class before the others, averaged over the classes: 1 is perfect, 0.5 is guessing.",
        "Of two rows, one of a class and one of another, the right one gets the higher score {share} times in 100.",
        measures.over_classes(measures.auc),
    ),
    Metric(
        "average_precision",
        "PR AUC",
        "Put the few “{positive}” rows first",
        BINARY,
        "Precision averaged over all cut-offs: 1 is perfect, the share of the positive class is guessing. It fits rare classes.",
        "From the highest score down, {share} % of the rows are “{positive}”, averaged over all of these.",
        measures.of_positive(measures.average_precision),
    ),
    Metric(
        "average_precision",
        "PR AUC, mean over classes",
        "Put the rows of each class first",
        MULTI,
        "Precision averaged over all cut-offs and over the classes: 1 is perfect.",
        "From the highest score of a class down, {share} % of the rows are of it, averaged over classes.",
        measures.over_classes(measures.average_precision),
    ),
    Metric(
        "neg_log_loss",
        "Log-loss",
        "Give probabilities to be trusted",
        CLASSES,
        "How far the probabilities are from the truth; being sure and wrong costs most. 0 is perfect.",
        "The probabilities miss by {value} on average: 0 is perfect, being sure and wrong costs most.",
        measures.mean_loss(measures.log_loss),
    ),
    Metric(
        "neg_brier_score",
        "Brier score",
        "Give probabilities near the truth",
        CLASSES,
        "The mean squared distance between the probabilities and the truth: 0 is perfect.",
        "The squared distance between probability and truth is {value} on average; 0 is perfect.",
        measures.mean_loss(measures.brier),
    ),
    Metric(
        "accuracy",
        "Accuracy",
        "Answer most rows rightly",
        CLASSES,
        "The share of rows that are answered rightly. It flatters where one class is frequent.",
        "{share} of 100 rows are answered rightly.",
        measures.of_confusion(measures.accuracy),
    ),
    Metric(
        "balanced_accuracy",
        "Balanced accuracy",
        "Answer each class equally well",
        CLASSES,
        "The share that is answered rightly, averaged over the classes, so that rare classes count as much as frequent ones.",
        "On average over the classes, {share} of 100 rows are answered rightly.",
        measures.of_confusion(measures.balanced_accuracy),
    ),
    Metric(
        "precision",
        "Precision",
        "Be right when the answer is “{positive}”",
        BINARY,
        "Of the rows answered with the positive class, the share that really is of it.",
        "Of 100 rows answered “{positive}”, {share} really are.",
        measures.of_confusion(measures.positive_rate("precision")),
    ),
    Metric(
        "recall",
        "Recall",
        "Find as many “{positive}” as possible",
        BINARY,
        "Of the rows that really are of the positive class, the share that is found.",
        "Of 100 rows that really are “{positive}”, {share} are found.",
        measures.of_confusion(measures.positive_rate("recall")),
    ),
    Metric(
        "f1",
        "F1",
        "Find many “{positive}”, and rightly",
        BINARY,
        "The balance of precision and recall (their harmonic mean): 1 is perfect.",
        "Precision and recall for “{positive}” balance at {share} %.",
        measures.of_confusion(measures.positive_rate("f1")),
    ),
    Metric(
        "precision_macro",
        "Precision, mean over classes",
        "Be right in what is answered",
        MULTI,
        "Of the rows answered with a class, the share that really is of it, averaged over the classes.",
        "Of 100 rows answered with a class, {share} really are of it, averaged over the classes.",
        measures.of_confusion(measures.macro_rate("precision")),
    ),
    Metric(
        "recall_macro",
        "Recall, mean over classes",
        "Find as many of each class as possible",
        MULTI,
        "Of the rows of a class, the share that is found, averaged over the classes.",
        "Of 100 rows of a class, {share} are found, averaged over the classes.",
        measures.of_confusion(measures.macro_rate("recall")),
    ),
    Metric(
        "f1_macro",
        "F1, mean over classes",
        "Find many of each class, and rightly",
        MULTI,
        "The balance of precision and recall, averaged over the classes: rare classes count as much as frequent ones.",
        "Precision and recall balance at {share} %, averaged over the classes.",
        measures.of_confusion(measures.macro_rate("f1")),
    ),
    Metric(
        "f1_weighted",
        "F1, weighted by class",
        "The same, frequent classes counting more",
        MULTI,
        "The balance of precision and recall, averaged over the classes by their numbers of rows.",
        "Precision and recall balance at {share} %, averaged over the classes by their numbers of rows.",
        measures.of_confusion(measures.macro_rate("f1", weighted=True)),
    ),
    Metric(
        "matthews_corrcoef",
        "Matthews correlation",
        "Agree with the truth beyond chance",
        CLASSES,
        "The correlation between answers and truth: 1 is perfect, 0 is guessing, whatever the shares of the classes.",
        "Answers and truth correlate at {value}; 1 is perfect, 0 is guessing.",
        measures.of_confusion(measures.matthews),
    ),
    Metric(
        "neg_root_mean_squared_error",
        "RMSE",
        "Miss by little, and never by much",
        NUMBERS,
        "The typical size of a miss in the target's unit (root of the mean square); large misses weigh more.",
        "Answers miss by about {value}, in the target's unit, where large misses weigh more.",
        measures.mean_loss(lambda told: measures.errors(told) ** 2, lambda mean: -np.sqrt(mean)),
    ),
    Metric(
        "neg_mean_absolute_error",
        "MAE",
        "Miss by little on average",
        NUMBERS,
        "The mean size of a miss in the target's unit.",
        "Answers miss by {value} on average, in the target's unit.",
        measures.mean_loss(lambda told: np.abs(measures.errors(told))),
    ),
    Metric(
        "neg_median_absolute_error",
        "Median absolute error",
        "Miss by little in most rows",
        NUMBERS,
        "Half of all answers miss by less than this, in the target's unit.",
        "Half of all answers miss by less than {value}, in the target's unit.",
        measures.median_error,
    ),
    Metric(
        "neg_mean_absolute_percentage_error",
        "MAPE",
        "Miss by few per cent",
        NUMBERS,
        "The mean size of a miss as a share of the true value. It means nothing where true values are 0 or near it.",
        "Answers miss by {share} % of the true value on average.",
        measures.mean_loss(measures.relative_errors),
    ),
    Metric(
        "r2",
        "R²",
        "Explain most of the variation",
        NUMBERS,
        "The share of the target's variation that is explained: 1 is perfect, 0 is no better than always answering the mean.",
        "The model explains {share} % of the target's variation.",
        measures.r2,
    ),
)

METRICS: dict[str, Metric] = {metric.id: metric for metric in reversed(_ALL)}
"""Every metric by id; of the two that share an id (PR AUC) the binary one. Ask `metric_of` when the task is known."""


def metrics_for(task: Task) -> list[Metric]:
    """The metrics of a task, in the order in which they are shown."""
    return [metric for metric in _ALL if task in metric.tasks]


def metric_of(metric_id: str, task: Task) -> Metric:
    """The metric of that id for a task; UserError when the task has no such metric."""
    fitting = {metric.id: metric for metric in metrics_for(task)}
    if metric_id not in fitting:
        raise UserError(f"There is no metric “{metric_id}” for a {task} task.", "Choose one of: " + ", ".join(fitting) + ".")
    return fitting[metric_id]


def score(metric_id: str, target: Target, scores: Floats, positive: int | None = None, threshold: float | None = None) -> float:
    """The value of a metric, signed so that higher is better; NaN where it is undefined (see `measures`).

    `scores` are (rows, classes) probabilities or (rows,) values, all finite. Decisions of binary tasks follow `threshold` on the class at
    `positive` (the second class unless given); without a threshold, and for more classes, the most probable class.
    """
    statistic = metric_of(metric_id, target.task).prepare(answers(target, scores, positive, threshold))
    return float(statistic(np.ones((1, len(target.values))))[0]) + 0.0  # no minus zero


def default_metric(task: Task, target: Target) -> tuple[str, str]:
    """A fitting metric and the reason for it, in one sentence."""
    if task == "regression":
        return "neg_root_mean_squared_error", "The typical miss in the target's own unit, where large misses weigh more."
    counts = np.bincount(target.values.astype(np.intp), minlength=len(target.classes))
    rarest = counts.min() / max(counts.sum(), 1)
    if task == "binary":
        if rarest < RARE:
            said = f"{100 * rarest:.2g} % of the rows are of the rarer class; PR AUC shows how well such rare rows are found."
            return "average_precision", said
        return "roc_auc", "It shows how well the two classes are told apart, whatever cut-off is chosen later."
    if rarest < 0.5 / len(counts):
        return "balanced_accuracy", "The classes are of unequal size, and each shall count the same."
    return "accuracy", "The classes are of similar size, so the share of right answers is a fair measure."
