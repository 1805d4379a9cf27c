"""Findings that follow from how columns were read."""

from __future__ import annotations

import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.all_findings import find
from tests.imported import cells_of


def findings(cells, roles=None):
    table = type_cells(cells_of({"x": pd.Series(cells, dtype="str")}), {}, Silent())
    return {f.rule: f for f in find(table, None, None, roles or {}, Silent())}


@pytest.mark.parametrize(
    ("cells", "rule", "severity", "fix"),
    [
        (["$5", "€6", "£7"], "currencies", "high", None),
        (["5 kg", "6 cm"], "units", "warning", None),
        (["5", "6", "x"], "not_number", "warning", {"type": {"x": "number"}}),
        (["2024-01-01", "2024-01-02", "x"], "not_date", "warning", {"type": {"x": "date"}}),
        (["5 kg", "6"], "unmarked", "warning", {"type": {"x": "category"}}),
        (["01/02/2018", "03/04/2018"], "date_order", "warning", None),
        (["inf", "6.5"], "infinite", "warning", None),
        (["1,234", "5,678"], "decimal", "warning", None),
        (["<5 %", "6 %", "7 %"], "limits", "info", {"type": {"x": "category"}}),
        (
            ["<5,5", "6,25", "1.007,5"],
            "limits",
            "info",
            {
                "type": {"x": "text"},
                "step": {"id": "limits_of_detection", "params": {"columns": ["x"], "decimal": "comma", "thousands": "point"}},
            },
        ),
        (["5-9", "14-Oct", "10-14"], "excel_dates", "warning", None),
        (["2024-01-01", "9999-12-31"], "no_date", "info", {"type": {"x": "category"}}),
    ],
)
def test_a_doubt_of_the_reading_is_a_finding(cells, rule, severity, fix):
    finding = findings(cells)[rule]
    assert (finding.severity, finding.column, finding.fix) == (severity, "x", fix)


def test_a_column_that_is_not_used_has_no_such_findings():
    assert findings(["$5", "€6"], {"x": "ignore"}).keys() == set()


def test_clean_columns_have_none():
    assert findings(["5", "6", "7"]).keys() == set()
    assert findings(["2024-01-01", "2024-01-02"]).keys() == set()
