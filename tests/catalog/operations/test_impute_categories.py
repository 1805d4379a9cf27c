"""Gaps in categories."""

from __future__ import annotations

from mlops_desktop.catalog.operations.impute_categories import ImputeCategories
from tests.frames import make_frame, run, table

FRAME = make_frame({}, {"a": ["y", None, "x", "x", "y"], "full": ["p"] * 5, "void": [None] * 5, "once": ["1", "2", "3", None, "5"]})
LATER = make_frame({}, {"a": [None, "new"], "full": [None, "p"], "void": [None, "v"], "once": ["2", None]})


def test_a_fixed_text_keeps_the_gap_visible():
    found = table(run(ImputeCategories(), FRAME, LATER))
    assert found == {"a": ["missing", "new"], "full": ["missing", "p"], "void": ["missing", "v"], "once": ["2", "missing"]}


def test_the_most_frequent_level_is_the_first_of_equals_and_never_a_single_rows():
    found = table(run(ImputeCategories(strategy="most_frequent", constant="none"), FRAME, LATER))
    assert found == {"a": ["x", "new"], "full": ["p", "p"], "void": ["none", "v"], "once": ["2", "none"]}


def test_a_fill_that_is_a_level_already_stays_one_level():
    frame = make_frame({}, {"a": ["missing", None, "z"]})
    codes, levels = run(ImputeCategories(), frame).categorical("a")
    assert codes.tolist() == [0, 0, 1]
    assert list(levels) == ["missing", "z"]


def test_flags():
    found = table(run(ImputeCategories(missing_flag=True), FRAME))
    assert [name for name in found if "is missing" in name] == ["a is missing", "void is missing", "once is missing"]
    assert found["a is missing"] == [0, 1, 0, 0, 0]
    assert found["a"] == ["y", "missing", "x", "x", "y"]


def test_only_chosen_columns_are_filled():
    assert table(run(ImputeCategories(columns=("a",)), FRAME, LATER))["full"] == [None, "p"]
