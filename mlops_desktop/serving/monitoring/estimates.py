"""Metrics of performance from labels, each with the interval in which it lies in 95 of 100 cases. numpy alone.

Rates have Wilson's interval, the area under the ROC curve DeLong's on the logit scale, means the normal one of their standard error (the
RMSE on the log scale). The last ones and the macro F1 have no interval with less than `LEAST` labels: it would be too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..frame import Bools, Floats, Ints

Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution
LEAST = 30  # labels from which a mean and a macro F1 have an interval
_DRAWS = 500  # of the confusion matrix, for the interval of the macro F1
_SMALLEST = 2.220446049250313e-16  # a probability in the log-loss, as in scikit-learn for float64


class Estimate(NamedTuple):
    """A metric, its interval (from -inf to inf where there are too few labels for one), and the number of labels behind it."""

    value: float
    low: float
    high: float
    labels: int

    def record(self) -> dict[str, Any]:
        """As plain JSON."""
        low, high = (round(end, 9) if math.isfinite(end) else None for end in (self.low, self.high))
        return {"value": round(self.value, 9), "low": low, "high": high, "labels": self.labels}


def class_metrics(scores: Floats, answered: Ints, labels: Ints, positive: int | None) -> dict[str, Estimate]:
    """The metrics of rows (n,) with class probabilities (n, classes), positions of the answered and of the real classes; with a positive
    class those about it too. n is at least 1.
    """
    losses = -np.log(np.clip(scores[np.arange(len(labels)), labels], _SMALLEST, 1.0))
    found = {"accuracy": rate(int(np.sum(answered == labels)), len(labels)), "log_loss": mean(losses)}
    if positive is None:
        return {**found, "f1_macro": _f1_macro(answered, labels, scores.shape[1])}
    yes, answered_positive = labels == positive, answered == positive
    both = int(np.sum(yes & answered_positive))
    if answered_positive.any():
        found["precision"] = rate(both, int(answered_positive.sum()))
    if yes.any():
        found["recall"] = rate(both, int(yes.sum()))
    if (either := int(np.sum(yes | answered_positive))) > 0:
        jaccard = rate(both, either)  # F1 is 2 J / (1 + J) of the Jaccard index J, which is a rate
        value, low, high = (2 * one / (1 + one) for one in (jaccard.value, jaccard.low, jaccard.high))
        found["f1"] = Estimate(value, low, high, len(labels))
    if yes.any() and not yes.all():
        found["roc_auc"] = area_under_curve(scores[:, positive], yes)
    return found


def value_metrics(scores: Floats, labels: Floats) -> dict[str, Estimate]:
    """The metrics of predicted and real values (n,); n is at least 1. `bias` is the mean of predicted minus real."""
    errors = scores - labels
    return {"rmse": _root_mean(errors**2), "mae": mean(np.abs(errors)), "bias": mean(errors)}


def rate(hits: int, rows: int) -> Estimate:
    """A share of rows, with Wilson's interval (1927)."""
    share, square = hits / rows, Z * Z / rows
    middle, half = share + square / 2, Z * math.sqrt(share * (1 - share) / rows + square / (4 * rows))
    return Estimate(share, max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square)), rows)


def mean(values: Floats) -> Estimate:
    """A mean, with the normal interval of its standard error."""
    middle, rows = float(values.mean()), len(values)
    half = Z * float(values.std(ddof=1)) / math.sqrt(rows) if rows >= LEAST else math.inf
    return Estimate(middle, middle - half, middle + half, rows)


def _root_mean(squares: Floats) -> Estimate:
    """The root of a mean, with the interval of the mean on the log scale: it is skewed."""
    square, rows = mean(squares), len(squares)
    value = math.sqrt(square.value)
    if rows < LEAST or not value:
        return Estimate(value, -math.inf, math.inf, rows)
    factor = math.exp((square.high - square.value) / square.value / 2)
    return Estimate(value, value / factor, value * factor, rows)


def area_under_curve(scores: Floats, positive: Bools) -> Estimate:
    """The area under the ROC curve, with the interval of DeLong, DeLong and Clarke-Pearson (1988) on the logit scale."""
    yes, no = np.sort(scores[positive]), np.sort(scores[~positive])
    above = (np.searchsorted(no, yes, "left") + np.searchsorted(no, yes, "right")) / (2 * len(no))
    below = 1 - (np.searchsorted(yes, no, "left") + np.searchsorted(yes, no, "right")) / (2 * len(yes))
    area = float(above.mean())
    variance = sum(float(part.var(ddof=1)) / len(part) for part in (above, below) if len(part) > 1)
    if not (0 < area < 1 and variance > 0):
        low, high = rate(round(area * min(len(yes), len(no))), min(len(yes), len(no)))[1:3]  # no spread is seen in so few rows
        return Estimate(area, min(low, area), max(high, area), len(scores))
    logit, half = math.log(area / (1 - area)), Z * math.sqrt(variance) / (area * (1 - area))
    low, high = (1 / (1 + math.exp(-max(-700.0, min(700.0, end)))) for end in (logit - half, logit + half))
    return Estimate(area, low, high, len(scores))


def _f1_macro(answered: Ints, labels: Ints, classes: int) -> Estimate:
    """The mean F1 of the classes that are there, with the interval of draws from the confusion matrix (a bootstrap with a fixed seed)."""
    rows, hits = len(labels), int(np.sum(answered == labels))
    counts = np.bincount(labels * classes + answered, minlength=classes * classes)
    value = _macro(counts.reshape(classes, classes))
    if rows < LEAST:
        return Estimate(value, -math.inf, math.inf, rows)
    draws = np.random.default_rng(0).multinomial(rows, counts / rows, size=_DRAWS)
    values = [_macro(draw.reshape(classes, classes)) for draw in draws]
    low, high = np.quantile(values, [0.025, 0.975]).tolist()
    share = rate(hits, rows)  # few mistakes, or none, hardly vary between the draws
    return Estimate(value, max(0.0, min(low, value - (share.value - share.low))), min(1.0, max(high, value)), rows)


def _macro(matrix: Ints) -> float:
    both, parts = np.diag(matrix), matrix.sum(axis=0) + matrix.sum(axis=1)
    return float((2 * both[parts > 0] / parts[parts > 0]).mean())


def positions(values: Sequence[Any], classes: Sequence[Any]) -> Ints:
    """The positions of classes among all of them."""
    # JSON: true is no 1, and "1" is no 1.
    places = {(type(one) is bool, one): at for at, one in enumerate(classes)}
    return np.array([places[type(one) is bool, one] for one in values], dtype=np.intp)
