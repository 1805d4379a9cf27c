"""Bins: edges, values on them and beyond, equality with KBinsDiscretizer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.catalog.operations.bins import Bins
from tests.frames import make_frame, run, table

NAN = math.nan
TRAIN = make_frame({"age": [0.0, 10, 20, 30, 40, NAN]})
LATER = make_frame({"age": [-99.0, 9.999, 10, 19, 20, 30, 40, 999, NAN]})


def test_values_on_an_edge_belong_above_and_values_beyond_to_the_outer_ranges():
    found = table(run(Bins(method="equal_width", count=4, output="number"), TRAIN, LATER))
    assert found == {"age: bin": [0, 0, 1, 1, 2, 3, 3, 3, None]}


def test_one_column_for_each_range():
    found = table(
        run(Bins(method="equal_width", count=3, keep=True), make_frame({"a": [0.0, 9.0]}), make_frame({"a": [2.0, 3.0, 6.0, NAN]}))
    )
    assert found == {"a": [2, 3, 6, None], "a < 3": [1, 0, 0, 0], "3 ≤ a < 6": [0, 1, 0, 0], "a ≥ 6": [0, 0, 1, 0]}


def test_equal_counts_give_fewer_ranges_where_many_rows_share_a_value():
    train = make_frame({"a": [0.0] * 8 + [1.0, 2.0], "same": [5.0] * 10, "void": [NAN] * 10, "b": np.arange(10.0).tolist()})
    transform_names = list(table(run(Bins(count=2), train)))
    assert transform_names == ["b < 4.5", "b ≥ 4.5"]
    assert table(run(Bins(count=10, output="number"), train))["a: bin"] == [0] * 8 + [1, 2]


def test_columns_of_one_range_do_not_disturb_their_neighbours():
    train = make_frame({"same": [5.0] * 4, "b": [0.0, 1, 2, 3], "void": [NAN] * 4})
    found = table(run(Bins(count=2), train, make_frame({"same": [9.0, 9.0], "b": [0.0, 3.0], "void": [1.0, NAN]})))
    assert found == {"b < 1.5": [1, 0], "b ≥ 1.5": [0, 1]}


def test_edges_of_equal_text_are_written_out():
    train = make_frame({"a": (1e9 + np.arange(5.0)).tolist()})
    names = list(table(run(Bins(method="equal_width", count=4), train)))
    assert len(set(names)) == 4
    assert names[0] == "a < 1000000001.0"


@pytest.mark.parametrize(("method", "theirs"), [("equal_width", "uniform"), ("equal_count", "quantile")])
@pytest.mark.parametrize("output", ["number", "one_hot"])
def test_equals_scikit_learn(method, theirs, output):
    from sklearn.preprocessing import KBinsDiscretizer

    values = np.random.default_rng(7).normal(size=(500, 2))
    encode = "ordinal" if output == "number" else "onehot-dense"
    options = {"quantile_method": "linear"} if theirs == "quantile" else {}
    wanted = KBinsDiscretizer(6, encode=encode, strategy=theirs, subsample=None, **options).fit_transform(values)
    found = run(Bins(method=method, count=6, output=output), make_frame({"a": values[:, 0].tolist(), "b": values[:, 1].tolist()}))
    np.testing.assert_array_equal(found.numbers, wanted)
