"""How each metric is computed, for many resamples at once.

A statistic is a function of weights: (resamples, rows) float64 counts of how often a resample holds each row (any numbers from 0 on), to
(resamples,) float64 values. Weights of one give the metric itself, those of the rows the weighted one. What does not depend on the weights
(sorting, losses per row) is computed once. Values equal scikit-learn's; where a metric is undefined (no row, a class that it needs is
absent, constant numbers for R²) the value is NaN and no warning.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlops_desktop.base.families import Target
from mlops_desktop.base.metric import Predictions, Statistic
from mlops_desktop.serving.frame import Bools, Floats, Ints

TINY = 1e-12  # of a sum of weights: what rounding may add or take
SMALLEST = float(np.finfo(np.float64).eps)  # scikit-learn keeps probabilities for the log-loss this far from 0 and 1


def predictions(target: Target, scores: Floats, positive: int | None, threshold: float | Floats | None) -> Predictions:
    """Truth and scores side by side, decided as `Scorer.decide` does, by one threshold or one for each row.

    ValueError when shapes disagree or a score is not finite.
    """
    rows, classes = len(target.values), len(target.classes)
    wanted = (rows, classes) if classes else (rows,)
    if scores.shape != wanted:
        raise ValueError(f"scores have the shape {scores.shape}, but {wanted} is needed")
    if not np.all(np.isfinite(scores)):
        raise ValueError("a score is not a finite number")
    if not classes:
        return Predictions(target.values, scores, np.empty(0, dtype=np.intp), -1, 0)
    at = 1 if positive is None else positive
    if classes == 2 and threshold is not None:
        decided = np.where(np.round(scores[:, at], 12) >= threshold, at, 1 - at)
    else:
        decided = np.argmax(np.round(scores, 12), axis=1)
    return Predictions(target.values, scores, decided.astype(np.intp), at, classes)


def auc(actual: Bools, score: Floats) -> Statistic:
    """Area under the ROC curve: the share of pairs (one row of the class, one other) that are in the right order; ties count half."""
    order, starts = _ties(score)
    mark = actual[order].astype(np.float64)

    def statistic(weights: Floats) -> Floats:
        here = weights[:, order]
        of_class = _by_tie(here * mark, starts)
        other = _by_tie(here, starts) - of_class
        below = np.cumsum(other, axis=1) - other / 2
        return _ratio((of_class * below).sum(axis=1), of_class.sum(axis=1) * other.sum(axis=1))

    return statistic


def average_precision(actual: Bools, score: Floats) -> Statistic:
    """Area under the precision-recall curve by steps, as scikit-learn defines it."""
    order, starts = _ties(-score)
    mark = actual[order].astype(np.float64)

    def statistic(weights: Floats) -> Floats:
        here = weights[:, order]
        of_class, every = _by_tie(here * mark, starts), _by_tie(here, starts)
        found, asked = np.cumsum(of_class, axis=1), np.cumsum(every, axis=1)
        precision = np.divide(found, asked, out=np.zeros_like(found), where=asked > 0)
        return _ratio((of_class * precision).sum(axis=1), of_class.sum(axis=1))

    return statistic


def _ties(score: Floats) -> tuple[Ints, Ints]:
    """The rising order of scores, and where in it a new score begins."""
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    return order, np.flatnonzero(np.concatenate((np.ones(min(len(score), 1), dtype=bool), ordered[1:] != ordered[:-1])))


def _by_tie(values: Floats, starts: Ints) -> Floats:
    if len(starts) == values.shape[1]:
        return values
    summed: Floats = np.add.reduceat(values, starts, axis=1)
    return summed


def _ratio(above: Floats, below: Floats) -> Floats:
    """A quotient, NaN where the divisor is 0."""
    quotient: Floats = np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0)
    return quotient


def over_classes(one: Callable[[Bools, Floats], Statistic]) -> Callable[[Predictions], Statistic]:
    """The plain mean of a one-against-the-rest statistic over the classes for which it is defined."""

    def prepare(predicted: Predictions) -> Statistic:
        parts = [one(predicted.is_class(k), predicted.ranked(k)) for k in range(predicted.classes)]

        def statistic(weights: Floats) -> Floats:
            values = np.array([part(weights) for part in parts])
            defined = np.isfinite(values)
            return _ratio(np.where(defined, values, 0.0).sum(axis=0), defined.sum(axis=0).astype(np.float64))

        return statistic

    return prepare


def of_positive(one: Callable[[Bools, Floats], Statistic]) -> Callable[[Predictions], Statistic]:
    """A statistic of the positive class against the other."""
    return lambda predicted: one(predicted.is_class(predicted.positive), predicted.ranked(predicted.positive))


def mean_loss(
    per_row: Callable[[Predictions], Floats], after: Callable[[Floats], Floats] = np.negative
) -> Callable[[Predictions], Statistic]:
    """A mean over rows, then signed (and a root taken) by `after`."""

    def prepare(predicted: Predictions) -> Statistic:
        losses = per_row(predicted)
        return lambda weights: after(_ratio(weights @ losses, weights.sum(axis=1)))

    return prepare


def log_loss(predicted: Predictions) -> Floats:
    """Minus the logarithm of the probability that the true class got, per row."""
    chance = predicted.scores[np.arange(len(predicted.scores)), predicted.actual.astype(np.intp)]
    return -np.log(np.clip(chance, SMALLEST, 1 - SMALLEST))


def brier(predicted: Predictions) -> Floats:
    """Squared distance between probabilities and truth per row, halved for two classes."""
    truth = predicted.actual[:, None] == np.arange(predicted.classes)
    squared: Floats = ((predicted.scores - truth) ** 2).sum(axis=1)
    return squared / 2 if predicted.classes == 2 else squared


def errors(predicted: Predictions) -> Floats:
    """What was predicted minus what was true, per row."""
    return predicted.scores - predicted.actual.astype(np.float64)


def relative_errors(predicted: Predictions) -> Floats:
    """The absolute error as a share of the true value, per row; a true value of 0 makes it huge, as in scikit-learn."""
    actual = predicted.actual.astype(np.float64)
    return np.abs(predicted.scores - actual) / np.maximum(np.abs(actual), SMALLEST)


def median_error(predicted: Predictions) -> Statistic:
    """Minus the median of absolute errors."""
    missed = np.abs(errors(predicted))
    order = np.argsort(missed, kind="stable")
    ordered = missed[order]

    def statistic(weights: Floats) -> Floats:
        seen = np.cumsum(weights[:, order], axis=1)
        rows = weights.sum(axis=1)
        if not len(ordered):
            return np.full(len(weights), np.nan)
        half = rows[:, None] / 2
        low, high = (seen >= half * (1 - TINY)).argmax(axis=1), (seen > half * (1 + TINY)).argmax(axis=1)
        return np.where(rows > 0, -(ordered[low] + ordered[high]) / 2, np.nan)

    return statistic


def r2(predicted: Predictions) -> Statistic:
    """The share of the variance that is explained; NaN when all true values are equal."""
    actual = predicted.actual.astype(np.float64)
    squared = errors(predicted) ** 2
    centred = actual - (actual.mean() if len(actual) else 0.0)
    scale = float(np.max(np.abs(centred), initial=0.0))

    def statistic(weights: Floats) -> Floats:
        total = weights @ centred**2 - _ratio((weights @ centred) ** 2, weights.sum(axis=1))
        flat = ~(total > scale**2 * 1e-12) | (weights.sum(axis=1) < 2)
        return np.where(flat, np.nan, 1 - _ratio(weights @ squared, total))

    return statistic


def confusion(predicted: Predictions, weights: Floats) -> Floats:
    """Counts (resamples, actual class, decided class)."""
    cells, resamples = predicted.classes**2, len(weights)
    cell = predicted.actual.astype(np.intp) * predicted.classes + predicted.decided
    if cells <= 16:
        counts = weights @ (cell[:, None] == np.arange(cells)).astype(np.float64)
    else:
        where = (np.arange(resamples) * cells)[:, None] + cell
        counts = np.bincount(where.ravel(), weights=weights.ravel(), minlength=resamples * cells)
    table: Floats = counts.reshape(resamples, predicted.classes, predicted.classes)
    return table


def of_confusion(rate: Callable[[Floats, int], Floats]) -> Callable[[Predictions], Statistic]:
    """A statistic of the confusion matrix: `rate` takes (resamples, actual, decided) counts and the positive class."""
    return lambda predicted: lambda weights: rate(confusion(predicted, weights), predicted.positive)


def class_rates(counts: Floats, kind: str) -> Floats:
    """Precision, recall or f1 of each class, (resamples, classes); 0 where nothing was to be found or predicted, as in scikit-learn."""
    hit = np.diagonal(counts, axis1=1, axis2=2)
    truth, predicted = counts.sum(axis=2), counts.sum(axis=1)
    above, below = {"precision": (hit, predicted), "recall": (hit, truth), "f1": (2 * hit, truth + predicted)}[kind]
    rates: Floats = np.divide(above, below, out=np.zeros_like(below), where=below > 0)
    return rates


def positive_rate(kind: str) -> Callable[[Floats, int], Floats]:
    """Precision, recall or f1 of the positive class; recall and f1 are NaN without a row of it."""

    def rate(counts: Floats, positive: int) -> Floats:
        found = class_rates(counts, kind)[:, positive]
        lacking = counts.sum(axis=(1, 2)) == 0 if kind == "precision" else counts[:, positive].sum(axis=1) == 0
        return np.where(lacking, np.nan, found)

    return rate


def macro_rate(kind: str, weighted: bool = False) -> Callable[[Floats, int], Floats]:
    """The mean of a class rate over the classes that occur among truths or answers, plain or weighted by the rows of each class."""

    def rate(counts: Floats, positive: int) -> Floats:
        share = counts.sum(axis=2) if weighted else ((counts.sum(axis=2) + counts.sum(axis=1)) > 0).astype(np.float64)
        return _ratio((class_rates(counts, kind) * share).sum(axis=1), share.sum(axis=1))

    return rate


def accuracy(counts: Floats, positive: int) -> Floats:
    """The share of rows that were predicted rightly."""
    return _ratio(np.trace(counts, axis1=1, axis2=2), counts.sum(axis=(1, 2)))


def balanced_accuracy(counts: Floats, positive: int) -> Floats:
    """The mean recall over the classes that occur among the truths."""
    here = (counts.sum(axis=2) > 0).astype(np.float64)
    return _ratio((class_rates(counts, "recall") * here).sum(axis=1), here.sum(axis=1))


def matthews(counts: Floats, positive: int) -> Floats:
    """The correlation between truths and answers; 0 when either is constant, as in scikit-learn."""
    rows, hit = counts.sum(axis=(1, 2)), np.trace(counts, axis1=1, axis2=2)
    truth, predicted = counts.sum(axis=2), counts.sum(axis=1)
    above = hit * rows - (truth * predicted).sum(axis=1)
    below = np.sqrt((rows**2 - (predicted**2).sum(axis=1)) * (rows**2 - (truth**2).sum(axis=1)))
    return np.where(rows == 0, np.nan, np.divide(above, below, out=np.zeros(len(rows)), where=below > 0))
