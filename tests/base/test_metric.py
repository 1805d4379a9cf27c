"""What a metric says of its values."""

from __future__ import annotations

import math

import numpy as np

from mlops_desktop.base.metric import Metric, Predictions

ERROR = Metric("neg_miss", "Miss", "Little", "numbers", "Mean miss.", "Misses by {value}.", lambda _: lambda weights: weights[:, 0])


def test_an_error_is_written_without_its_sign():
    assert ERROR.is_error
    assert (ERROR.shown(-3.0), ERROR.shown(0.0)) == (3.0, 0.0)
    assert ERROR.describe(-2.5) == "Misses by 2.5."


def test_an_undefined_score_says_so():
    assert {ERROR.describe(value) for value in (None, math.nan, -math.inf)} == {"Miss cannot be computed on these rows."}


def test_scores_are_compared_rounded():
    predictions = Predictions(np.array([0, 1]), np.array([[0.3, 0.1 + 0.6], [0.5, 0.5]]), np.array([1, 0]), 1, 2)
    assert predictions.ranked(1).tolist() == [0.7, 0.5]
    assert predictions.is_class(1).tolist() == [False, True]
