"""Means of the target by group are reported, with the row's own answer or without it; means of other columns and pure groups are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.engine.profiling.test_leak_rules import AMOUNT, EVENT, RNG, N, leaking


def group_means(y, groups, *, without_own: bool):
    """The mean of y over the rows of the same group, perhaps without the row itself."""
    frame = pd.DataFrame({"y": y, "g": groups}).groupby("g")["y"]
    size, total = frame.transform("size").to_numpy(), frame.transform("sum").to_numpy()
    return (total - y) / (size - 1) if without_own else total / size


@pytest.mark.parametrize("without_own", [False, True])
@pytest.mark.parametrize(
    ("target", "task", "y"),
    [(np.where(EVENT, "yes", "no"), "binary", EVENT.astype(float)), (AMOUNT, "regression", AMOUNT)],
)
def test_a_mean_of_the_target_by_group_is_reported(without_own, target, task, y):
    towns = np.array([f"town {i}" for i in np.arange(N) // 4])
    means = group_means(y, towns, without_own=without_own)
    found = leaking(target, task, town=towns, rate=means.round(3), other=RNG.normal(size=N), honest=(means + RNG.normal(size=N)).round(2))
    assert list(found) == ["rate"]
    assert "the mean of “y” over the rows with the same “town”" in found["rate"]


def test_means_of_other_columns_and_pure_groups_are_no_leak():
    towns = np.array([f"town {i}" for i in np.arange(N) // 4])
    x = RNG.normal(size=N)
    pure = (np.arange(N) // 4) % 2
    assert leaking(AMOUNT, "regression", town=towns, level=group_means(x, towns, without_own=False).round(3)) == {}
    assert leaking(np.where(EVENT, "yes", "no"), "binary", town=towns, flag=pure) == {}


@pytest.mark.parametrize(
    ("target", "task", "y"), [(np.where(EVENT, "yes", "no"), "binary", EVENT.astype(float)), (AMOUNT, "regression", AMOUNT)]
)
def test_a_mean_by_group_is_reported_without_the_group(target, task, y):
    means = group_means(y, RNG.integers(0, N // 8, N), without_own=False)
    found = leaking(target, task, rate=means.round(4), other=RNG.normal(size=N), few=RNG.integers(0, 30, N))
    assert list(found) == ["rate"]
    assert "Each value of “rate” is the mean of “y” over the rows that have it" in found["rate"]
