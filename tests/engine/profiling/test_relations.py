"""Strengths of relations between columns of any types."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.relations import SAMPLE, category_strength, correlation_ratio, pearson, ranks, relations
from mlops_desktop.engine.project.serialization import to_json
from tests.imported import cells_of

RNG = np.random.default_rng(0)


def test_pearson_equals_numpy_and_leaves_missing_out_pair_by_pair():
    values = RNG.normal(size=(200, 4)) * [1, 1e6, 1e-6, 1] + [0, 1e9, 0, 5]
    values[:, 3] += values[:, 0]
    assert pearson(values) == pytest.approx(np.corrcoef(values.T), abs=1e-6)
    values[RNG.random((200, 4)) < 0.2] = np.nan
    both = ~np.isnan(values[:, 0]) & ~np.isnan(values[:, 3])
    assert pearson(values)[0, 3] == pytest.approx(np.corrcoef(values[both, 0], values[both, 3])[0, 1])


def test_pearson_of_what_does_not_vary():
    found = pearson(np.array([[1.0, 1.0, np.nan], [1.0, 2.0, np.nan], [1.0, 3.0, np.nan]]))
    assert np.isnan(found[0]).all()
    assert np.isnan(found[2]).all()
    assert found[1, 1] == pytest.approx(1)


def test_two_categories():
    a = np.tile([0, 1, 2], 100)
    assert category_strength(a, a) == pytest.approx(1, abs=1e-9)
    assert category_strength(a, (a + 1) % 3) == pytest.approx(1, abs=1e-9)
    assert np.isnan(category_strength(a, np.zeros(300, dtype=int)))
    assert np.isnan(category_strength(np.full(3, -1), np.array([0, 1, 2])))
    assert np.isnan(category_strength(np.array([], dtype=int), np.array([], dtype=int)))
    yes, no = RNG.random(400) < 0.4, RNG.random(400) < 0.3
    both = np.where(RNG.random(400) < 0.5, yes, no)  # of two levels it is the correlation of the two as numbers, but for the bias
    assert category_strength(yes.astype(int), both.astype(int)) == pytest.approx(np.corrcoef(yes, both)[0, 1], abs=0.01)


def test_correlation_ratio():
    codes = np.repeat([0, 1, 2], 50)
    values = codes * 10.0
    assert correlation_ratio(codes, values) == pytest.approx(1)
    assert np.isnan(correlation_ratio(codes, np.ones(150)))
    assert np.isnan(correlation_ratio(np.full(150, -1), values))
    assert np.isnan(correlation_ratio(np.arange(150), values))  # as many levels as rows tell nothing


@pytest.mark.parametrize("strength", [0.3, 0.5, 0.8])
def test_the_same_strength_is_about_the_same_number_whatever_the_types(strength):
    x = RNG.normal(size=4000)
    y = strength * x + (1 - strength**2) ** 0.5 * RNG.normal(size=4000)
    for levels in (4, 10, 20):
        a, b = (np.searchsorted(np.quantile(one, np.arange(1, levels) / levels), one) for one in (x, y))
        assert correlation_ratio(a, y) == pytest.approx(strength, abs=0.08)
        assert category_strength(a, b) == pytest.approx(strength, abs=0.08)


def test_noise_is_near_0_with_many_levels_and_skewed_ones():
    weights = 1 / np.arange(1, 41)
    found = []
    for _ in range(60):
        a, b = RNG.choice(40, (2, 600), p=weights / weights.sum())
        found.append((category_strength(a, b), correlation_ratio(a, RNG.normal(size=600))))
    assert np.mean(found, axis=0) == pytest.approx([0, 0], abs=0.07)
    assert np.mean(np.array(found)[:, 0] == 0) > 0.85


def test_ranks_make_the_correlation_of_spearman():
    values = RNG.integers(0, 9, (200, 2))
    assert pearson(np.column_stack([ranks(one.astype(float)) for one in values.T]))[0, 1] == pytest.approx(
        pd.DataFrame(values).corr("spearman").iloc[0, 1]
    )
    assert ranks(np.array([3.0, np.nan, 1.0, 3.0])) == pytest.approx([2.5, np.nan, 1, 2.5], nan_ok=True)
    x = np.linspace(0, 8, 100)
    curved = pearson(np.column_stack([ranks(x), ranks(np.exp(x))]))[0, 1]
    assert curved == pytest.approx(1)


def test_a_table():
    cells = pd.DataFrame(
        {
            "n": pd.Series([str(i / 2) for i in range(60)], dtype="str"),
            "w": pd.Series(["a", "b", "c"] * 20, dtype="str"),
            "t": pd.Series([f"words and more words {i}" for i in range(60)], dtype="str"),
            "d": pd.Series([f"2024-01-{i % 28 + 1:02}" for i in range(60)], dtype="str"),
            "v": pd.Series(["A", "B", "C"] * 20, dtype="str"),
        }
    )
    found = to_json(relations(type_cells(cells_of(cells), {}, Silent()), None, Silent()))
    assert found["columns"] == ["n", "w", "d", "v"]
    assert (found["rows"], found["sampled"], found["left_out"]) == (60, False, 1)
    values = found["values"]
    assert values[1][3] == values[3][1] == pytest.approx(1)
    assert values[0][0] == pytest.approx(1)
    ranked = found["spearman"]
    assert ranked[0][2] == pytest.approx(pd.Series(range(60)).corr(pd.Series([i % 28 for i in range(60)]), "spearman"), abs=1e-6)
    assert ranked[1][3] is ranked[0][1] is None
    assert all(abs(v) <= 1 for row in values for v in row if v is not None)


def test_large_tables_are_sampled_and_wide_ones_keep_the_target():
    cells = pd.DataFrame({"x": pd.Series(np.arange(SAMPLE + 5.0)), "y": pd.Series(-np.arange(SAMPLE + 5.0))})
    found = to_json(relations(type_cells(cells_of(cells), {}, Silent()), None, Silent()))
    assert (found["rows"], found["sampled"]) == (SAMPLE, True)
    assert found["values"][0][1] == -1
    wide = pd.DataFrame({f"c{i}": pd.Series([0.5, 1.5, float(i)]) for i in range(80)})
    found = to_json(relations(type_cells(cells_of(wide), {}, Silent()), "c79", Silent()))
    assert len(found["columns"]) == 60
    assert found["columns"][-1] == "c79"
