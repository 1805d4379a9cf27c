"""The facts that rules read."""

from __future__ import annotations

import json

import pandas as pd

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.finding import FindingKind, Seen
from mlops_desktop.engine.project.serialization import to_json
from tests.imported import cells_of

CELLS = pd.DataFrame(
    {n: pd.Series(v, dtype="str") for n, v in {"a": ["1.5", "", "1.5"], "b": ["x", "y", ""], "d": ["2024-01-01", "", "2024-01-02"]}.items()}
)


def seen(target=None, task=None, roles=None):
    return Seen(type_cells(cells_of(CELLS), {}, Silent()), target, task, roles or {})


def test_features_are_the_columns_to_fit_on():
    assert [c.name for c in seen("b", roles={"d": "ignore"}).features()] == ["a"]


def test_distinct_values():
    them = seen()
    assert [them.distinct(c) for c in them.table.schema.columns] == [1, 2, 2]


def test_classes():
    codes, count = seen("b").classes()
    assert (codes.tolist(), count) == ([0, 1, -1], 2)
    assert seen("a").classes()[0].tolist() == [0, -1, 0]
    assert seen("a", "regression").classes() is None
    assert seen("d").classes() is None
    assert seen().classes() is None


def test_as_json():
    found = FindingKind("rule", "Title of {column}", safe=True).finding("info", "x", "m.", "w.", {"role": {"x": "id"}})
    assert json.loads(json.dumps(to_json(found))) == {
        "rule": "rule",
        "severity": "info",
        "column": "x",
        "message": "m.",
        "why": "w.",
        "fix": {"role": {"x": "id"}},
        "title": "Title of {column}",
        "safe": True,
        "alternatives": [],
    }
