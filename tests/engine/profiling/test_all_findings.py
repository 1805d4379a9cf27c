"""The list of findings: in order, and short for wide tables; the rules are in test_finding_rules.py."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.all_findings import MOST_ALIKE, find
from mlops_desktop.engine.project.assignments import apply_changes
from mlops_desktop.engine.project.decisions import Project
from tests.imported import cells_of


def findings(cells, target=None):
    return find(type_cells(cells_of(cells), {}, Silent()), target, None, {}, Silent())


def test_the_gravest_first_then_by_column():
    rng = np.random.default_rng(0)
    found = findings(
        {
            "few": pd.Series(np.where(np.arange(100) < 2, np.nan, rng.normal(size=100))),
            "same": pd.Series([1.5] * 100),
            "y": pd.Series(["", *["a", "b"] * 49, "a"], dtype="str"),
        },
        "y",
    )
    assert [(f.rule, f.severity) for f in found] == [("target_missing", "high"), ("constant", "warning"), ("missing", "info")]


def test_many_of_one_rule_are_grouped_with_one_fix():
    rng = np.random.default_rng(0)
    gaps = {f"c{i}": pd.Series(np.where(rng.random(200) < 0.02, np.nan, rng.normal(size=200))) for i in range(MOST_ALIKE + 3)}
    found = findings({**gaps, **{f"k{i}": pd.Series([1.0] * 200) for i in range(MOST_ALIKE + 1)}})
    by_rule = {f.rule: f for f in found}
    assert len(found) == len(by_rule) == 2
    assert by_rule["missing"].message.startswith(f"{MOST_ALIKE + 3} columns, such as “c0”")
    assert len(by_rule["missing"].fix["step"]["params"]["columns"]) == MOST_ALIKE + 3
    project = apply_changes(Project(), by_rule["constant"].fix)
    assert len(project.columns) == MOST_ALIKE + 1
    mixed = {**gaps, "w": pd.Series(["", *["a", "b"] * 99, "a"], dtype="str")}
    assert {f.rule: f.fix for f in findings(mixed)}["missing"] is None


def test_no_rows_and_no_columns():
    assert findings({"a": pd.Series([], dtype="str")}) == []
