"""Methods for 95 % intervals; each returns (low, high), None where it has nothing to measure chance by. `intervals` chooses among them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from mlops_desktop.base.metric import Statistic
from mlops_desktop.engine.evaluation.sampling_units import Units, leave_one_out
from mlops_desktop.serving.frame import Bools, Floats

CONFIDENCE = 0.95
TAIL = (1 - CONFIDENCE) / 2
# Beyond the upper bound of a mean error: large errors that these rows happen not to hold are what is missed. The first is for fewer units,
# of which the bootstrap's tail is rough.
RARE_TAILS, FEW_UNITS = (0.02, 0.01), 50
RESAMPLES = 1000
Bounds = tuple[float, float]
Cautious = Literal["", "up", "both"]


def exact_share(hits: float, rows: float) -> Bounds:
    """Clopper and Pearson's exact interval (1934) of a share of at least one row; `hits` may be a fraction of a row."""
    from scipy import stats

    low = float(stats.beta.ppf(TAIL, hits, rows - hits + 1)) if hits > 0 else 0.0
    high = float(stats.beta.ppf(1 - TAIL, hits + 1, rows - hits)) if hits < rows else 1.0
    return low, high


def mean_of_shares(hits: Sequence[float], rows: Sequence[float]) -> Bounds:
    """The interval of the plain mean of independent shares, each with its exact limits, by Donner and Zou's MOVER (2002)."""
    shares = np.divide(hits, rows)
    limits = np.array([exact_share(one, of) for one, of in zip(hits, rows, strict=True)])
    below, above = (math.sqrt(float(np.sum((shares - limits[:, side]) ** 2))) / len(shares) for side in (0, 1))
    mean = float(shares.mean())
    return max(0.0, mean - below), min(1.0, mean + above)


def delong(truth: Bools, score: Floats, degrees: int) -> Bounds:
    """ROC AUC with the variance of DeLong et al. (1988) on the logit scale, and Student's t; where the AUC is 0 or 1, the exact interval of
    a share of as many rows as the smaller class has.
    """
    from scipy import stats

    ones, others = score[truth], score[~truth]
    ranks, m, n = stats.rankdata(score), len(ones), len(others)
    of_ones = (ranks[truth] - stats.rankdata(ones)) / n
    of_others = 1 - (ranks[~truth] - stats.rankdata(others)) / m
    area = float(of_ones.mean())
    variance = float(of_ones.var(ddof=1) / m + of_others.var(ddof=1) / n)
    if variance <= 0 or not 0 < area < 1:
        least = min(m, n)
        return exact_share(area * least, least)
    reach = float(stats.t.ppf(1 - TAIL, degrees)) * math.sqrt(variance) / (area * (1 - area))
    middle = math.log(area / (1 - area))
    return _logistic(middle - reach), _logistic(middle + reach)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def jackknife(statistic: Statistic, value: float, units: Units, degrees: int, bounds: Bounds, stretch: float = 1.0) -> Bounds | None:
    """The jackknife's standard error with Student's t, on a scale without ends: logit of a share, logarithm of what has one end.

    A value at the end of its scale has the exact interval of a share of `degrees` + 1 rows, scaled to the bounds. The standard error is
    multiplied by `stretch`, for what the units do not show of it.
    """
    from scipy import stats

    without = leave_one_out(statistic, units)
    if not np.isfinite(without).all():
        return None
    low, high = bounds
    finite = math.isfinite(low) and math.isfinite(high)
    if np.ptp(without) == 0:
        if not finite or value not in bounds:
            return None
        of = degrees + 1
        least, most = exact_share((value - low) / (high - low) * of, of)
        return low + (high - low) * least, low + (high - low) * most
    small = 0.5 / units.count * (high - low) if finite else 0.0

    def scale(values: Floats) -> Floats:
        if finite:
            return np.log((values - low + small) / (high - values + small))
        return -np.log(high - values) if math.isfinite(high) else values

    def unscale(end: float) -> float:
        if finite:
            return min(high, max(low, low - small + (high - low + 2 * small) * _logistic(end)))
        return high - math.exp(-end) if math.isfinite(high) else end

    if not finite and math.isfinite(high) and (value >= high or bool((without >= high).any())):
        return None
    middle = float(scale(np.array([value]))[0])
    scaled = scale(without)
    error = stretch * math.sqrt((units.count - 1) * float(np.mean((scaled - scaled.mean()) ** 2)))
    reach = float(stats.t.ppf(1 - TAIL, degrees)) * error
    return unscale(middle - reach), unscale(middle + reach)


def log_mean(sums: Floats, rows: Floats, draws: Floats, cautious: Cautious, stretch: float = 1.0) -> tuple[Bounds, Floats] | None:
    """The logarithm of a mean above 0, from its sums and rows by unit, by the studentized bootstrap; and the pseudo-values (units,).

    `cautious`: up, it reaches no less far up than the jackknife with Student's t; both, at either end. `draws` as `draws_of` makes them,
    `stretch` as in `jackknife`.
    """
    total, count = float(sums.sum()), float(rows.sum())
    if total <= 0 or not (total - sums > 0).all():
        return None
    middle = math.log(total / count)
    return _studentized(middle, np.log((total - sums) / (count - rows)), draws, cautious, stretch)


