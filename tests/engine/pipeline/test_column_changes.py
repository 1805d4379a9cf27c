"""What a step changed, by its two frames."""

from __future__ import annotations

import math

import numpy as np

from mlops_desktop.catalog.operations.one_hot import OneHot
from mlops_desktop.catalog.operations.tf_idf import TfIdf
from mlops_desktop.engine.pipeline.column_changes import changed_columns, compare, first_rows, number_texts
from tests.frames import make_frame, run

FRAME = make_frame(
    {"age": [30.0, math.nan, 55.0, 41.0], "same": [1.0, 1.0, 1.0, 1.0]},
    {"city": ["Oslo", "Bergen", None, "Oslo"], "text": ["ab cd", "ab", "cd ab", "ab"]},
    {"born": ["1990-01-01", None, "1965-05-05", "1980-02-03"]},
)


def filled():
    return FRAME.with_blocks(FRAME.layout, numbers=np.where(np.isnan(FRAME.numbers), 41.0, FRAME.numbers))


def test_other_values_are_found_and_their_rows_come_first():
    after = filled()
    found = compare(FRAME, after)
    assert (found.gone, found.new, found.other) == ((), (), ("age",))
    rows = first_rows(FRAME, after, found, 2)
    assert [(one.name, one.side, one.cells) for one in rows] == [("age", "before", ("–", "30")), ("age", "after", ("41", "30"))]
    (change,) = changed_columns(FRAME, after, found, {})
    assert change.before.missing == 1
    assert change.after.missing == 0
    assert sum(change.after.counts) == 4


def test_equal_levels_with_other_codes_are_no_change():
    again = make_frame({}, {"city": ["Oslo", None, "Bergen"]})
    turned = again.with_blocks(again.layout, codes=np.array([[1], [-1], [0]]), levels=(("Bergen", "Oslo"),))
    assert compare(again, turned).other == ()
    other = again.with_blocks(again.layout, codes=np.array([[1], [-1], [1]]), levels=(("Bergen", "Oslo"),))
    assert compare(again, other).other == ("city",)


def test_columns_of_0_and_1_are_one_distribution():
    after = run(OneHot(columns=("city",), min_rows=2), FRAME)
    found = compare(FRAME, after)
    assert found.gone == ("city",)
    (change,) = changed_columns(FRAME, after, found, {})
    assert change.before.kind == "categorical"
    assert change.after.kind == "many"
    assert dict(zip(change.after.names, change.after.counts, strict=True)) == {"Oslo": 2, "other": 1, "is missing": 1}


def test_features_of_texts_are_one_distribution_with_the_frequent_ones_first():
    after = run(TfIdf(columns=("text",), min_rows=2), FRAME)
    found = compare(FRAME, after)
    (change,) = changed_columns(FRAME, after, found, {})
    assert change.after.names == ("ab", "cd")
    assert change.after.counts == (4, 2)
    rows = first_rows(FRAME, after, found, 4)
    assert rows[0].name == "text"
    assert all(one.cells for one in rows)


def test_numbers_of_a_column_have_the_same_decimals():
    assert number_texts([1.0, 2.5, math.nan]) == ["1.0", "2.5", "–"]
    assert number_texts([-1234.0, 5.0]) == ["−1,234", "5"]
    assert number_texts([2012.0, 1998.0]) == ["2012", "1998"]
    assert number_texts([1 / 3, -0.2]) == ["0.3333", "−0.2000"]
    assert number_texts([1e-9])[0] == "1e-09"
    assert number_texts([]) == []
