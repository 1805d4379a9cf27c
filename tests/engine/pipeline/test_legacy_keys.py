"""Keys of the versions before format 3, against those that such a version recorded."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mlops_desktop.engine.pipeline.legacy_keys import LegacyKeys

OLD = Path(__file__).parents[2] / "data" / "projects"


def document(name: str) -> dict:
    return json.loads((OLD / name / "project.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_keys_are_those_that_were_recorded(task):
    found = LegacyKeys.of_document(document(f"trained_{task}"))
    with closing(sqlite3.connect(f"file:{OLD / f'trained_{task}' / 'runs.sqlite'}?mode=ro&immutable=1", uri=True)) as connection:
        assert connection.execute("SELECT DISTINCT key FROM run").fetchall() == [(found.board,)]
        assert connection.execute("SELECT DISTINCT key FROM look").fetchall() == [(found.split,)]


def test_both_formats_had_the_same_keys():
    second = document("format_2")
    assert LegacyKeys.of_document({**second, "cleaners": [{**one, "on": True} for one in second["cleaners"]]}) == LegacyKeys.of_document(
        document("format_1")
    )
    assert LegacyKeys.of_document(second) != LegacyKeys.of_document(document("format_1"))


def test_absent_fields_had_their_defaults():
    whole = document("trained_binary")
    defaults = {"columns": {}, "cleaners": [], "seed": 0}
    assert all(whole[name] == value for name, value in defaults.items())
    assert LegacyKeys.of_document({name: value for name, value in whole.items() if name not in defaults}) == LegacyKeys.of_document(whole)
    split = {name: value for name, value in whole["split"].items() if name == "method"}
    assert LegacyKeys.of_document({**whole, "split": split}) == LegacyKeys.of_document(whole)
