"""What every selection shares: forced columns, by made and by source names; ranks and fills."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Target
from mlops_desktop.base.job import Silent
from mlops_desktop.base.selection import Selection
from mlops_desktop.catalog.operations._selection import best, few_values, filled, forced_in, forced_out, level_codes, reaching
from mlops_desktop.catalog.operations.select_variance import SelectVariance
from mlops_desktop.serving.frame import Frame
from tests.frames import BINARY, make_frame


@dataclass(frozen=True, kw_only=True)
class LongNames(Selection):
    """Keeps the columns of the longest name."""

    id: ClassVar[str] = "long_names"
    label: ClassVar[str] = "Long names"
    ranks: ClassVar[str] = "Letters"
    because: ClassVar[str] = "is short"

    forced_in: tuple[str, ...] = forced_in()
    forced_out: tuple[str, ...] = forced_out()

    def scores(self, dataset: Dataset) -> dict[str, float]:
        return {name: len(name) for name in self.scored_columns(dataset.frame)}

    def pick(self, frame: Frame, scores: Mapping[str, float], inside: Sequence[str]) -> Collection[str]:
        return best(scores, 2, inside)


def frame() -> Frame:
    plain = make_frame({"age": [1.0]}, {"city": ["x"], "text": ["y"]})
    layout = plain.layout.with_numbers(["city: A", "city: Bergen", "city × age"], [("city",), ("city",), ("city", "age")])
    return plain.with_blocks(layout, numbers=np.zeros((1, 4)))


def left(**params: tuple[str, ...]) -> set[str]:
    here = frame()
    transform, _ = LongNames(**params).fit(Dataset(here, BINARY), Silent())
    return set(transform.bind(here.layout)[0].names())


def test_forced_by_made_and_by_source_names():
    assert left() == {"city: Bergen", "city × age", "city", "text"}
    assert left(forced_in=("age",)) == {"age", "city × age", "city", "text"}
    assert left(forced_out=("city",)) == {"age", "text"}
    assert left(forced_out=("city: Bergen", "text")) == {"city × age", "city: A", "city"}
    assert left(forced_in=("city: A",), forced_out=("city",)) == {"city: A", "age", "text"}
    assert left(forced_in=("city",), forced_out=("city × age",)) == {"city: A", "city: Bergen", "city", "text"}


def test_a_result_says_what_stays_and_why_the_rest_goes():
    here = frame()
    step = LongNames(forced_out=("city: A",))
    result = step.assess(Dataset(here, BINARY), Silent())
    assert result.dropped == ("age", "city: A")
    assert result.kept == {"city: Bergen", "city × age", "city", "text"}
    assert dict(result.scores) == {"age": 3, "city: Bergen": 12, "city × age": 10}
    assert step.why(here, result) == {"age": "is short", "city: A": "always left out"}


def test_a_level_that_a_fold_lacks_is_passed_over_but_a_strange_name_is_not():
    assert left(forced_in=("city: Zürich", "3 ≤ age < 6")) == left()
    with pytest.raises(UserError, match="“cities”"):
        left(forced_in=("cities",))


def test_no_column_may_be_on_both_lists_and_one_must_be_left():
    with pytest.raises(UserError, match="“age”"):
        left(forced_in=("age",), forced_out=("age",))
    with pytest.raises(UserError, match="no column"):
        left(forced_out=("age", "city", "text"))


def test_a_frame_without_columns_to_score_is_no_error():
    categories = make_frame({}, {"w": ["x"]})
    transform, _ = LongNames().fit(Dataset(categories, BINARY), Silent())
    assert transform.bind(categories.layout)[0] == categories.layout


def test_ranks():
    scores = {"a": 0.1, "b": 0.5, "c": 0.1, "d": 0.3}
    assert best(scores, 2, []) == ["b", "d"]
    assert best(scores, 3, []) == ["b", "d", "a"]
    assert best(scores, 2, ["c"]) == ["c", "b"]
    assert best(scores, 1, ["c", "a"]) == ["a", "c"]
    assert reaching(scores, 0.8, []) == ["b", "d"]
    assert reaching(scores, 1.0, []) == ["b", "d", "a", "c"]
    assert reaching(scores, 0.55, ["a"]) == ["a", "b"]
    assert reaching({"a": 0.0, "b": 0.0}, 0.5, []) == ["a", "b"]


def test_fills_samples_and_kinds():
    values = np.array([[1.0, math.nan, 0.5], [math.nan, math.nan, 1], [3, math.nan, 2], [9, math.nan, 2]])
    np.testing.assert_array_equal(filled(values), [[1, 0, 0.5], [3, 0, 1], [3, 0, 2], [9, 0, 2]])
    assert np.isnan(values).sum() == 5
    assert few_values(filled(values), 3).tolist() == [True, True, False]
    rows = make_frame({"x": np.arange(100.0).tolist()})
    dataset = Dataset(rows, Target("regression", np.arange(100.0)), weights=np.arange(100.0), groups=np.arange(100), time=np.arange(100))
    some = dataset.sample(10)
    for beside in (some.target.values, some.weights, some.groups, some.time):
        np.testing.assert_array_equal(some.frame.number("x"), beside)
    assert some.rows == 10
    assert dataset.sample(100) is dataset


def test_levels_of_enough_rows_have_codes_of_their_own():
    categories = make_frame({}, {"w": ["a", "b", "b", None, "c", "b", "a", "d"]})
    codes, counts = level_codes(categories)
    assert codes[:, 0].tolist() == [1, 0, 0, 3, 2, 0, 1, 2]
    assert counts == [4]
    assert level_codes(categories, 1)[0][:, 0].tolist() == [1, 0, 0, 2, 1, 0, 1, 1]
    assert level_codes(categories.take(np.array([0, 1, 6])))[0][:, 0].tolist() == [0, 1, 0]  # by the rows that are there


def test_a_step_of_version_1_scores_no_categories_and_keeps_its_key():
    old = SelectVariance.from_json({"id": "select_variance", "version": 1, "params": {"limit": 0.5}})
    assert old == SelectVariance(limit=0.5, categories=False)
    assert old.identity() == {"id": "select_variance", "version": 1, "params": {"limit": 0.5}}
    assert SelectVariance.from_json(old.to_json()) == old
    assert SelectVariance.from_json({"id": "select_variance", "params": {}}).categories
    assert SelectVariance(limit=0.5).identity()["version"] == 2
