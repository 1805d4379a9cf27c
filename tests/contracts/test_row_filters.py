"""What every row filter of the catalogue promises: a mask over rows, made without changing them and whatever the order of columns."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mlops_desktop.catalog.filters as package
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import RowFilter
from mlops_desktop.base.params import Columns
from mlops_desktop.base.registry import Registry
from mlops_desktop.serving.frame import Frame, Layout
from tests.contracts.apply_alone import describe
from tests.contracts.arguments import needed
from tests.contracts.own_tests import own_tests
from tests.frames import make_frame

FILTERS = Registry(package, RowFilter)
# Parameters that are worth a run of their own, with the rows of `frame` that stay. A row filter without an entry is run with what its
# parameters say that it needs, and says in tests of its own which rows stay.
EXAMPLES: dict[str, list[tuple[dict[str, Any], list[int] | None]]] = {
    "drop_duplicates": [
        ({}, [0, 1, 3, 4, 5, 6]),
        ({"columns": ["city", "day"]}, [0, 1, 4, 5, 6]),
        ({"columns": ["age"]}, [0, 1, 4, 5, 6]),
    ],
    "drop_missing_target": [({}, [0, 1, 2, 4, 5, 6])],
    "filter_rows": [
        ({"condition": "age >= 30"}, [4, 6]),
        ({"condition": 'city = "Oslo" or is_missing(day)'}, [0, 2, 3, 4, 5]),
        ({"condition": "not age > 20"}, [0, 2, 3]),
        ({"condition": "age"}, [1, 4, 6]),
        ({"condition": 'day < "2024-03-01" and target = "no"'}, [1]),
        ({"condition": "true"}, [0, 1, 2, 3, 4, 5, 6]),
        ({"condition": "1 / 0 > 0"}, []),
    ],
}
KINDS = {"number": ("age",), "categorical": ("city",), "date": ("day",)}


def examples(id_: str) -> list[tuple[dict[str, Any], list[int] | None]]:
    return EXAMPLES.get(id_) or [(needed(FILTERS[id_], KINDS), None)]


CASES = [(id_, params, rows) for id_ in FILTERS for params, rows in examples(id_)]
each_case = pytest.mark.parametrize(("id_", "params", "rows"), CASES, ids=[f"{id_} {json.dumps(params)}" for id_, params, _ in CASES])
each_member = pytest.mark.parametrize("id_", list(FILTERS))


def frame() -> Frame:
    """Rows 0 and 2 are alike; row 3 is too but for its target, and has the other zero."""
    return make_frame(
        {"age": [0.0, 25, 0, -0.0, 40, math.nan, 31]},
        {"city": ["Oslo", "Rome", "Oslo", "Oslo", None, "Oslo", "Rome"], "target": ["yes", "no", "yes", None, "no", "yes", "no"]},
        {"day": ["2024-05-01", "2024-01-01", "2024-05-01", "2024-05-01", None, "2020-02-29", "2024-05-01"]},
    )


def row_filter(id_: str, params: dict[str, Any]) -> RowFilter:
    return FILTERS.read({"id": id_, "params": params})


@each_case
def test_the_rows_that_stay(id_, params, rows):
    table = frame()
    before = describe(table)
    kept = row_filter(id_, params).keep(table, "target")
    assert kept.dtype == np.bool_
    assert kept.shape == (table.rows,)
    assert rows is None or np.flatnonzero(kept).tolist() == rows
    assert describe(table) == before
    np.testing.assert_array_equal(row_filter(id_, params).keep(frame(), "target"), kept)


@each_case
def test_the_order_of_columns_and_of_levels_does_not_matter(id_, params, rows):
    table = frame()
    turned = Frame(
        Layout(table.layout.numbers, table.layout.categoricals[::-1], table.layout.dates),
        table.rows,
        table.numbers,
        np.where(table.codes[:, ::-1] >= 0, 5 - table.codes[:, ::-1], -1),
        tuple([*["unused"] * (6 - len(levels)), *levels[::-1]] for levels in table.levels[::-1]),
        table.dates,
    )
    assert turned.texts("city") == table.texts("city")
    np.testing.assert_array_equal(row_filter(id_, params).keep(turned, "target"), row_filter(id_, params).keep(table, "target"))


@each_case
def test_no_row_one_row_and_rows_of_nothing(id_, params, rows):
    for table in (frame().take(np.array([], dtype=np.intp)), frame().take(np.array([4]))):
        assert row_filter(id_, params).keep(table, "target").shape == (table.rows,)
    void = make_frame({"age": [math.nan] * 3}, {"city": [None] * 3, "target": [None] * 3}, {"day": [None] * 3})
    assert row_filter(id_, params).keep(void, "target").shape == (3,)


@each_case
def test_a_row_filter_survives_json(id_, params, rows):
    assert FILTERS.read(json.loads(json.dumps(row_filter(id_, params).to_json()))) == row_filter(id_, params)


@each_member
def test_label_and_help(id_):
    member = FILTERS[id_]
    assert member.id == Path(sys.modules[member.__module__].__file__).stem
    assert id_ in EXAMPLES or own_tests("filters", id_), f"say in tests/catalog/filters/test_{id_}.py which rows stay"
    assert member.label
    assert member.help.endswith(".")
    for param in member.params().values():
        assert param.label
        assert not param.help or param.help.endswith(".")


@each_member
def test_a_column_that_is_gone_is_named(id_):
    for name, param in FILTERS[id_].params().items():
        if isinstance(param, Columns):
            with pytest.raises(UserError) as caught:
                row_filter(id_, {**examples(id_)[0][0], name: ["gone"]}).keep(frame(), "target")
            assert "“gone”" in caught.value.message
            assert caught.value.remedy


@pytest.mark.parametrize(
    ("condition", "message"),
    [("", "Keep rows where"), ("aeg > 1", "“aeg”"), ("city", "gives a text"), ("day", "gives a date"), ("age >", "the formula ends")],
)
def test_a_filter_that_cannot_be_answered_is_refused(condition, message):
    with pytest.raises(UserError) as caught:
        row_filter("filter_rows", {"condition": condition}).keep(frame(), "target")
    assert message in caught.value.message
    assert caught.value.remedy


def test_missing_equals_missing_and_a_table_without_columns_has_no_duplicates():
    table = make_frame({"a": [math.nan, math.nan, 1]}, {"w": [None, None, None]}, {"d": [None, None, None]})
    assert row_filter("drop_duplicates", {}).keep(table, "a").tolist() == [True, False, True]
    assert row_filter("drop_duplicates", {}).keep(table.select([]), "").tolist() == [True] * 3
