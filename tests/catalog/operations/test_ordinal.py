"""Ordinal encoding: orders, unseen levels, codes of categories."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.ordinal import Ordinal
from tests.frames import BINARY, make_frame, run, table

TRAIN = make_frame({"n": range(9)}, {"size": ["m", "m", "m", "s", "s", "l", "l", "xl", None]})
LATER = make_frame({"n": range(6)}, {"size": ["s", "m", "l", "xl", "new", None]})


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({}, [2, 1, 0, -1, -1, None]),
        ({"order": "frequency"}, [2, 0, 1, -1, -1, None]),
        ({"order": "given", "levels": ("s", "m", "l", "xl")}, [0, 1, 2, 3, -1, None]),
        ({"unseen": "missing", "gaps": "below"}, [2, 1, 0, None, None, -1]),
        ({"as_categories": True, "gaps": "below"}, [2, 1, 0, None, None, None]),
        ({"max_levels": 1}, [-1, 0, -1, -1, -1, None]),
        ({"min_rows": 3}, [-1, 0, -1, -1, -1, None]),
    ],
)
def test_by_hand(params, wanted):
    found = run(Ordinal(**params), TRAIN, LATER)
    assert table(found)["size"] == wanted
    assert found.layout.categoricals == ()
    assert found.layout.category_codes == ({"size"} if "as_categories" in params else frozenset())
    assert found.layout.source("size") == ("size",)


def test_levels_that_are_numbers_go_by_value():
    train = make_frame({}, {"a": ["10", "9", "10", "9", "2.5", "2.5"], "b": ["10", "9", "10", "9", "nan", "nan"]})
    assert table(run(Ordinal(), train)) == {"a": [2, 1, 2, 1, 0, 0], "b": [0, 1, 0, 1, 2, 2]}


def test_an_order_without_levels_is_refused():
    with pytest.raises(UserError, match="no levels in order"):
        Ordinal(order="given").fit(Dataset(TRAIN, BINARY), Silent())
    with pytest.raises(UserError, match="names a level twice"):
        Ordinal(levels=("a", "a"))


def test_equals_scikit_learn():
    from sklearn.preprocessing import OrdinalEncoder

    rng = np.random.default_rng(4)
    values = rng.choice(list("qwertz"), (200, 2)).astype(object)
    gaps = rng.random(values.shape) < 0.1
    values[gaps] = None
    frame = make_frame({}, {"a": values[:, 0].tolist(), "b": values[:, 1].tolist()})
    values[gaps] = np.nan  # to scikit-learn a None is one level more
    wanted = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit_transform(values)
    np.testing.assert_array_equal(run(Ordinal(), frame).numbers, wanted)