def _studentized(middle: float, without: Floats, draws: Floats, cautious: Cautious, stretch: float) -> tuple[Bounds, Floats] | None:
    from scipy import stats

    units = len(without)
    pseudo = units * middle - (units - 1) * without
    error = float(pseudo.std(ddof=1)) / math.sqrt(units)
    if not error > 0:
        return None
    centred = pseudo - pseudo.mean()
    drawn = draws @ centred / units
    deviation = np.sqrt(np.maximum(draws @ centred**2 / units - drawn**2, 0.0) / (units - 1))
    ratios = np.divide(drawn, deviation, out=np.zeros_like(drawn), where=deviation > 0)
    under, over = np.quantile(ratios, [RARE_TAILS[units >= FEW_UNITS] if cautious else TAIL, 1 - TAIL])
    reach = float(stats.t.ppf(1 - TAIL, units - 1)) if cautious else 0.0
    error *= stretch
    low, high = middle - max(reach if cautious == "both" else 0.0, float(over)) * error, middle + max(reach, -float(under)) * error
    return (low, min(high, 700.0)), pseudo


def mean_error(
    losses: Floats, weights: Floats, units: Units, draws: Floats, cautious: Cautious = "up", stretch: float = 1.0
) -> Bounds | None:
    """The interval of the weighted mean of losses (rows,) that are never negative; see `log_mean`."""
    found = log_mean(units.sums(weights * losses), units.sums(weights), draws, cautious=cautious, stretch=stretch)
    return None if found is None else (math.exp(found[0][0]), math.exp(found[0][1]))


def explained(actual: Floats, error: Floats, units: Units, draws: Floats, stretch: float = 1.0) -> Bounds | None:
    """R²: one minus the ratio of the mean squared error and the variance, of which each has its interval (`log_mean`); they are combined by
    MOVER for correlated estimates (Zou, 2007). `stretch` as in `jackknife`.
    """
    rows = units.sums(np.ones_like(error))
    centred = actual - actual.mean()
    squared = log_mean(units.sums(error**2), rows, draws, cautious="", stretch=stretch)
    first, second, left = units.sums(centred), units.sums(centred**2), rows.sum() - rows
    variance = second.sum() / rows.sum()
    without = (second.sum() - second) / left - ((first.sum() - first) / left) ** 2
    if squared is None or variance <= 0 or not (without > 0).all():
        return None
    of_variance = _studentized(math.log(variance), np.log(without), draws, cautious="", stretch=stretch)
    if of_variance is None:
        return None
    above, below = math.log(float(np.mean(error**2))), math.log(variance)
    (low_a, high_a), (low_b, high_b) = squared[0], of_variance[0]
    correlation = float(np.corrcoef(squared[1], of_variance[1])[0, 1])

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(one**2 - 2 * correlation * one * other + other**2, 0.0))

    least = above - below - reach(above - low_a, high_b - below)
    most = above - below + reach(high_a - above, below - low_b)
    return 1 - math.exp(min(most, 700.0)), 1 - math.exp(least)


def median(values: Floats, units: Units, weights: Floats | None = None, stretch: float = 1.0) -> Bounds:
    """The interval of a median between two of the ordered values: exact for rows, by Woodruff's method (1952) for groups and weights.
    `stretch` as in `jackknife`.
    """
    from scipy import stats

    if weights is not None:
        return _weighted_median(values, units, weights, stretch)
    ordered, rows = np.sort(values), len(values)
    if units.kind == "rows":
        at = max(int(stats.binom.ppf(TAIL, rows, 0.5)), 1)
        return float(ordered[at - 1]), float(ordered[rows - at])
    under = (values <= np.median(values)) - 0.5
    error = math.sqrt(units.count / (units.count - 1) * float(np.sum(units.sums(under.astype(np.float64)) ** 2))) / rows
    reach = float(stats.t.ppf(1 - TAIL, units.count - 1)) * error * stretch
    return float(np.quantile(ordered, max(0.0, 0.5 - reach))), float(np.quantile(ordered, min(1.0, 0.5 + reach)))


def _weighted_median(values: Floats, units: Units, weights: Floats, stretch: float) -> Bounds:
    from scipy import stats

    order = np.argsort(values, kind="stable")
    seen = np.cumsum(weights[order])
    middle = values[order][min(int(np.searchsorted(seen, seen[-1] / 2)), len(values) - 1)]
    under = units.sums(weights * ((values <= middle) - 0.5))
    error = math.sqrt(units.count / (units.count - 1) * float(under @ under)) / float(seen[-1])
    reach = float(stats.t.ppf(1 - TAIL, units.count - 1)) * error * stretch
    shares = np.array([max(0.0, 0.5 - reach), min(1.0, 0.5 + reach)])
    low, high = np.searchsorted(seen, shares * seen[-1]).clip(0, len(values) - 1)
    return float(values[order][low]), float(values[order][high])


def draws_of(units: int, resamples: int, seed: int) -> Floats:
    """How often each unit is drawn in each resample, (resamples, units) float64 counts."""
    rng = np.random.default_rng([seed, 3])
    drawn = rng.integers(0, units, (resamples, units)) + (np.arange(resamples) * units)[:, None]
    return np.bincount(drawn.ravel(), minlength=resamples * units).reshape(resamples, units).astype(np.float64)
