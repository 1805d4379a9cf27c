"""Prediction intervals of the chosen run, from the errors of its folds: each row by a model that was not trained on it."""

from __future__ import annotations

import math

import numpy as np

from mlops_desktop.engine.training import Chosen, out_of_fold
from mlops_desktop.serving.frame import Floats

LEVEL = 0.9  # the share of new rows whose value an interval is to hold


def interval_record(chosen: Chosen) -> dict[str, float] | None:
    """The intervals as `bundle.json` holds them: `level`, and how far the bounds lie `below` and `above` a prediction. None for a task
    whose answer is no number, and with too few rows for such bounds.
    """
    if chosen.scorer.prediction_spec.per_class:
        return None
    rows, scores = out_of_fold(chosen.pipeline, chosen.candidate)
    train = chosen.pipeline.train
    weights = None if train.weights is None else train.weights[rows]
    errors = np.asarray(train.target.values, dtype=np.float64)[rows] - scores
    below, above = error_bounds(errors, LEVEL, weights)
    if not (math.isfinite(below) and math.isfinite(above)):
        return None
    return {"level": LEVEL, "below": below, "above": above, "rows": len(errors)}


def error_bounds(errors: Floats, level: float, weights: Floats | None = None) -> tuple[float, float]:
    """How far below and above a prediction the value of a further row lies, with a tail of (1 - level) / 2 on each side.

    `errors` (rows,) are values minus predictions of models that had not seen their rows, in the unit of the target. Each bound is the
    ceil((n + 1)(1 - tail))-th smallest error of its side, so that intervals hold at least `level` of exchangeable rows; with `weights`
    the further row counts with the mean weight. Infinite with too few rows.
    """
    tail = (1 - level) / 2
    return _upper(-errors, tail, weights), _upper(errors, tail, weights)


def _upper(errors: Floats, tail: float, weights: Floats | None) -> float:
    order = np.argsort(errors, kind="stable")
    mass = np.ones(len(errors)) if weights is None else weights[order] / weights.mean()
    reached = np.cumsum(mass) / (mass.sum() + 1.0)
    at = int(np.searchsorted(reached, 1 - tail - 1e-12))
    return float(errors[order[at]]) if at < len(errors) else math.inf
