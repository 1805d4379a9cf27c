"""Rows of Python values as Arrow columns: the same table however the rows are cut into parts."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from mlops_desktop.catalog.sources._column_builder import ColumnBuilder, add_rows


def built(rows, size):
    builder = ColumnBuilder()
    add_rows(builder, [], ["x"])
    for start in range(0, len(rows), size):
        add_rows(builder, [(one,) for one in rows[start : start + size]], ["x"])
    table, mixed, messages = builder.finish()
    return table.column(0).to_pylist(), mixed.get(0, ()), messages


@pytest.mark.parametrize("size", [1, 2, 9])
@pytest.mark.parametrize(
    ("cells", "expected", "mixed"),
    [
        ([1, 2, None], [1, 2, None], ()),
        ([1, 2.5, None], [1.0, 2.5, None], ()),
        ([None, None, "x"], [None, None, "x"], ()),
        ([1, "1", 2.5], ["1", "1", "2.5"], ("1",)),
        (["a", True, None], ["a", "true", ""], ()),
        ([2**53 + 1, 0.5], ["9007199254740993", "0.5"], ()),
        ([2**70, 1], ["1180591620717411303424", "1"], ()),
        ([Decimal("1.50"), Decimal("2")], [1.5, 2.0], ()),
        ([Decimal("7"), Decimal("NaN")], [7, None], ()),
        ([b"ab", bytearray(b"cd")], ["ab", "cd"], ()),
        ([{"a": 1}, [1, "ü"]], ['{"a": 1}', '[1, "ü"]'], ()),
        ([datetime.date(2024, 1, 2), "x"], ["2024-01-02", "x"], ()),
    ],
    ids=str,
)
def test_a_column_is_the_same_in_any_parts(cells, expected, mixed, size):
    assert built(cells, size) == (expected, mixed, [])


def test_bytes_that_are_no_text_are_left_out_and_counted():
    assert built([b"\xff", b"\0", "x"], 2) == ([None, None, "x"], (), ["2 cells of “x” with bytes that are not text were left out."])


def test_a_column_of_later_rows_is_missing_before():
    builder = ColumnBuilder()
    builder.add({"a": [1, 2]}, {"a": "a"}, 2)
    builder.add({"b": ["x"]}, {"b": "b"}, 1)
    assert builder.finish()[0].to_pydict() == {"a": [1, 2, None], "b": [None, None, "x"]}
