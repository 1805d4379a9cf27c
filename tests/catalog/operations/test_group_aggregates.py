"""Group statistics: values by hand and by pandas, small groups, unseen levels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.group_aggregates import GroupAggregates
from tests.frames import BINARY, make_frame, run, table

NAN = math.nan
TRAIN = make_frame({"price": [1.0, 3, NAN, 10, 20, 90, 0]}, {"city": ["A", "A", "A", "B", "B", "lone", None]})
LATER = make_frame({"price": [4.0, 4, 4, 4, NAN]}, {"city": ["A", "B", "lone", "new", "A"]})


@pytest.mark.parametrize(
    ("statistic", "a", "b", "other"),
    [
        ("mean", 2, 15, 124 / 6),
        ("median", 2, 15, 6.5),
        ("min", 1, 10, 0),
        ("max", 3, 20, 90),
        ("std", math.sqrt(2), math.sqrt(50), np.std([1, 3, 10, 20, 90, 0], ddof=1)),
        ("count", 2, 2, 0),
    ],
)
def test_by_hand(statistic, a, b, other):
    found = table(run(GroupAggregates(group=("city",), statistic=statistic), TRAIN, LATER))
    assert found[f"price {statistic} per city"] == pytest.approx([a, b, other, other, a])


def test_beside_the_rows_own_value():
    found = table(run(GroupAggregates(group=("city",), compare="difference"), TRAIN, LATER))
    assert found["price minus mean per city"][:2] == [2, -11]
    assert found["price minus mean per city"][4] is None
    assert table(run(GroupAggregates(group=("city",), compare="ratio"), TRAIN, LATER))["price by mean per city"][0] == 2
    assert (
        table(run(GroupAggregates(group=("city",), compare="ratio", statistic="count"), TRAIN, LATER))["price by count per city"][3] is None
    )


def test_equals_pandas():
    import pandas as pd

    rng = np.random.default_rng(3)
    values, groups = rng.normal(size=500), [f"g{i}" for i in rng.integers(0, 20, 500)]
    frame = make_frame({"x": values.tolist()}, {"g": groups})
    for statistic in ("mean", "median", "min", "max", "std", "count"):
        wanted = pd.Series(values).groupby(pd.Series(groups)).transform(statistic).to_numpy()
        found = run(GroupAggregates(group=("g",), statistic=statistic, min_rows=2), frame).number(f"x {statistic} per g")
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_no_small_group_is_stored_in_the_model():
    transform, _ = GroupAggregates(group=("city",), min_rows=3).fit(Dataset(TRAIN, BINARY), Silent())
    assert transform.tables == ({"A": 2.0},)


def test_a_group_is_needed():
    with pytest.raises(UserError, match="no group"):
        GroupAggregates().fit(Dataset(TRAIN, BINARY), Silent())
