"""What chance alone makes of the figures behind the checks; in full: `python -m simulations.checks`."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.families import Target
from mlops_desktop.engine.diagnostics.statistics import fold_variation, jackknife_error, mean_above_zero, target_shift
from mlops_desktop.engine.evaluation import Units

TIMES = 300
MOST = 0.05 + 3 * (0.05 * 0.95 / TIMES) ** 0.5


def rows_of(count: int) -> Units:
    return Units("rows", np.arange(count), count)


def rate(p_values: list[float]) -> float:
    return float(np.mean(np.array(p_values) < 0.05))


def test_the_mean_of_losses_by_rows_and_by_groups():
    rng = np.random.default_rng(1)
    alone, grouped = [], []
    groups = Units("groups", np.repeat(np.arange(20), 5), 20)
    for _ in range(TIMES):
        alone.append(mean_above_zero(rng.exponential(size=60) - 1, np.ones(60), rows_of(60))[0])
        values = np.repeat(rng.normal(size=20), 5) + 0.3 * rng.normal(size=100)
        grouped.append(mean_above_zero(values, rng.uniform(0.5, 1.5, 100), groups)[0])
    assert rate(alone) < MOST
    assert rate(grouped) < MOST
    high, low = mean_above_zero(rng.normal(1, 1, 60), np.ones(60), rows_of(60))
    assert high < 1e-4
    assert high + low == pytest.approx(1)
    assert mean_above_zero(np.ones(20), np.zeros(20), rows_of(20)) is None
    assert mean_above_zero(np.ones(20), np.ones(20), rows_of(20)) is None


def test_folds_that_differ_by_their_rows_alone_agree():
    rng = np.random.default_rng(2)
    found = []
    for _ in range(TIMES):
        values = rng.normal(size=(5, 40))
        found.append(fold_variation(values.mean(axis=1).tolist(), (values.std(axis=1, ddof=1) / 40**0.5).tolist(), [40] * 5).p)
    assert 0.01 < rate(found) < MOST
    assert fold_variation([0.5, 0.9, 0.9], [0.02, 0.02, 0.02], [40, 40, 40]).p < 1e-6
    assert fold_variation([1.0, 1.0], [0.0, 0.0], [40, 40]).p == 1
    assert fold_variation([0.5, float("nan")], [0.02, 0.02], [40, 40]) is None


def test_the_jackknife_of_a_weighted_mean():
    rng = np.random.default_rng(3)
    values, weights = rng.normal(size=50), rng.uniform(0.1, 2, 50)
    found = jackknife_error(lambda kept: kept @ values / kept.sum(axis=1), weights, rows_of(50), 0)
    mean = weights @ values / weights.sum()
    linear = np.sqrt(np.sum((weights * (values - mean)) ** 2)) / weights.sum()
    assert found == pytest.approx(linear, rel=0.06)
    assert np.isnan(jackknife_error(lambda kept: kept.sum(axis=1), weights[:5], rows_of(5), 0))


def test_the_target_of_two_parts():
    rng = np.random.default_rng(4)
    numbers, classes = [], []
    for _ in range(TIMES):
        numbers.append(target_shift(*(Target("regression", rng.normal(size=n)) for n in (160, 40)), 1.0)[1])
        drawn = [Target("multiclass", rng.choice(4, n, p=[0.6, 0.3, 0.08, 0.02]), ("a", "b", "c", "d")) for n in (160, 40)]
        classes.append(target_shift(*drawn, 1.0)[1])
    assert rate(numbers) < MOST
    assert rate(classes) < MOST
    effect, p = target_shift(Target("regression", rng.normal(0, 1, 500)), Target("regression", rng.normal(1, 1, 500)), 1.0)
    assert effect > 0.3
    assert p < 1e-9
    one = Target("binary", np.repeat([0, 1], [80, 20]), ("no", "yes"))
    other = Target("binary", np.repeat([0, 1], [50, 50]), ("no", "yes"))
    assert target_shift(one, other, 1.0)[0] == pytest.approx(0.3)
    assert target_shift(one, other, 0.1)[1] > target_shift(one, other, 1.0)[1]  # ten rows of a group tell as much as one


def test_one_row_has_no_distribution_that_shifts():
    one, other = (Target("regression", np.array([value])) for value in (1.0, 2.0))
    assert target_shift(one, other, 1.0) == (0.0, 1.0)
