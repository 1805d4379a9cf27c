"""profile, evaluate, check and report, in processes of their own."""

from __future__ import annotations

import json

from tests.cli.conftest import SAMPLES, call


def test_the_gate_s_exit_code(project):
    assert call("check", project).returncode == 0
    assert call("set", project, "goals.score=1.5").returncode == 0
    failed = call("check", project, "--json")
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["passed"] is False
    assert call("set", project, "goals.score=null").returncode == 0


def test_a_profile_of_any_file():
    found = json.loads(call("profile", SAMPLES / "penguins.csv", "--json").stdout)
    assert found["rows"] == 344
    assert {column["type"] for column in found["columns"]} <= {"number", "integer", "category", "ordered", "boolean", "date", "text", "id"}


def test_report_and_evaluation(project, tmp_path):
    assert call("report", project, tmp_path / "r.html").returncode == 0
    assert "species" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "accuracy" in call("evaluate", project).stdout
    assert json.loads(call("evaluate", project, "--data", SAMPLES / "penguins.csv", "--json").stdout)["rows"] == 344
