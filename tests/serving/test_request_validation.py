"""Reading distinct texts of a column; rows and whole tables are in test_schema.py."""

from __future__ import annotations

import tracemalloc

import numpy as np

from mlops_desktop.serving.column_types import type_of
from mlops_desktop.serving.column_types.levels import read_levels
from mlops_desktop.serving.frame import MISSING_DATE
from mlops_desktop.serving.request_validation import MAX_UNKNOWN
from mlops_desktop.serving.schema import Column, Grammar, Schema


def test_numbers_with_their_errors():
    values, refused = type_of(Column("x", "integer")).read_texts(Column("x", "integer"), ["1", "1.5", "", "x", "99999999999999999"])
    assert values[0] == 1
    assert np.isnan(values[1:]).all()
    assert refused == {1: "not_integer", 3: "unreadable", 4: "too_large"}


def test_levels_and_dates_with_their_errors():
    assert read_levels(Column("x", "category", Grammar(missing=("NA",))), ["a", " a", "NA", ""]) == ["a", "a", "", ""]
    values, refused = type_of(Column("x", "date")).read_texts(Column("x", "date"), ["1970-01-02", "", "2024-02-30"])
    assert values.tolist() == [86_400_000_000, MISSING_DATE, MISSING_DATE]
    assert refused == {2: "unreadable"}


def test_a_schema_without_columns():
    checked = Schema(()).from_rows([{}, {"x": 1}])
    assert checked.frame.rows == 2
    assert [p.code for p in checked.warnings] == ["unknown_field"]


def test_a_text_gives_the_same_level_in_a_row_and_in_a_cell():
    schema = Schema((Column("x", "category", missing_share=0.5),))
    rows = schema.from_rows([{"x": v} for v in (0, 0.0, "0", "0.0", " 0 ", False, "false", 1.5, "1.5", None, "")]).frame
    texts = schema.from_texts({"x": ["0", "0.0", "0", "0.0", " 0 ", "false", "false", "1.5", "1.5", "", ""]}, 11).frame
    assert rows.texts("x") == texts.texts("x") == ["0", "0", "0", "0", "0", "false", "false", "1.5", "1.5", None, None]


def test_fields_match_normalized_names():
    schema = Schema((Column("age (years)", "integer", low=0, high=90), Column("b", "text")))
    checked = schema.from_rows([{" age\n(years) ": 40, "b": "x"}, {"age (years)": 41, "b": "x"}, {"AGE": 1, "b": "x"}])
    assert checked.frame.number("age (years)").tolist()[:2] == [40, 41]
    assert [(p.row, p.code) for p in checked.warnings] == [(2, "missing_value"), (2, "unknown_field")]


def test_errors_of_a_file_are_in_the_order_of_the_columns():
    schema = Schema((Column("d", "date"), Column("n", "number"), Column("w", "category", nullable=False)))
    checked = schema.from_texts({"w": ["", "a"], "n": ["x", "y"], "d": ["no", "2020-01-01"]}, 2)
    assert [(p.field, p.row) for p in checked.errors] == [("d", 0), ("n", 0), ("n", 1), ("w", 0)]


def test_texts_of_whole_numbers_that_cannot_be_held_are_noted_in_files_as_in_requests():
    schema = Schema((Column("x", "number"),))
    texts = ["9007199254740993", "9007199254740992", "-9007199254740995", "1e17", "5"]
    by_row = [[(issue.row, issue.code) for issue in schema.from_rows([{"x": text} for text in texts]).warnings]]
    by_row.append([(issue.row, issue.code) for issue in schema.from_texts({"x": texts}, 5).warnings])
    assert by_row[0] == by_row[1] == [(0, "inexact"), (2, "inexact")]


def test_half_a_surrogate_pair_is_not_repeated():
    (warning,) = Schema((Column("x", "number"),)).from_rows([{"x": 1, "a\ud800b": 2}]).warnings
    assert warning.field == "a?b"


def test_half_a_surrogate_pair_in_a_text_is_named_and_read_as_in_training_data():
    columns = (Column("c", "category", levels=("x\ufffd", "y")), Column("t", "text"), Column("n", "number"))
    checked = Schema(columns).from_rows([{"c": "x\ud800", "t": "a\udc00", "n": 1}, {"c": "z\ud800", "t": "ä", "n": 1}])
    expected = [(0, "c", "damaged_text"), (0, "t", "damaged_text"), (1, "c", "damaged_text"), (1, "c", "unknown_level")]
    assert [(one.row, one.field, one.code) for one in checked.warnings] == expected
    assert checked.frame.texts("c")[0] == "x\ufffd"
    assert not checked.errors


def test_issues_of_many_cells_take_little_memory():
    """Two bytes of a client, an empty row, can bring up a warning for each column."""
    schema = Schema(tuple(Column(f"c{i}", "number", low=0.0, high=1.0) for i in range(100)))
    schema.from_rows([{}])
    tracemalloc.start()
    try:
        found = schema.from_rows([{}] * 100)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(found.errors), len(found.warnings)) == (0, 10_000)
    assert peak / 10_000 < 250


def test_of_fields_that_are_not_the_models_the_first_ones_are_noted():
    schema = Schema((Column("a", "number"),))
    found = schema.from_rows([{"a": 1, **{f"b{i}": 0 for i in range(5000)}}, {"a": 1, "c": 2}])
    assert [sum(issue.row == row for issue in found.warnings) for row in (0, 1)] == [MAX_UNKNOWN, 1]


def test_a_day_far_from_the_training_data_that_means_no_date_is_missing_in_rows_and_texts():
    day, year = 86_400_000_000, 366 * 86_400_000_000
    schema = Schema((Column("x", "date", low=40 * year, high=50 * year, missing_share=0.5),))
    texts = ["9999-12-31", "1753-01-01T12:00", "2099-12-31", "2098-12-31", "2011-01-01", "1900-01-01"]
    rows = schema.from_rows([{"x": text} for text in texts])
    assert rows.frame.date("x").tolist() == schema.from_texts({"x": texts}, len(texts)).frame.date("x").tolist()
    assert (rows.frame.date("x") == MISSING_DATE).tolist() == [True, True, True, False, False, True]
    assert [issue.code for issue in rows.warnings] == ["no_date", "no_date", "no_date", "out_of_training_range", "no_date"]
    assert rows.warnings[0].message == "9999-12-31 means “no date” in “x” and counts as missing."
    near = Schema((Column("x", "date", low=-60 * 365 * day, high=0),)).from_rows([{"x": "1900-01-01"}])
    assert [issue.code for issue in near.warnings] == ["out_of_training_range"]
