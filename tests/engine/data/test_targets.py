"""Targets, tasks and roles."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.targets import default_positive, default_roles, guess_targets, guess_task, target_of
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.project.decisions import ColumnNote
from tests.imported import cells_of


def table(notes=None, **columns):
    return type_cells(
        cells_of({n: pd.Series(c, dtype=object if any(not isinstance(x, str) for x in c) else "str") for n, c in columns.items()}),
        notes or {},
        Silent(),
    )


@pytest.mark.parametrize(
    ("cells", "classes", "values"),
    [
        (["b", "a", "b"], ("a", "b"), [1, 0, 1]),
        (["10", "9", "10"], (9, 10), [1, 0, 1]),
        (["1", "-1"], (-1, 1), [1, 0]),
        (["1.5", "0.5"], (0.5, 1.5), [1, 0]),
        (["Yes", "No"], ("No", "Yes"), [1, 0]),
        (["yes", "No", "YES", "yes"], ("No", "yes"), [1, 0, 1, 1]),
        (["true", "false"], (False, True), [1, 0]),
        (["T", "F"], ("F", "T"), [1, 0]),
        (["low", "high", "medium"], ("high", "low", "medium"), [1, 0, 2]),
    ],
)
def test_classes_keep_their_types_and_are_sorted(cells, classes, values):
    target = target_of(table(y=cells), "y", "multiclass")
    assert target.classes == classes
    assert [type(c) for c in target.classes] == [type(c) for c in classes]
    assert target.values.tolist() == values
    assert target.values.dtype == np.intp


@pytest.mark.parametrize("late", ["2", "-1", "0"])
def test_a_class_far_below_the_others_is_found(late):
    found = target_of(table(y=["0", "1"] * 600 + [late], x=["1"] * 1201), "y", "multiclass" if late != "0" else "binary")
    assert found.classes == tuple(sorted({0, 1, int(late)}))
    assert found.values[-1] == found.classes.index(int(late))
    assert found.values[1] == found.classes.index(1)


def test_regression():
    target = target_of(table(y=["1", "2.5"]), "y", "regression")
    assert (target.values.tolist(), target.classes) == ([1.0, 2.5], ())
    with pytest.raises(UserError, match="texts"):
        target_of(table(y=["a", "b"]), "y", "regression")


@pytest.mark.parametrize(
    ("cells", "task", "match"),
    [
        (["a", ""], "binary", "missing in 1 row"),
        (["", ""], "binary", "empty in every row"),
        (["a", "a"], "binary", "same value"),
        (["a", "b", "c"], "binary", "3 classes"),
        ([f"text {i}" for i in range(300)], "multiclass", "too many"),
        (["2024-01-01", "2024-01-02"], "multiclass", "dates"),
        (["2024-01-01", "2024-01-02"], "regression", "dates"),
        ([1, "1", "b"], "multiclass", "look the same"),
    ],
)
def test_refusals(cells, task, match):
    with pytest.raises(UserError, match=match):
        target_of(table(y=cells), "y", task)


def test_an_absent_column():
    with pytest.raises(UserError, match="no column “z”"):
        target_of(table(y=["a"]), "z", "binary")


def test_the_classes_of_a_model():
    assert target_of(table(y=["b", "b"]), "y", "binary", classes=("a", "b")).values.tolist() == [1, 1]
    with pytest.raises(UserError, match="never saw, such as “c”"):
        target_of(table(y=["b", "c"]), "y", "binary", classes=("a", "b"))


@pytest.mark.parametrize(
    ("classes", "values", "positive"),
    [
        (("No", "Yes"), [0, 1], "Yes"),
        (("ja", "nein"), [0, 0, 1], "ja"),
        (("x", "y"), [0, 0, 1], "y"),
        ((0, 1), [1, 1, 0], 1),
        ((-1, 1), [0, 1], 1),
        (("ham", "spam"), [0, 1], "spam"),
        (("a", "b"), [1, 1, 0], "a"),
        ((False, True), [1], True),
    ],
)
def test_the_positive_class(classes, values, positive):
    found, reason = default_positive(Target("binary", np.array(values), classes))
    assert found == positive
    assert reason.endswith(".")


@pytest.mark.parametrize(
    ("cells", "task"),
    [
        (["a", "b"], "binary"),
        (["a", "b", "c"], "multiclass"),
        (["0", "1"] * 5, "binary"),
        ([str(i % 3) for i in range(60)], "multiclass"),
        ([str(i % 3) for i in range(20)], "regression"),
        ([str(i * 3) for i in range(40)], "regression"),
        ([f"{i}.5" for i in range(40)], "regression"),
        (["Yes", "No"], "binary"),
    ],
)
def test_the_task(cells, task):
    found, reason = guess_task(table(y=cells), "y")
    assert found == task
    assert "“y”" in reason


@pytest.mark.parametrize("cells", [["", ""], ["a", "a"], ["2024-01-01", "2024-01-02"]])
def test_what_cannot_be_predicted(cells):
    with pytest.raises(UserError):
        guess_task(table(y=cells), "y")


def test_targets_are_ranked():
    ranked = guess_targets(table(price=["1.5", "2.5", "4"], b=["x", "y", "x"], c=["1", "2", "4"], d=["2024-01-01"] * 3, e=["k", "k", "k"]))
    assert [name for name, _ in ranked] == ["price", "b", "c"]
    assert "its name" in ranked[0][1]
    assert "it is the first column" in ranked[0][1]
    assert guess_targets(table(e=["k", "k"])) == []
    nearly_empty = table(a=["1", "2"] * 50, b=["x", "y", *[""] * 98])
    assert [name for name, _ in guess_targets(nearly_empty)] == ["a"]


def test_roles():
    roles = default_roles(
        table({"k": ColumnNote(type="id")}, k=["1", "2", "3"], same=["x"] * 3, none=[""] * 3, some=["x", "x", ""], y=["a", "b", "a"])
    )
    assert {name: role for name, (role, _) in roles.items()} == {"k": "id", "same": "ignore", "none": "ignore"}
