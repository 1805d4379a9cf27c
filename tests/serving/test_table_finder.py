"""Where the table is among rows of typed cells, as workbooks hold them; text files are in reading/test_table_place.py."""

from __future__ import annotations

import datetime

import pytest

from mlops_desktop.serving.cell_kind import cell_text, count_kinds, usual_fill
from mlops_desktop.serving.table_finder import Wanted, find_table

DAY = datetime.datetime(2024, 1, 1)
ROWS = [[DAY, "A", 1.5], [DAY, "B", 2.5], [DAY, "A", 3.5]]
NAMES = ["Day", "Kind", "Value"]


@pytest.mark.parametrize(
    ("rows", "header", "body", "left_out"),
    [
        ([NAMES, *ROWS], (0,), 1, []),
        (ROWS, (), 0, []),
        ([["Report 2024", None, None], [None] * 3, NAMES, *ROWS], (2,), 3, ["above"]),
        ([["Report 2024", None, None], ["As of", DAY, None], NAMES, *ROWS], (2,), 3, ["above", "above"]),
        ([["# note", None, None], NAMES, ["# note", None, None], *ROWS], (1,), 3, ["comment", "comment"]),
        ([NAMES, ["", "", "[m/s]"], *ROWS], (0,), 2, ["units"]),
        ([[None, "Measured", None], NAMES, *ROWS], (1,), 2, ["above"]),
        ([NAMES, [None] * 3, *ROWS], (0,), 2, []),
        ([[None, "a", None, "b"], [1, "x", 2, "y"], [3, "x", 4, "z"]], (0,), 1, []),
        ([["x"], ["a"], ["b"]], (0,), 1, []),
        ([["area", 2015.0, 2016.0], ["N", 1.5, 2.5], ["S", 3.5, 4.5]], (0,), 1, []),
        ([], (), 0, []),
    ],
)
def test_layout(rows, header, body, left_out):
    found = find_table(rows)
    assert (found.header, found.body, [one.reason for one in found.left_out]) == (header, body, left_out)
    assert found.names == (tuple(map(cell_text, rows[header[-1]])) if header else None)


def test_decisions_of_a_person():
    rows = [["a", "b", "c"], ["x", "y", "z"], *ROWS]
    assert find_table(rows, Wanted(header="none")).body == 0
    assert find_table(rows, Wanted(header_rows=1)).body == 1
    assert find_table(rows, Wanted(header_rows=2, names="joined")).names == ("a x", "b y", "c z")
    assert find_table(rows, Wanted(header_rows=1, units="row")).units == ("x", "y", "z")
    assert find_table([["# a"], *rows], Wanted(comment="")).left_out[0].reason == "above"
    assert find_table([["Title", None, None], NAMES, *ROWS], Wanted(from_first=True, header="first")).header[0] == 0


def test_the_usual_number_of_filled_cells():
    assert usual_fill([1, 2, 2, 0, 6, 6, 5, 6]) == 5
    assert usual_fill([1] * 8 + [2] * 3) == 2
    assert usual_fill([1, 1, 1]) == 1
    assert usual_fill([]) == 0


def test_a_row_is_checked_by_its_typed_columns():
    assert count_kinds(["a", 1, "x"], ("date", "number", "")) == (1, 1)
    assert count_kinds(["2024-01-01", None], ("value", "number")) == (1, 0)
