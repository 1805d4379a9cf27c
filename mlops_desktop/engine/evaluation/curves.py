"""Curves and tables behind the pictures of an evaluation, thinned to what a picture can show, as plain JSON values."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlops_desktop.serving.frame import Bools, Floats, Ints

POINTS = 200
BINS = 10
PAIRS = 2_000
BARS = 30

Json = dict[str, Any]


def _ranked(truth: Bools, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Distinct scores (rounded to 1e-12) from the highest down, and after each how many rows of the class and how many others were met."""
    distinct, place = np.unique(np.round(scores, 12), return_inverse=True)
    of_class = np.bincount(place, weights=truth, minlength=len(distinct))[::-1]
    every = np.bincount(place, minlength=len(distinct))[::-1]
    return distinct[::-1], np.cumsum(of_class), np.cumsum(every - of_class)


def _thin(along: Floats) -> Ints:
    """Positions of at most POINTS values that spread evenly over a rising sequence, both ends among them."""
    if len(along) <= POINTS:
        return np.arange(len(along))
    wanted = np.linspace(along[0], along[-1], POINTS)
    return np.unique(np.searchsorted(along, wanted).clip(0, len(along) - 1)).astype(np.intp)


def roc(truth: Bools, scores: Floats) -> Json:
    """`{"x": false positive rate, "y": true positive rate, "threshold"}`.

    The first point has no threshold. Empty lists when a side has no row.
    """
    limits, hit, wrong = _ranked(truth, scores)
    if not len(hit) or hit[-1] == 0 or wrong[-1] == 0:
        return {"x": [], "y": [], "threshold": []}
    x, y = np.concatenate(([0.0], wrong / wrong[-1])), np.concatenate(([0.0], hit / hit[-1]))
    kept = _thin(x + y)
    thresholds = [None, *limits.tolist()]
    return {"x": x[kept].tolist(), "y": y[kept].tolist(), "threshold": [thresholds[i] for i in kept.tolist()]}


def precision_recall(truth: Bools, scores: Floats) -> Json:
    """`{"x": recall, "y": precision, "threshold", "share": the class's share of all rows}`, from the highest threshold down.

    Empty lists without a row of the class.
    """
    limits, hit, wrong = _ranked(truth, scores)
    if not len(hit) or hit[-1] == 0:
        return {"x": [], "y": [], "threshold": [], "share": None}
    kept = _thin(hit + wrong)
    return {
        "x": (hit / hit[-1])[kept].tolist(),
        "y": (hit / (hit + wrong))[kept].tolist(),
        "threshold": limits[kept].tolist(),
        "share": float(hit[-1] / (hit[-1] + wrong[-1])),
    }


def calibration(truth: Bools, scores: Floats) -> Json:
    """Rows in at most ten equally full bins of the score: `{"predicted": mean score, "observed": share of the class, "low", "high",
    "rows"}`.

    `low` and `high` bound the share by Wilson's interval (95 %). Equal scores are never parted.
    """
    if not len(scores):
        return {"predicted": [], "observed": [], "low": [], "high": [], "rows": []}
    place = _bins(scores)
    rows = np.bincount(place).astype(np.float64)
    predicted = np.bincount(place, weights=scores) / rows
    observed = np.bincount(place, weights=truth) / rows
    low, high = wilson(observed, rows)
    return {
        "predicted": predicted.tolist(),
        "observed": observed.tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "rows": rows.astype(int).tolist(),
    }


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


def gain(truth: Bools, scores: Floats) -> Json:
    """What taking rows from the highest score down finds: `{"share": of rows taken, "found": of the class, "lift": found / share}`.

    Within equal scores rows are taken in no order, so the curve is straight there. Empty without a row of the class.
    """
    _, hit, wrong = _ranked(truth, scores)
    if not len(hit) or hit[-1] == 0:
        return {"share": [], "found": [], "lift": []}
    share = np.linspace(0, 1, 101)[1:]
    taken = np.concatenate(([0.0], (hit + wrong) / (hit[-1] + wrong[-1])))
    found = np.interp(share, taken, np.concatenate(([0.0], hit / hit[-1])))
    return {"share": share.tolist(), "found": found.tolist(), "lift": (found / share).tolist()}


def residuals(actual: Floats, predicted: Floats, seed: int) -> Json:
    """How numbers miss: pairs, a histogram, quantiles and the mean miss over the range of true values. An error is what was answered
    minus what was true.

    `{"actual", "predicted"}` up to 2,000 pairs drawn by `seed`, `"sampled"` whether drawn, `"histogram": {"edges", "counts"}` of errors,
    `"quantiles": [{"share", "error"}]` of absolute errors, `"bias"` the mean error, `"bands": [{"low", "high", "rows", "bias", "mae"}]`
    by equally full bands of truth.
    """
    rows = len(actual)
    if not rows:
        return {
            "actual": [],
            "predicted": [],
            "sampled": False,
            "histogram": {"edges": [], "counts": []},
            "quantiles": [],
            "bias": None,
            "bands": [],
        }
    picked = np.arange(rows) if rows <= PAIRS else np.sort(np.random.default_rng([seed, 4]).choice(rows, PAIRS, replace=False))
    missed = predicted - actual
    counts, edges = np.histogram(missed, bins=BARS, range=_span(missed))
    shares = (0.5, 0.8, 0.9, 0.95, 1.0)
    return {
        "actual": actual[picked].tolist(),
        "predicted": predicted[picked].tolist(),
        "sampled": rows > PAIRS,
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
        "quantiles": [{"share": s, "error": float(q)} for s, q in zip(shares, np.quantile(np.abs(missed), shares), strict=True)],
        "bias": float(missed.mean()),
        "bands": _bands(actual, missed),
    }


def _span(values: Floats) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    least = max(abs(low), abs(high), 1e-300) * 1e-9  # a histogram needs bars of a width that floats can tell apart
    return (low, high) if high - low > least else (low - max(abs(low), 1.0) / 2, high + max(abs(high), 1.0) / 2)


def _bands(actual: Floats, missed: Floats) -> list[Json]:
    place = _bins(actual)
    bands = []
    for band in range(int(place.max()) + 1):
        here = place == band
        bands.append(
            {
                "low": float(actual[here].min()),
                "high": float(actual[here].max()),
                "rows": int(here.sum()),
                "bias": float(missed[here].mean()),
                "mae": float(np.abs(missed[here]).mean()),
            }
        )
    return bands
