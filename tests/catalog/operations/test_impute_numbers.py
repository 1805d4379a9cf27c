"""Gaps in numbers: values by hand, and equality with SimpleImputer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.impute_numbers import ImputeNumbers
from mlops_desktop.serving.transforms.ordinal import Ordinal
from tests.frames import BINARY, make_frame, run, table

NAN = math.nan
FRAME = make_frame({"a": [1, NAN, 2, 9, 9], "full": [5, 6, 7, 8, 9], "void": [NAN] * 5})
LATER = make_frame({"a": [NAN], "full": [NAN], "void": [NAN]})


@pytest.mark.parametrize(
    ("strategy", "a", "full"), [("median", 5.5, 7.0), ("mean", 5.25, 7.0), ("most_frequent", 9.0, 5.0), ("constant", -1.0, -1.0)]
)
def test_each_gap_gets_its_columns_value_also_where_training_had_no_gap(strategy, a, full):
    found = table(run(ImputeNumbers(strategy=strategy, constant=-1.0), FRAME, LATER))
    assert found == {"a": [a], "full": [full], "void": [-1.0 if strategy == "constant" else 0.0]}


def test_flags_mark_gaps_in_columns_that_had_them():
    found = table(run(ImputeNumbers(missing_flag=True), FRAME))
    assert list(found) == ["a", "full", "void", "a is missing", "void is missing"]
    assert found["a is missing"] == [0, 1, 0, 0, 0]
    assert found["void is missing"] == [1] * 5


def test_only_chosen_columns_are_filled():
    assert table(run(ImputeNumbers(columns=("a",)), FRAME, LATER)) == {"a": [5.5], "full": [None], "void": [None]}


@pytest.mark.parametrize("strategy", ["median", "mean", "most_frequent"])
def test_equals_scikit_learn(strategy):
    from sklearn.impute import SimpleImputer

    rng = np.random.default_rng(1)
    values = rng.normal(size=(300, 4)).round(1)
    values[rng.random(values.shape) < 0.2] = NAN
    frame = make_frame({f"c{j}": values[:, j].tolist() for j in range(4)})
    wanted = SimpleImputer(strategy=strategy, add_indicator=True).fit_transform(values)
    np.testing.assert_allclose(run(ImputeNumbers(strategy=strategy, missing_flag=True), frame).numbers, wanted, rtol=1e-12)


def test_sums_beyond_float64_give_no_infinity():
    frame = make_frame({"a": [1.7e308, 1.6e308, 1.7e308, NAN]})
    for strategy in ("mean", "median"):
        assert np.isfinite(run(ImputeNumbers(strategy=strategy), frame).numbers).all()


def test_codes_of_categories_keep_their_gaps():
    categories = make_frame({"n": [NAN, 1]}, {"city": ["Oslo", None]})
    coded = Ordinal(("city",), ({"Oslo": 0},), NAN, NAN, True).bind(categories.layout)[1](categories)
    assert table(run(ImputeNumbers(), coded)) == {"n": [1, 1], "city": [0, None]}
    with pytest.raises(UserError, match="stand for categories"):
        ImputeNumbers(columns=("city",)).fit(Dataset(coded, BINARY), Silent())
