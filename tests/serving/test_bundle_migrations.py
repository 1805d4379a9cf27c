"""`bundle.json` of every older format opens in the present one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlops_desktop.serving.bundle import open_bundle
from mlops_desktop.serving.bundle_migrations import FORMAT, MIGRATIONS, migrated
from mlops_desktop.serving.errors import UserError

BUNDLES = Path(__file__).resolve().parents[1] / "data" / "bundles"


def test_there_is_a_migration_and_a_bundle_for_every_older_format():
    assert sorted(MIGRATIONS) == list(range(1, FORMAT))
    for number in MIGRATIONS:
        assert list(BUNDLES.glob(f"format_{number}_*/bundle.json"))


@pytest.mark.parametrize("path", sorted(BUNDLES.glob("format_*/bundle.json")), ids=lambda path: path.parent.name)
def test_an_older_identity_keeps_its_fields(path):
    stored = json.loads(path.read_text(encoding="utf-8"))
    info = open_bundle(path.parent).info
    assert info["format"] == FORMAT
    assert {key: info[key] for key in stored if key != "format"} == {key: stored[key] for key in stored if key != "format"}


def test_each_step_adds_what_its_format_added():
    added = {"input_policy": {}, "threshold_limits": [0.0, 1.0], "interval": None}
    assert migrated({"format": 1}, "x") == {"format": 3, "requirements": [], **added}
    assert migrated({"format": 2, "requirements": ["lightgbm"]}, "x") == {"format": 3, "requirements": ["lightgbm"], **added}


@pytest.mark.parametrize("number", [None, 0, -1, True, "1", 1.0, FORMAT + 1])
def test_an_unknown_format_is_refused(number):
    with pytest.raises(UserError):
        migrated({"format": number}, "x")
