from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.engine.packaging.intervals import error_bounds


@pytest.mark.parametrize("rows", [19, 50, 400])
@pytest.mark.parametrize("skewed", [False, True])
def test_intervals_hold_the_share_that_they_promise(rows, skewed):
    """Simulated: errors of known rows, then of new ones of the same kind. A mean coverage of at least the level, and not far above it."""
    rng = np.random.default_rng(rows)
    draw = (lambda n: rng.exponential(3.0, n) - 3.0) if skewed else (lambda n: rng.normal(0.0, 2.0, n))
    covered = []
    for _ in range(400):
        below, above = error_bounds(draw(rows), 0.9)
        new = draw(500)
        covered.append(np.mean((new >= -below) & (new <= above)))
    mean, error = np.mean(covered), np.std(covered) / math.sqrt(len(covered))
    assert mean >= 0.9 - 3 * error
    assert mean <= 0.9 + 2 / (rows + 1) + 3 * error


def test_too_few_rows_have_no_bounds():
    assert error_bounds(np.arange(18.0), 0.9) == (math.inf, math.inf)
    assert error_bounds(np.arange(19.0) - 9, 0.9) == (9.0, 9.0)


def test_a_weight_is_a_number_of_rows():
    errors = np.linspace(-5, 5, 60)
    weights = np.tile([1.0, 2.0, 3.0], 20)
    repeated = np.repeat(errors, weights.astype(int))
    assert error_bounds(errors, 0.9, weights) == pytest.approx(error_bounds(repeated, 0.9), abs=0.35)
    assert error_bounds(errors, 0.9, np.full(60, 7.0)) == error_bounds(errors, 0.9)
