"""The 95 % interval of each metric, by a method that suits it. `docs/honesty.md` has the simulated coverage.

Where the split keeps groups or times apart, whole groups or blocks of time are drawn, for all metrics; else rows. Where rows have weights,
the closed and exact intervals do not hold: the jackknife and the bootstrap take their place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.metric import Metric, Predictions, Statistic
from mlops_desktop.engine.evaluation import interval_methods as methods
from mlops_desktop.engine.evaluation.interval_methods import Bounds
from mlops_desktop.engine.evaluation.sampling_units import Units, effective_rows, leave_one_out, row_units
from mlops_desktop.engine.metrics import brier, confusion, errors, log_loss, relative_errors, row_weights
from mlops_desktop.serving.frame import Bools, Floats
from mlops_desktop.serving.message import Message, msg

LEAST_OF_CLASS = 10  # rows of each class, and groups or blocks that hold it
LEAST_UNITS = 10
LEAST_MOMENTS = (
    50  # of blocks of time: the correlation of adjacent moments, by which intervals are widened, is estimated too low from fewer
)
MOST_SINGLE = 1000  # rows that are left out one by one, for what each adds to a metric
MEANS: dict[str, Callable[[Predictions], Floats]] = {
    "neg_log_loss": log_loss,
    "neg_mean_absolute_error": lambda predicted: np.abs(errors(predicted)),
    "neg_mean_absolute_percentage_error": relative_errors,
    "neg_root_mean_squared_error": lambda predicted: errors(predicted) ** 2,
}
MEANS_OF_SHARES = {"balanced_accuracy": "recall", "recall_macro": "recall", "precision_macro": "precision"}
EXACT = msg("Exact interval of a share of rows (Clopper-Pearson).")
F1 = msg("Exact interval (Clopper-Pearson) of the share of hits among hits, misses and false alarms, written as F1.")
COMBINED = msg("The exact limits of each class (Clopper-Pearson), combined for their mean (MOVER).")
AUC = msg("DeLong’s variance on the logit scale, with Student’s t.")
MEDIAN = msg("Exact limits of a median, from the ordered errors.")


@dataclass(frozen=True)
class Interval:
    """The bounds, signed as the metric, or None; `method` says in one sentence how they were made, or why there are none."""

    bounds: Bounds | None
    method: str


class Intervals:
    """The intervals of the metrics of one set of predictions. `resamples` are those of the studentized bootstrap; `weights` (rows,) say how
    much each row counts, None: all alike.
    """

    def __init__(self, predicted: Predictions, units: Units, seed: int, resamples: int, weights: Floats | None = None) -> None:
        if weights is not None and not weights.all():  # rows of no weight say nothing of the sampling error
            kept = np.flatnonzero(weights)
            predicted, units, weights = predicted.take(kept), units.take(kept), weights[kept]
        self.predicted, self.units = predicted, units
        self.weighted, self.weights = weights is not None, row_weights(weights, len(units.of_row))
        self.parts = units.parts(predicted.classes, seed)
        self.seed, self.resamples, self._draws = seed, resamples, np.empty((0, 0))
        marks = [predicted.is_class(k) for k in range(predicted.classes)]
        self.least_units = min([self._count(np.ones(len(self.weights), dtype=bool)), *map(self._count, marks)])
        self.degrees = min(self.least_units, self.parts.count) - 1
        self.counts = confusion(predicted, np.ones((1, len(units.of_row))))[0] if predicted.classes else np.empty((0, 0))

    def _count(self, rows: Bools) -> int:
        """How many units hold the rows that are marked; with weights, their effective number (Kish)."""
        if not self.weighted:
            return self.units.holding(rows)
        return int(effective_rows(self.units.sums(self.weights * rows)))

    def of(self, metric: Metric, value: float) -> Interval:
        """The interval of a metric with this value."""
        if not math.isfinite(value):
            return Interval(None, "")
        if lacking := self._lacking(metric):
            return Interval(None, lacking)
        found = self._exact(metric, value) if self.units.kind == "rows" and not self.weighted else None
        found = found or self._sampled(metric, value)
        if found.bounds is None:
            return Interval(None, msg("No interval: the rows do not vary enough to measure chance by."))
        low, high = found.bounds
        return Interval((min(low, value), max(high, value)), found.method)

    def _lacking(self, metric: Metric) -> Message | None:
        """Why no method is valid on these rows."""
        groups = {"rows": msg("rows"), "groups": msg("groups"), "time": msg("blocks of time")}[self.units.kind]
        if self.units.count < LEAST_UNITS or (self.weighted and self._count(np.ones(len(self.weights), dtype=bool)) < LEAST_UNITS):
            return msg("No interval: there are fewer than {least} {groups}.", least=LEAST_UNITS, groups=groups)
        if self.units.kind == "time" and self.units.moments < LEAST_MOMENTS:
            text = "No interval: from fewer than {least} moments it cannot be told how alike rows are that follow each other."
            return msg(text, least=LEAST_MOMENTS)
        if self.units.kind == "time" and self._are_alike():
            text = "No interval: rows that follow each other are so alike that all of them tell no more than {least} independent ones."
            return msg(text, least=LEAST_UNITS if self.predicted.classes else LEAST_UNITS // 2)
        if not self.predicted.classes or metric.id == "accuracy":
            return None
        if self.counts.sum(axis=1).min() < LEAST_OF_CLASS:
            return msg("No interval: a class has fewer than {least} rows here.", least=LEAST_OF_CLASS)
        if self.least_units < LEAST_OF_CLASS:
            return msg("No interval: fewer than {least} {groups} hold a class.", least=LEAST_OF_CLASS, groups=groups)
        return None

    def _are_alike(self) -> bool:
        """Whether rows that follow each other in time carry too little information together; squares of errors, which most
        metrics are made of, follow each other less than these do.
        """
        if self.predicted.classes:
            return self.units.independent_moments(self._followed()) < LEAST_UNITS
        return self.units.independent_moments(errors(self.predicted)) < LEAST_UNITS // 2

    def _followed(self) -> Floats:
        """What of each row, (rows,), may follow that of the row before: the squared error, or the score beside those of the same class."""
        if not self.predicted.classes:
            squared: Floats = errors(self.predicted) ** 2
            return squared
        score, actual = self.predicted.scores[:, self.predicted.positive], self.predicted.actual.astype(np.intp)
        rows = np.bincount(actual, minlength=self.predicted.classes)
        means = np.bincount(actual, weights=score, minlength=self.predicted.classes) / np.maximum(rows, 1)
        deviation: Floats = score - means[actual]
        return deviation

    def _stretch(self, values: Callable[[], Floats]) -> float:
        """By what the standard error over blocks of time is too small; `values` (rows,) are what each row adds to the metric."""
        return math.sqrt(self.units.hidden_variance(values(), self._followed())) if self.units.kind == "time" else 1.0

    def _added(self, statistic: Statistic) -> Floats:
        """What each row adds to a metric, (rows,): without it, for few rows; else as its Brier score or squared error does."""
        if len(self.weights) <= MOST_SINGLE:
            without = leave_one_out(statistic, row_units(len(self.weights)))
            return np.where(np.isfinite(without), without, np.nanmean(without))
        return brier(self.predicted) if self.predicted.classes else errors(self.predicted) ** 2

    def _exact(self, metric: Metric, value: float) -> Interval | None:
        """The interval of a metric of independent rows that has a closed one."""
        at, predicted = self.predicted.positive, self.predicted
        if metric.id == "roc_auc":
            return Interval(methods.delong(predicted.is_class(at), predicted.ranked(at), self.degrees), AUC)
        if metric.id == "neg_median_absolute_error":
            low, high = methods.median(np.abs(errors(predicted)), self.units)
            return Interval((-high, -low), MEDIAN)
        if not predicted.classes:
            return None
        truth, answered, hits = self.counts.sum(axis=1), self.counts.sum(axis=0), np.diagonal(self.counts)
        if metric.id == "accuracy":
            return Interval(methods.exact_share(float(hits.sum()), float(truth.sum())), EXACT)
        if metric.id in ("precision", "recall"):
            rows = float((answered if metric.id == "precision" else truth)[at])
            return Interval(methods.exact_share(float(hits[at]), rows) if rows else None, EXACT)
        if metric.id == "f1":
            low, high = methods.exact_share(float(hits[at]), float(truth[at] + answered[at] - hits[at]))
            return Interval((2 * low / (1 + low), 2 * high / (1 + high)), F1)
        if metric.id in MEANS_OF_SHARES:
            rows_of = answered if MEANS_OF_SHARES[metric.id] == "precision" else truth
            return Interval(methods.mean_of_shares(hits.tolist(), rows_of.tolist()), COMBINED) if rows_of.min() > 0 else None
        return None

    def _sampled(self, metric: Metric, value: float) -> Interval:
        """The interval by the jackknife or the bootstrap over the units."""
        if metric.id in MEANS and (found := self._of_mean(metric)) is not None:
            return found
        if metric.id == "r2" and not self.weighted:
            actual = np.asarray(self.predicted.actual, dtype=np.float64)
            how = msg("Studentized bootstrap of error and spread, combined (MOVER), over {units}.", units=self._over())
            error = errors(self.predicted)
            return Interval(methods.explained(actual, error, self.parts, self._drawn(), self._stretch(lambda: error**2)), how)
        if metric.id == "neg_median_absolute_error":
            sizes = np.abs(errors(self.predicted))
            stretch = self._stretch(lambda: (sizes <= np.median(sizes)).astype(np.float64))
            low, high = methods.median(sizes, self.units, self.weights if self.weighted else None, stretch)
            return Interval((-high, -low), msg("The median’s interval by Woodruff’s method, over {units}.", units=self._over()))
        low, high = metric.bounds
        ends = (low, min(high, 0.0) if metric.is_error else high)
        degrees = self.parts.count - 1 if metric.id == "accuracy" else self.degrees
        if self.weighted:
            degrees = min(degrees, self.degrees if metric.id != "accuracy" else self._count(np.ones(len(self.weights), dtype=bool)) - 1)
        if metric.id in ("matthews_corrcoef", "neg_brier_score") and self.units.kind == "rows" and not self.weighted:
            degrees = min(2 * degrees, self.parts.count - 1)  # not only the rarest class adds to it
        if metric.id == "average_precision" and self.units.kind == "groups":
            degrees = min(degrees, self.least_units // 2)  # it rises with the share of the event, which few groups estimate badly
        prepared = metric.prepare(self.predicted)

        def statistic(kept: Floats) -> Floats:
            return prepared(kept * self.weights)

        stretch = self._stretch(lambda: self._added(statistic))
        bounds = methods.jackknife(statistic, value, self.parts, degrees, ends, stretch)
        return Interval(bounds, msg("Jackknife with Student’s t, over {units}.", units=self._over()))

    def _of_mean(self, metric: Metric) -> Interval | None:
        """The interval of a mean over the rows, or of its root; None where nothing varies."""
        losses = MEANS[metric.id](self.predicted)
        # Where the rarest class has hardly more rows than an interval needs, more than that may be chance, and with it a high mean; and of
        # few groups or blocks the bootstrap is rough.
        few = self.parts.count < 2 * LEAST_UNITS or (bool(self.predicted.classes) and self.least_units < 2 * LEAST_OF_CLASS)
        cautious: methods.Cautious = "both" if few else "up"
        found = methods.mean_error(losses, self.weights, self.parts, self._drawn(), cautious, self._stretch(lambda: losses))
        if found is None:
            return None
        power = 0.5 if metric.id == "neg_root_mean_squared_error" else 1.0
        return Interval((-(found[1] ** power), -(found[0] ** power)), self._bootstrapped())

    def _bootstrapped(self) -> Message:
        return msg("Studentized bootstrap, for larger errors no narrower than Student’s t, over {units}.", units=self._over())

    def _over(self) -> Message:
        kind, count = self.units.kind, self.parts.count
        if kind == "time":
            return msg("{count:,} blocks of time", count=count)
        if count < self.units.count:
            whole = msg("rows") if kind == "rows" else msg("groups")
            return msg("{count:,} random parts of the {whole}", count=count, whole=whole)
        return msg("{count:,} rows", count=count) if kind == "rows" else msg("{count:,} groups", count=count)

    @property
    def drawn_resamples(self) -> int:
        """The resamples that were drawn; 0 while no metric needed any."""
        return len(self._draws)

    def _drawn(self) -> Floats:
        if not len(self._draws):
            self._draws = methods.draws_of(self.parts.count, self.resamples, self.seed)
        return self._draws
