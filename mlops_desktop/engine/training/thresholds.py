"""Chooses the threshold of a binary model: the score from which a row is answered with the positive class.

It is chosen on out-of-fold scores, never on the held-out test set. What is maximised follows what the person asked for:

- costs of errors, when given: the smallest mean cost per row;
- accuracy, balanced accuracy or Matthews correlation as the project's metric: that metric;
- every other metric (those of probabilities have no threshold of their own; precision or recall alone are best where the model is of no
  use): F1 of the positive class, or balanced accuracy where that class is the more frequent one, because F1 would praise "always yes".

0.5 is right only where both kinds of error weigh the same and the scores are true probabilities; it stays where rows of one class are all
there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mlops_desktop.base.families import Target
from mlops_desktop.base.number_format import format_number
from mlops_desktop.engine.metrics import row_weights
from mlops_desktop.engine.project import OMIT_NONE, Costs
from mlops_desktop.serving.frame import Bools, Floats, Ints
from mlops_desktop.serving.message import msg

POINTS = 200
NO_CHOICE = 0.5
_RULES = {
    "f1": "F1",
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy",
    "matthews_corrcoef": "Matthews correlation",
}


@dataclass(frozen=True)
class ThresholdCurve:
    """What each threshold does, in tuples of equal length: the threshold (rising), metrics of the positive class, the `share` of rows
    answered with it and, with costs, the mean `cost` per row.
    """

    threshold: tuple[float, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    balanced_accuracy: tuple[float, ...]
    accuracy: tuple[float, ...]
    share: tuple[float, ...]
    cost: tuple[float, ...] | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True, eq=False)
class Choice:
    """A threshold: rows with a score of at least `threshold` are answered with the positive class.

    `rule` is what was optimised (a metric's id, or "cost"), `value` its value there (a cost: lower is better), `reason` one sentence.
    """

    threshold: float
    rule: str
    value: float
    reason: str
    curve: ThresholdCurve


def rule_for(metric_id: str, positive_share: float, costs: Costs | None) -> str:
    """What is optimised; see the head of this file."""
    if costs is not None and costs != Costs():
        return "cost"
    if metric_id in ("accuracy", "balanced_accuracy", "matthews_corrcoef"):
        return metric_id
    return "f1" if positive_share <= 0.5 else "balanced_accuracy"


def choose_threshold(
    target: Target,
    positive_scores: Floats,
    positive: int,
    metric_id: str = "f1",
    costs: Costs | None = None,
    weights: Floats | None = None,
) -> Choice:
    """The best threshold for (rows,) out-of-fold scores of the positive class; rows count by their `weights`.

    Thresholds lie midway between neighbouring distinct scores (rounded to 1e-12), and beyond the last ones ("always", "never"). Of equally
    good ones the one nearest to 0.5 is taken, of two as near the lower. ValueError when a score is not finite or the lengths disagree.
    """
    truth = _truth(target, positive_scores, positive)
    rows, of_row = len(truth), row_weights(weights, len(truth))
    table = cut_offs(truth, positive_scores, costs, weights)
    rule = rule_for(metric_id, float(of_row @ truth) / rows if rows else 0.0, costs)
    if rule != "cost" and not (of_row[truth].any() and of_row[~truth].any()):
        reason = "All rows are of one class, so no threshold can be chosen and 0.5 is kept."
        return Choice(NO_CHOICE, rule, float("nan"), reason, _thinned(table, []))
    values = -table["cost"] if rule == "cost" else table[rule]
    if not rows:
        return Choice(NO_CHOICE, rule, float("nan"), "There are no scores to choose a threshold from, so 0.5 is kept.", _thinned(table, []))
    best = np.flatnonzero(values >= values.max() - 1e-12 * max(1.0, abs(float(values.max()))))
    at = int(best[np.argmin(np.round(np.abs(table["threshold"][best] - NO_CHOICE), 12))])
    threshold, value = float(table["threshold"][at]), float(table[rule][at])
    if rule == "cost":
        reason = msg(
            "At this threshold the errors cost least: {cost} per row on rows that the model had not seen.",
            cost=format_number(value),
        )
    else:
        reason = msg("At this threshold {rule} is best: {value:.3f} on rows that the model had not seen.", rule=_RULES[rule], value=value)
    return Choice(threshold, rule, value, reason, _thinned(table, [at]))


def cross_fitted_thresholds(
    target: Target,
    positive_scores: Floats,
    positive: int,
    folds: Sequence[int],
    metric_id: str = "f1",
    costs: Costs | None = None,
    weights: Floats | None = None,
) -> tuple[float, ...]:
    """For each fold the threshold that the out-of-fold scores of the other folds propose. `folds` are numbers of rows: the rows stand fold
    by fold. A fold that is decided by its own threshold was not used to choose it, so metrics of these decisions are not too good.
    """
    ends = np.cumsum(folds)
    if ends[-1] != len(positive_scores):
        raise ValueError(f"folds of {ends[-1]} rows for {len(positive_scores)} scores")
    found = []
    for end, rows in zip(ends.tolist(), folds, strict=True):
        others = np.concatenate((np.arange(end - rows), np.arange(end, ends[-1])))
        of_others = None if weights is None else weights[others]
        found.append(choose_threshold(target.take(others), positive_scores[others], positive, metric_id, costs, of_others).threshold)
    return tuple(found)


def _truth(target: Target, scores: Floats, positive: int) -> Bools:
    if scores.shape != (len(target.values),):
        raise ValueError(f"scores have the shape {scores.shape}, but ({len(target.values)},) is needed")
    if not np.all(np.isfinite(scores)):
        raise ValueError("a score is not a finite number")
    return np.asarray(target.values == positive, dtype=np.bool_)


def cut_offs(truth: Bools, scores: Floats, costs: Costs | None = None, weights: Floats | None = None) -> dict[str, Floats]:
    """Every threshold (rising) with its metrics, as columns named as in `ThresholdCurve`. `truth`: which rows are of the positive class."""
    of_row = row_weights(weights, len(truth))
    rounded = np.round(scores, 12)
    distinct, place = np.unique(rounded, return_inverse=True)
    yes = np.bincount(place, weights=truth * of_row, minlength=len(distinct))
    every = np.bincount(place, weights=of_row, minlength=len(distinct))
    # From "always" (threshold 0) to "never": what is at or above the k-th distinct score is answered yes.
    hit = np.concatenate((np.cumsum(yes[::-1])[::-1], [0.0]))
    asked = np.concatenate((np.cumsum(every[::-1])[::-1], [0.0]))
    rows, found = float(asked[0]), float(hit[0])
    false_yes, missed = np.maximum(asked - hit, 0.0), np.maximum(found - hit, 0.0)
    right_no = np.maximum(rows - asked - missed, 0.0)
    both = np.sqrt(np.maximum(asked * found * (rows - asked) * (rows - found), 0.0))
    table = {
        "threshold": _midway(distinct),
        "precision": _share(hit, asked),
        "recall": _share(hit, found),
        "f1": _share(2 * hit, asked + found),
        "balanced_accuracy": (_share(hit, found) + _share(right_no, rows - found)) / (2 if 0 < found < rows else 1),
        "accuracy": _share(hit + right_no, rows),
        "matthews_corrcoef": _share(hit * right_no - false_yes * missed, both),
        "share": _share(asked, rows),
    }
    if costs is not None:
        paid = hit * costs.true_positive + false_yes * costs.false_positive + missed * costs.false_negative + right_no * costs.true_negative
        table["cost"] = _share(paid, rows)
    return table


def _midway(distinct: Floats) -> Floats:
    """The thresholds around and between rising distinct scores; those beyond both ends lie within 0 to 1 where they can."""
    if not len(distinct):
        return np.array([NO_CHOICE])
    low = min(0.0, float(distinct[0]))
    high = (float(distinct[-1]) + 1) / 2 if distinct[-1] < 1 else float(np.nextafter(distinct[-1], np.inf))
    return np.concatenate(([low], (distinct[:-1] + distinct[1:]) / 2, [high]))


def _share(above: Floats, below: Floats | float) -> Floats:
    """A quotient, 0 where the divisor is 0."""
    under = np.broadcast_to(np.asarray(below, dtype=np.float64), np.shape(above))
    share: Floats = np.divide(above, under, out=np.zeros(np.shape(above)), where=under != 0)
    return share


def _thinned(table: dict[str, Floats], always: list[int]) -> ThresholdCurve:
    """At most POINTS rows of the table, evenly over the ranks, the ends and the chosen row among them."""
    rows = len(table["threshold"])
    kept: Ints = np.unique([*np.linspace(0, rows - 1, min(rows, POINTS - 1)).round().astype(np.intp), *always]).astype(np.intp)
    return ThresholdCurve(**{name: tuple(column[kept].tolist()) for name, column in table.items() if name != "matthews_corrcoef"})


def threshold_curve(
    target: Target, positive_scores: Floats, positive: int, costs: Costs | None = None, weights: Floats | None = None
) -> ThresholdCurve:
    """The curve of `Choice` alone, for rows whose threshold is not to be chosen."""
    return _thinned(cut_offs(_truth(target, positive_scores, positive), positive_scores, costs, weights), [])


def mean_cost(confusion: Sequence[Sequence[float]], positive: int, costs: Costs) -> float:
    """The mean cost per row of a 2 x 2 confusion matrix (actual, answered); NaN when it is empty."""
    counts, other = np.asarray(confusion, dtype=np.float64), 1 - positive
    paid = (
        counts[positive, positive] * costs.true_positive
        + counts[other, positive] * costs.false_positive
        + counts[positive, other] * costs.false_negative
        + counts[other, other] * costs.true_negative
    )
    return float(paid / counts.sum()) if counts.sum() else float("nan")
