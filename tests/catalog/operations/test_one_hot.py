"""One-hot encoding: rare, unseen and missing levels, and equality with OneHotEncoder."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.one_hot import OneHot
from tests.frames import BINARY, make_frame, run, table

CITIES = ["Rome", "Oslo", "Rome", "Paris", "Paris", "Rome", "Lima", None]
TRAIN = make_frame({"n": range(8)}, {"city": CITIES})
LATER = make_frame({"n": range(4)}, {"city": ["Paris", "Lima", "new", None]})


def test_frequent_levels_rare_ones_and_gaps():
    found = table(run(OneHot(), TRAIN, LATER))
    assert found == {
        "n": [0, 1, 2, 3],
        "city = Paris": [1, 0, 0, 0],
        "city = Rome": [0, 0, 0, 0],
        "city = other": [0, 1, 1, 0],
        "city is missing": [0, 0, 0, 1],
    }


def test_without_columns_for_rare_and_missing_all_are_zero():
    found = table(run(OneHot(rare="zeros", gaps="zeros"), TRAIN, LATER))
    assert found == {"n": [0, 1, 2, 3], "city = Paris": [1, 0, 0, 0], "city = Rome": [0, 0, 0, 0]}


def test_unseen_levels_and_gaps_are_zero_where_training_had_none():
    train = make_frame({}, {"city": ["Rome", "Rome", "Paris", "Paris"]})
    assert table(run(OneHot(), train, make_frame({}, {"city": ["new", None, "Rome"]}))) == {
        "city = Paris": [0, 0, 0],
        "city = Rome": [0, 0, 1],
    }


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"max_levels": 1}, ["city = Rome", "city = other"]),
        ({"min_rows": 3}, ["city = Rome", "city = other"]),
        ({"min_share": 0.3}, ["city = Rome", "city = other"]),
        ({"drop": "first"}, ["city = Rome", "city = other"]),
        ({"drop": "binary"}, ["city = Paris", "city = Rome", "city = other"]),
        ({"drop": "binary", "rare": "zeros"}, ["city = Rome"]),
    ],
)
def test_which_levels_get_a_column(params, names):
    assert list(table(run(OneHot(gaps="zeros", **params), TRAIN))) == ["n", *names]


def test_the_dropped_level_is_not_taken_for_an_unseen_one():
    found = table(run(OneHot(drop="first"), TRAIN, LATER))
    assert found["city = other"] == [0, 1, 1, 0]


def test_a_level_of_a_single_row_is_never_stored_in_the_model():
    train = make_frame({}, {"person": [f"person {i}" for i in range(300)], "few": ["a"] * 298 + ["b"] * 2})
    transform, _ = OneHot(min_rows=2).fit(Dataset(train, BINARY), Silent())
    assert transform.names == (("person = other",), ("few = a", "few = b"))
    assert transform.places[0] == {}
    # Without a number: 1 % of the rows, from 2 to 5.
    assert OneHot().fit(Dataset(train, BINARY), Silent())[0].names[1] == ("few = a", "few = other")


def test_a_level_called_other_keeps_its_name():
    train = make_frame({}, {"c": ["other", "other", "x", "y"]})
    assert table(run(OneHot(), train)) == {"c = other": [1, 1, 0, 0], "c = (other)": [0, 0, 1, 1]}


def test_made_columns_keep_their_lineage():
    layout = OneHot().fit(Dataset(TRAIN, BINARY), Silent())[0].bind(TRAIN.layout)[0]
    assert layout.source("city = Rome") == ("city",)
    assert layout.categoricals == ()


@pytest.mark.parametrize(("drop", "theirs"), [("none", None), ("first", "first"), ("binary", "if_binary")])
def test_equals_scikit_learn(drop, theirs):
    from sklearn.preprocessing import OneHotEncoder

    rng = np.random.default_rng(3)
    columns = [
        rng.choice(list("abcdefgh"), 400, p=[0.3, 0.3, 0.2, 0.1, 0.07, 0.01, 0.01, 0.01]).tolist(),
        rng.choice(["m", "f"], 400).tolist(),
    ]
    encoder = OneHotEncoder(min_frequency=10, handle_unknown="infrequent_if_exist", drop=theirs, sparse_output=False)
    wanted = encoder.fit_transform(np.array(columns, dtype=object).T)
    found = run(OneHot(min_rows=10, drop=drop), make_frame({}, {"a": columns[0], "b": columns[1]}))
    np.testing.assert_array_equal(found.numbers, wanted)
