"""Curves and tables behind the plots of an evaluation, thinned to what a plot can show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlops_desktop.engine.evaluation.results import (
    CalibrationCurve,
    ErrorBand,
    ErrorHistogram,
    ErrorQuantile,
    GainCurve,
    PrecisionRecallCurve,
    Residuals,
    RocCurve,
)
from mlops_desktop.engine.metrics import row_weights
from mlops_desktop.serving.frame import Bools, Floats, Ints

POINTS = 200
BINS = 10
PAIRS = 2_000
BARS = 30


def _ranked(truth: Bools, scores: Floats, weights: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Distinct scores (rounded to 1e-12) from the highest down, and after each how many rows of the class and how many others were met, by
    their weights.
    """
    of_row = row_weights(weights, len(scores))
    distinct, place = np.unique(np.round(scores, 12), return_inverse=True)
    of_class = np.bincount(place, weights=truth * of_row, minlength=len(distinct))[::-1]
    every = np.bincount(place, weights=of_row, minlength=len(distinct))[::-1]
    return distinct[::-1], np.cumsum(of_class), np.cumsum(every - of_class)


def _thin(along: Floats) -> Ints:
    """Positions of at most POINTS values that spread evenly over a rising sequence, both ends among them."""
    if len(along) <= POINTS:
        return np.arange(len(along))
    wanted = np.linspace(along[0], along[-1], POINTS)
    return np.unique(np.searchsorted(along, wanted).clip(0, len(along) - 1)).astype(np.intp)


def roc(truth: Bools, scores: Floats, weights: Floats | None = None) -> RocCurve:
    """The ROC curve of (rows,) scores; empty when a side has no row."""
    limits, hit, wrong = _ranked(truth, scores, weights)
    if not len(hit) or hit[-1] == 0 or wrong[-1] == 0:
        return RocCurve((), (), ())
    x, y = np.concatenate(([0.0], wrong / wrong[-1])), np.concatenate(([0.0], hit / hit[-1]))
    kept = _thin(x + y)
    thresholds = [None, *limits.tolist()]
    return RocCurve(_values(x[kept]), _values(y[kept]), tuple(thresholds[i] for i in kept.tolist()))


def precision_recall(truth: Bools, scores: Floats, weights: Floats | None = None) -> PrecisionRecallCurve:
    """Precision over recall, from the highest threshold down; empty without a row of the class."""
    limits, hit, wrong = _ranked(truth, scores, weights)
    if not len(hit) or hit[-1] == 0:
        return PrecisionRecallCurve((), (), (), None)
    kept = _thin(hit + wrong)
    return PrecisionRecallCurve(
        x=_values((hit / hit[-1])[kept]),
        y=_values(np.divide(hit, hit + wrong, out=np.zeros_like(hit), where=hit + wrong > 0)[kept]),
        threshold=_values(limits[kept]),
        share=float(hit[-1] / (hit[-1] + wrong[-1])),
    )


def calibration(truth: Bools, scores: Floats, weights: Floats | None = None) -> CalibrationCurve:
    """Rows in at most ten equally full bins of the score. Equal scores are never parted.

    Intervals are Wilson's (95 %), with weights for the effective sample size (Kish).
    """
    of_row = row_weights(weights, len(scores))
    counting = of_row > 0
    truth, scores, of_row = truth[counting], scores[counting], of_row[counting]
    if not len(scores):
        return CalibrationCurve((), (), (), (), ())
    place = _bins(scores)
    rows, sums = np.bincount(place), np.bincount(place, weights=of_row)
    predicted = np.bincount(place, weights=scores * of_row) / sums
    observed = np.minimum(np.bincount(place, weights=truth * of_row) / sums, 1.0)
    low, high = wilson(observed, sums**2 / np.bincount(place, weights=of_row**2))
    return CalibrationCurve(_values(predicted), _values(observed), _values(low), _values(high), tuple(rows.tolist()))


def _values(array: Floats) -> tuple[float, ...]:
    return tuple(array.tolist())


