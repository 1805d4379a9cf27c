"""Heads of groups and values that stand once for several rows are found, and columns with ordinary gaps are left alone."""

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.all_findings import find
from tests.imported import cells_of


def rules(columns):
    findings = find(type_cells(cells_of(columns), {}, Silent()), None, None, {}, Silent())
    return {(f.rule, f.column) for f in findings if f.rule in ("group_heads", "merged_cells", "ditto", "mixed_amounts")}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"a": ["North", "x", "y", "South", "x", "z"], "b": ["", "1", "2", "", "3", "4"]}, {("group_heads", "")}),
        ({"a": ["x", "y", "z", "x"], "b": ["", "1", "", "4"]}, set()),  # the same thing with and without a number
        ({"a": ["x", "y", "z", "u"], "b": ["1", "", "2", ""]}, set()),
        ({"a": ["Obst", "", "Brot", ""], "b": ["p", "q", "r", "s"], "c": ["1", "2", "3", "4"]}, {("merged_cells", "a")}),
        (
            {"a": ["N", "", "", ""], "b": ["p", "", "q", ""], "c": ["1", "2", "3", "4"]},
            set(),  # one value alone: a note
        ),
        ({"a": ["p", "q", "r", "s"], "note": ["late", "", "ill", ""], "c": ["1", "2", "3", "4"]}, set()),
        ({"a": ["x", "", "x", ""], "b": ["1", "2", "3", "4"]}, set()),  # ticks
        ({"a": ["Kiel", "″", "Ulm", "do."], "b": ["1", "2", "3", "4"]}, {("ditto", "a")}),
        ({"a": ["EUR", "USD", "EUR", "GBP"], "b": ["1", "2", "3", "4"]}, {("mixed_amounts", "a")}),
        ({"a": ["mg/l", "mmol/l", "mg/l", "mg/l"], "b": ["1", "2", "3", "4"]}, {("mixed_amounts", "a")}),
        ({"Soll/Haben": ["S", "H", "S", "H"], "b": ["1", "2", "3", "4"]}, {("mixed_amounts", "Soll/Haben")}),
        ({"kind": ["S", "H", "S", "H"], "b": ["1", "2", "3", "4"]}, set()),  # a code with other meanings
        ({"a": ["month", "year", "month", "year"], "b": ["1", "2", "3", "4"]}, set()),  # levels
        ({"a": ["EUR", "USD", "EUR", "GBP"], "b": ["p", "q", "r", "s"]}, set()),  # no amounts
    ],
)
def test_rows_of_reports(columns, expected):
    assert rules(columns) == expected
