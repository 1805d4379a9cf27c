"""What is known of a table before anything is decided."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.base.target_columns import TargetColumn
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.results import Overview
from mlops_desktop.engine.profiling.table_overview import SHOWN_CLASSES, overview, possible_tasks
from mlops_desktop.engine.project.serialization import from_json, to_json
from mlops_desktop.serving.schema import CATEGORICAL_TYPES, Column
from tests.frames import make_frame
from tests.imported import cells_of


def overview_of(**columns):
    cells = pd.DataFrame({name: pd.Series(list(map(str, cells)), dtype="str") for name, cells in columns.items()})
    found = overview(type_cells(cells_of(cells), {}, Silent()), Silent())
    assert from_json(Overview, json.loads(json.dumps(to_json(found), allow_nan=False))) == found
    return found, {one.name: one for one in found.columns}


def test_each_column_has_what_predicting_it_would_mean():
    n = 60
    found, columns = overview_of(
        key=[f"K{i:05d}" for i in range(n)],
        amount=[i * 1.5 for i in range(n)],
        stars=[i % 4 for i in range(n)],
        same=["x"] * n,
        when=[f"2024-01-{1 + i % 28:02d}" for i in range(n)],
        churn=["yes" if i % 3 == 0 else "no" for i in range(n)],
    )
    assert found.rows == n
    assert found.targets[0].value == "churn"
    assert found.targets[0].reason.startswith("Likely because its name")
    assert found.roles["same"].value == "ignore"
    churn = columns["churn"].target
    assert (churn.task, churn.positive) == ("binary", "yes")
    assert churn.classes == (("no", 40), ("yes", 20))
    assert churn.metrics["binary"].value == "roc_auc"
    assert columns["amount"].target.task == "regression"
    assert set(columns["amount"].target.tasks) == {"multiclass", "regression"}
    stars = columns["stars"].target
    assert stars.task == "multiclass"
    assert [value for value, _ in stars.classes] == [0, 1, 2, 3]
    assert "same value" in columns["same"].target.refused
    assert "dates" in columns["when"].target.refused
    assert columns["key"].bars == ()
    assert sum(columns["amount"].bars) == n
    assert sum(columns["churn"].bars) == n


def test_gaps_and_empty_columns():
    _, columns = overview_of(x=["1", "", "3", "4"] * 10, empty=[""] * 40, y=["a", "b", "", "a"] * 10)
    assert columns["x"].missing == 10
    assert columns["x"].distinct == 3
    assert columns["empty"].distinct == 0
    assert columns["empty"].bars == () or sum(columns["empty"].bars) == 0
    assert "empty" in columns["empty"].target.refused
    assert columns["y"].target.classes == (("a", 20), ("b", 10))  # rows without a target are not counted


def test_of_many_classes_the_frequent_ones_are_listed():
    names = [f"c{i:03d}" for i in range(100)]
    _, columns = overview_of(y=[name for i, name in enumerate(names) for _ in range(1 + i)], x=range(5050))
    classes = columns["y"].target.classes
    assert len(classes) == SHOWN_CLASSES
    assert columns["y"].target.more == 100 - SHOWN_CLASSES
    assert ("c099", 100) in classes
    assert list(classes) == sorted(classes)


@pytest.mark.parametrize(
    ("kind", "distinct", "tasks"),
    [
        ("number", 2, ["binary", "multiclass", "regression"]),
        ("integer", 5, ["multiclass", "regression"]),
        ("number", 5000, ["regression"]),
        ("category", 2, ["binary", "multiclass"]),
        ("category", 5000, []),
        ("text", 3, ["multiclass"]),
        ("date", 3, []),
        ("number", 1, []),
        ("category", 0, []),
    ],
)
def test_possible_tasks(kind, distinct, tasks):
    cells = [i % distinct for i in range(6000)] if distinct else [None] * 9
    if kind in CATEGORICAL_TYPES:
        frame = make_frame(categoricals={"c": [None if cell is None else f"v{cell}" for cell in cells]})
    elif kind == "date":
        frame = make_frame(dates={"c": [f"2024-01-{1 + cell:02d}" for cell in cells]})
    else:
        frame = make_frame({"c": cells})
    assert possible_tasks(TargetColumn(Column("c", kind), frame)) == tasks