def _bins(values: Floats) -> Ints:
    """The bin of each value, 0 on, rising: at most ten of equal numbers of rows, equal values together."""
    edges = np.sort(values)[np.maximum(np.arange(1, BINS) * len(values) // BINS - 1, 0)]
    return np.unique(np.searchsorted(edges, values), return_inverse=True)[1].astype(np.intp)


def wilson(share: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Wilson's 95 % score interval of a share (E. B. Wilson, 1927)."""
    z = 1.959963984540054
    middle = (share + z**2 / (2 * rows)) / (1 + z**2 / rows)
    reach = z / (1 + z**2 / rows) * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    return np.clip(middle - reach, 0.0, 1.0), np.clip(middle + reach, 0.0, 1.0)


def gain(truth: Bools, scores: Floats, weights: Floats | None = None) -> GainCurve:
    """What taking rows from the highest score down finds, at every per cent of the rows; empty without a row of the class.

    Within equal scores rows are taken in no order, so the curve is straight there.
    """
    _, hit, wrong = _ranked(truth, scores, weights)
    if not len(hit) or hit[-1] == 0:
        return GainCurve((), (), ())
    share = np.linspace(0, 1, 101)[1:]
    taken = np.concatenate(([0.0], (hit + wrong) / (hit[-1] + wrong[-1])))
    found = np.interp(share, taken, np.concatenate(([0.0], hit / hit[-1])))
    return GainCurve(_values(share), _values(found), _values(found / share))


def residuals(actual: Floats, predicted: Floats, seed: int, weights: Floats | None = None) -> Residuals:
    """The errors of (rows,) answers: pairs drawn by the seed, a histogram, quantiles, and bands of equally many rows by the answer.

    Rows count by their weights, but for the pairs.
    """
    rows, of_row = len(actual), row_weights(weights, len(actual))
    if not rows or not of_row.any():
        return Residuals((), (), False, ErrorHistogram((), ()), (), None, ())
    picked = np.arange(rows) if rows <= PAIRS else np.sort(np.random.default_rng([seed, 4]).choice(rows, PAIRS, replace=False))
    missed = predicted - actual
    counts, edges = np.histogram(missed, bins=BARS, range=_span(missed), weights=of_row)
    shares = (0.5, 0.8, 0.9, 0.95, 1.0)
    return Residuals(
        actual=_values(actual[picked]),
        predicted=_values(predicted[picked]),
        sampled=rows > PAIRS,
        histogram=ErrorHistogram(_values(edges), tuple(np.rint(counts).astype(int).tolist())),
        quantiles=tuple(ErrorQuantile(s, float(q)) for s, q in zip(shares, _quantiles(np.abs(missed), shares, weights), strict=True)),
        bias=float(np.average(missed, weights=of_row)),
        bands=tuple(_bands(predicted, missed, of_row)),
        banded_by="predicted",
    )


def _quantiles(values: Floats, shares: Sequence[float], weights: Floats | None) -> Floats:
    """Quantiles of (rows,) values; with weights the least value that the share of the weight does not exceed."""
    if weights is None:
        return np.quantile(values, shares)
    order = np.argsort(values, kind="stable")
    seen = np.cumsum(weights[order])
    at = np.searchsorted(seen, np.asarray(shares) * seen[-1] * (1 - 1e-12)).clip(0, len(values) - 1)
    found: Floats = values[order][at]
    return found


def _span(values: Floats) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    least = max(abs(low), abs(high), 1e-300) * 1e-9  # a histogram needs bars whose edges differ as floats
    return (low, high) if high - low > least else (low - max(abs(low), 1.0) / 2, high + max(abs(high), 1.0) / 2)


def _bands(values: Floats, missed: Floats, weights: Floats) -> list[ErrorBand]:
    values, missed, weights = (one[weights > 0] for one in (values, missed, weights))
    place = _bins(values)
    bands = []
    for band in range(int(place.max()) + 1):
        here = place == band
        low, high = float(values[here].min()), float(values[here].max())
        bias, size = (float(np.average(one[here], weights=weights[here])) for one in (missed, np.abs(missed)))
        bands.append(ErrorBand(low, high, int(here.sum()), bias, size))
    return bands
