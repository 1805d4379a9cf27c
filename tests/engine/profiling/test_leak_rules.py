"""Leaks: a column that is filled exactly when the answer is known, and one that stands out from strong honest columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.finding import Seen
from mlops_desktop.engine.profiling.leak_rules import leaks, suspicious_columns
from tests.imported import cells_of

N = 600
RNG = np.random.default_rng(3)
EVENT = RNG.random(N) < 0.3
CLASSES = RNG.choice(["low", "mid", "high"], N)
AMOUNT = RNG.gamma(2, 50, N).round(3)
TEXTS = np.array([" ".join(RNG.choice(["good", "service", "late", "again", "never", "call", "me", "back"], 9)) + f" {i}" for i in range(N)])


def leaking(target, task, **columns):
    """The columns that are found to leak, with the sentence."""
    table = type_cells(cells_of({name: pd.Series(values) for name, values in {**columns, "y": target}.items()}), {}, Silent())
    return {finding.column: finding.message for finding in leaks(Seen(table, "y", task, {}))}


@pytest.mark.parametrize("values", [TEXTS, RNG.normal(size=N).round(4).astype(str), RNG.choice(["a", "b"], N)])
@pytest.mark.parametrize(
    ("target", "task", "filled"),
    [
        (np.where(EVENT, "yes", "no"), "binary", EVENT),
        (CLASSES, "multiclass", CLASSES == "mid"),
        (AMOUNT, "regression", AMOUNT > 90),
    ],
)
def test_a_column_that_is_filled_by_the_answer_is_reported(values, target, task, filled):
    found = leaking(target, task, survey=np.where(filled, values, ""), x=RNG.normal(size=N))
    assert list(found) == ["survey"]
    assert "Whether “survey” is filled" in found["survey"]
    by_chance = np.where(RNG.permutation(filled), values, "")
    assert leaking(target, task, survey=by_chance, x=RNG.normal(size=N)) == {}


def test_strong_columns_that_follow_each_other_are_no_leaks():
    assert suspicious_columns({"a": 0.97, "b": 0.965, "c": 0.94, "d": 0.5}) == []
    assert suspicious_columns({"a": 0.972, "b": 0.923, "c": 0.6}) == ["a"]
    assert suspicious_columns({"a": 1.0, "b": 0.999, "c": 0.9}) == ["a", "b"]
    assert suspicious_columns({"a": 0.94, "b": 0.2}) == []
    assert suspicious_columns({"a": 0.96}) == ["a"]


@pytest.mark.parametrize(("target", "task"), [(np.where(EVENT, "yes", "no"), "binary"), (AMOUNT, "regression")])
def test_a_column_that_numbers_rows_in_the_order_of_the_target_is_a_leak(target, task):
    """Half of the rows are sorted by the target: far from the 0.95 from which any column is suspicious."""
    numbers = np.cumsum(RNG.choice([1, 1, 1, 2, 5], N)) + 4000
    order = np.where(RNG.random(N) < 0.15, RNG.random(N), np.argsort(np.argsort(target)) / N).argsort()
    found = leaking(target[order], task, serial=numbers, x=RNG.normal(size=N))
    assert list(found) == ["serial"]
    assert "in the order of “y”" in found["serial"]
    assert leaking(target[order], task, serial=RNG.permutation(numbers), x=RNG.normal(size=N)) == {}
    assert leaking(target, task, serial=numbers, x=RNG.normal(size=N)) == {}


def test_years_and_sorted_measures_number_no_rows():
    measure = np.sort(RNG.choice(1_000_000, N, replace=False))  # sorted by a column that explains the target
    assert leaking(measure * 0.001 + RNG.normal(0, 200, N), "regression", population=measure, x=RNG.normal(size=N)) == {}
    years = np.arange(1900, 2000)
    assert leaking(years * 2.0 + RNG.normal(0, 15, 100), "regression", year=years, x=RNG.normal(size=100)) == {}
