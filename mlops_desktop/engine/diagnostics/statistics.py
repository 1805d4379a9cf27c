"""The statistics behind the checks: each compares a figure with what chance alone would make of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mlops_desktop.base.families import Target
from mlops_desktop.base.metric import Statistic
from mlops_desktop.engine.diagnostics.facts import FoldVariation
from mlops_desktop.engine.evaluation import Units, leave_one_out
from mlops_desktop.serving.frame import Floats

LEAST_UNITS = 10  # of a fold, for its error to be measured
MOST_PARTS = 200  # that a fold is left out in
LEAST_EXPECTED = 5.0  # rows of a class in either part; rarer classes count as one


def squared_losses(target: Target, scores: Floats) -> Floats:
    """The squared error of each row, (rows,): of the probabilities of the classes together, or of the number."""
    if not target.classes:
        squared: Floats = (scores - np.asarray(target.values, dtype=np.float64)) ** 2
        return squared
    truth = target.values[:, None] == np.arange(len(target.classes))
    summed: Floats = ((scores - truth) ** 2).sum(axis=1)
    return summed


def mean_above_zero(values: Floats, weights: Floats, units: Units) -> tuple[float, float] | None:
    """How likely chance alone is to make a weighted mean of (rows,) values so high, and so low, where the true one is 0.

    Student's t over independent units (linearised); None where nothing varies or the weights are all 0.
    """
    from scipy import stats

    total = float(weights.sum())
    if total <= 0:
        return None
    mean = float(weights @ values) / total
    sums = units.sums(weights * (values - mean))
    error = math.sqrt(units.count / (units.count - 1) * float(sums @ sums)) / total
    if not error > 0:
        return None
    ratio = mean / error
    return float(stats.t.sf(ratio, units.count - 1)), float(stats.t.cdf(ratio, units.count - 1))


def jackknife_error(statistic: Statistic, weights: Floats, units: Units, seed: int) -> float:
    """The jackknife's standard error of a statistic over the units of its rows; NaN where it is undefined without one of them."""
    if units.count < LEAST_UNITS:
        return math.nan
    parts = units.parts(1, seed, MOST_PARTS)
    without = leave_one_out(lambda kept: statistic(kept * weights), parts)
    return math.sqrt((parts.count - 1) * float(np.mean((without - without.mean()) ** 2)))


def fold_variation(scores: Sequence[float], errors: Sequence[float], counts: Sequence[int]) -> FoldVariation | None:
    """Whether scores of folds, each on so many units, differ more than sampling lets them; None where one is undefined.

    The error of a unit is pooled over the folds, for that of a single fold is rough; the sum of squared deviations over it is compared
    with F for the few degrees of freedom of both.
    """
    from scipy import stats

    if len(scores) < 2 or not np.isfinite([*scores, *errors]).all():
        return None
    sizes, values = np.asarray(counts, dtype=np.float64), np.asarray(scores)
    of_unit = float(np.mean(np.square(errors) * sizes))
    pooled = np.sqrt(of_unit / sizes)
    if not of_unit > 0:  # nothing varies, as where every fold is perfect
        return FoldVariation(tuple(values.tolist()), tuple(pooled.tolist()), 1.0)
    middle = float(values @ sizes / sizes.sum())
    ratio = float(np.sum(((values - middle) / pooled) ** 2)) / (len(scores) - 1)
    p = float(stats.f.sf(ratio, len(scores) - 1, max(1.0, np.minimum(sizes, MOST_PARTS).sum() - len(scores))))
    return FoldVariation(tuple(values.tolist()), tuple(pooled.tolist()), p)


def target_shift(before: Target, after: Target, share: float) -> tuple[float, float]:
    """How far the target of one part is from that of another, as a share of its rows, and how likely chance is to make that.

    `share` of the rows are independent of each other. Classes: total variation and Pearson's chi-square; numbers: Kolmogorov and Smirnov.
    """
    from scipy import stats

    if not before.classes:
        if len(before.values) < 2 or len(after.values) < 2:
            return 0.0, 1.0  # one row has no distribution
        found = stats.ks_2samp(before.values, after.values, method="asymp")
        n, m = len(before.values) * share, len(after.values) * share
        return float(found.statistic), float(stats.kstwobign.sf(math.sqrt(n * m / (n + m)) * found.statistic))
    counts = np.array([np.bincount(one.values, minlength=len(before.classes)) for one in (before, after)], dtype=np.float64)
    shares = counts / counts.sum(axis=1, keepdims=True)
    effect = float(np.abs(shares[0] - shares[1]).sum() / 2)
    expected = counts.sum(axis=0) * counts.sum(axis=1).min() / counts.sum()
    rare = expected < LEAST_EXPECTED
    table = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        return effect, 1.0
    fitted = table.sum(axis=0) * table.sum(axis=1, keepdims=True) / table.sum()
    squared = float(((table - fitted) ** 2 / fitted).sum()) * share
    return effect, float(stats.chi2.sf(squared, table.shape[1] - 1))
