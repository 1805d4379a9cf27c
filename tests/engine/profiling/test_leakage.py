"""The single-column Gini: what is plausible, what is a leak."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.leakage import SingleColumn
from tests.imported import cells_of

RNG = np.random.default_rng(0)
N = 600
Y = RNG.integers(0, 2, N)
Y3 = RNG.integers(0, 3, N)


def gini(values, target, classes):
    table = type_cells(cells_of({"x": pd.Series(values)}), {}, Silent())
    return SingleColumn(table, target, classes).gini(table.schema.column("x"))


def test_binary():
    assert gini(Y + RNG.normal(size=N) * 0.01, Y, 2) > 0.975
    assert gini(RNG.normal(size=N), Y, 2) < 0.3
    assert gini(np.where(Y == 1, "yes", "no"), Y, 2) == pytest.approx(1)
    assert gini(-(Y + RNG.normal(size=N) * 0.01), Y, 2) > 0.975
    assert gini(np.where(Y == 1, np.nan, 1.0), Y, 2) == pytest.approx(1)


def test_rare_levels_do_not_predict_themselves():
    assert gini([f"k{i // 2}x" for i in range(N)], Y, 2) < 0.3


def test_one_class_that_is_separable_is_no_leak():
    assert gini((Y3 == 0) * 10.0 + RNG.normal(size=N), Y3, 3) < 0.85
    assert gini(Y3 * 10.0 + RNG.normal(size=N), Y3, 3) > 0.975


def test_numbers():
    amounts = RNG.gamma(2, 100, N)
    assert gini(amounts * 1.19, amounts, 0) > 0.975
    assert gini(RNG.normal(size=N), amounts, 0) < 0.3
    assert 0.2 < gini(amounts + RNG.normal(size=N) * 300, amounts, 0) < 0.85


def test_a_monotone_relation_is_not_needed():
    x = RNG.normal(size=N)
    assert gini(x, np.abs(x), 0) > 0.9


@pytest.mark.parametrize("target", [np.full(N, -1), np.zeros(N, dtype=int), np.r_[np.ones(3, dtype=int), np.zeros(N - 3, dtype=int)]])
def test_a_constant_target_has_no_leak(target):
    assert gini(RNG.normal(size=N), target, 2) == 0


def test_few_rows_and_missing_targets():
    assert gini(np.arange(10.0), np.arange(10.0), 0) == 0
    assert gini(np.arange(100.0), np.full(100, np.nan), 0) == 0
    assert gini(np.arange(100.0), np.ones(100), 0) == 0
    assert gini(np.full(100, np.nan), RNG.normal(size=100), 0) < 0.3
