"""predict and drift, in processes of their own."""

from __future__ import annotations

import json

from tests.cli.conftest import SAMPLES, call


def test_answers_and_drift(project, tmp_path):
    assert call("predict", project, SAMPLES / "penguins.csv", tmp_path / "out.csv").returncode == 0
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 345
    assert json.loads(call("drift", project, SAMPLES / "penguins.csv", "--json").stdout)["verdict"] == "stable"
