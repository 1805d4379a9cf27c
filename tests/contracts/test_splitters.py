"""Every splitter: a row is on one side only, the same seed gives the same rows, and these are the rows of the versions before."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.engine.choices import choices
from tests.splitters import cut, folded, rows_of

SPLITTERS = choices().splitters
STORED = json.loads((Path(__file__).parents[1] / "data" / "splits" / "expected.json").read_text(encoding="utf-8"))
TABLE = STORED["table"]
COLUMNS = {**{name: np.array(TABLE[name]) for name in ("group", "time", "fold")}, "fold_names": tuple(TABLE["fold_names"])}
TARGETS = {
    "classes": Target("multiclass", np.array(TABLE["classes"], dtype=np.intp), ("a", "b", "c")),
    "numbers": Target("regression", np.array(TABLE["numbers"])),
}


@pytest.mark.parametrize("id_", list(SPLITTERS))
def test_a_splitter_as_json(id_):
    splitter = SPLITTERS[id_]()
    assert SPLITTERS.read(splitter.to_json()) == splitter
    assert splitter.id == id_
    assert splitter.label
    assert splitter.help.endswith(".")
    assert splitter.lacking_class_remedy.endswith(".")
    assert splitter.role in ("", "group", "time", "fold")
    assert bool(splitter.role) == ("column" in splitter.params())
    assert "folds" in splitter.params()


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
@pytest.mark.parametrize("id_", list(SPLITTERS))
def test_no_row_is_fitted_and_scored(id_, target):
    splitter = SPLITTERS[id_]()
    sides = cut(splitter, target, COLUMNS, 5)
    folds = folded(splitter, target.take(sides[0]), rows_of(COLUMNS, sides[0]), 5)
    for pair in (sides, *folds):
        assert all(len(side) and np.all(np.diff(side) > 0) for side in pair)
        assert not np.isin(*pair).any()
    again = cut(splitter, target, COLUMNS, 5)
    assert all(np.array_equal(*both) for both in zip(sides, again, strict=True))


@pytest.mark.parametrize("id_", [id_ for id_, splitter in SPLITTERS.items() if splitter.role])
def test_a_splitter_without_its_column_says_so(id_):
    with pytest.raises(UserError, match="column") as caught:
        cut(SPLITTERS[id_](), TARGETS["numbers"], {}, 0)
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize("case", STORED["cases"], ids=lambda case: f"{case['method']} {case['target']} {case['params']} {case['seed']}")
def test_rows_are_those_of_the_versions_before(case):
    splitter, target = SPLITTERS[case["method"]](**case["params"]), TARGETS[case["target"]]
    train, test = cut(splitter, target, COLUMNS, case["seed"])
    assert test.tolist() == case["test"]
    folds = folded(splitter, target.take(train), rows_of(COLUMNS, train), case["seed"])
    assert [valid.tolist() for _, valid in folds] == case["validation"]
    assert [len(rows) for rows, _ in folds] == case["train"]


def test_another_method_keeps_the_settings_that_both_have_but_the_column():
    grouped = SPLITTERS["grouped"](test=0.3, folds=7, column=("shop",))
    assert grouped.switch_to(SPLITTERS["time"]) == SPLITTERS["time"](test=0.3, folds=7)
    assert grouped.switch_to(SPLITTERS["column"]) == SPLITTERS["column"](folds=7)
