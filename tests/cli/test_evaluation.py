"""profile, evaluate, check and report, in processes of their own."""

from __future__ import annotations

import json

from tests.cli.conftest import SAMPLES, call, refused


def test_the_gate_s_exit_code(project):
    passed = call("check", project)
    assert passed.returncode == 0
    assert "The held-out test set was used" in passed.stderr
    decided = json.loads((project / "project.json").read_text(encoding="utf-8"))
    decided["goals"]["score"] = 1.5  # as `set` allowed it once
    (project / "project.json").write_text(json.dumps(decided), encoding="utf-8")
    failed = call("check", project, "--json")
    assert failed.returncode == 1
    printed = json.loads(failed.stdout)
    assert printed["passed"] is False
    assert list(printed["goals"][0]) == ["goal", "wanted", "measured", "passed", "said", "metric", "low", "high"]
    assert call("set", project, "goals.score=null").returncode == 0


def test_a_profile_of_any_file():
    found = json.loads(call("profile", SAMPLES / "penguins.csv", "--json").stdout)
    assert found["rows"] == 344
    assert {column["type"] for column in found["columns"]} <= {"number", "integer", "category", "ordered", "boolean", "date", "text", "id"}


def test_report_and_evaluation(project, tmp_path):
    assert call("report", project, tmp_path / "r.html").returncode == 0
    assert "species" in (tmp_path / "r.html").read_text(encoding="utf-8")
    printed = call("evaluate", project).stdout
    assert "accuracy" in printed
    assert "Size of the test set: The held-out test set has" in printed
    assert {one["verdict"] for one in json.loads(call("evaluate", project, "--json").stdout)["checks"]} == {"passed"}
    assert json.loads(call("evaluate", project, "--data", SAMPLES / "penguins.csv", "--json").stdout)["rows"] == 344


def test_doubts_are_listed_and_answered(tmp_path):
    rows = "".join(f"{'left' if i % 3 else 'right'},{i % 7},0{1 + i % 9}/0{1 + i % 5}/2024\n" for i in range(60))
    (tmp_path / "t.csv").write_text("side,x,day=1\n" + rows)
    project = tmp_path / "p"
    assert call("new", project, "--data", tmp_path / "t.csv", "--target", "side").returncode == 0
    found = {one["id"]: one for one in json.loads(call("questions", project, "--json").stdout)["questions"]}
    assert found["guess.positive.side"]["weight"] == "warning"
    assert found["reading.date_order.day=1"]["open"]
    assert "--reason is for an answer" in refused(call("questions", project, "--reason", "right-handers"))
    assert "Give one of them" in refused(call("questions", project, "--all", "--answer", "guess.positive.side=accept"))
    assert "is not an answer" in refused(call("questions", project, "--answer", ""))
    assert "no question" in refused(call("questions", project, "--answer", "guess.colour=accept"))
    assert call("questions", project, "--answer", "guess.positive.side=accept", "--reason", "right-handers").returncode == 0
    assert call("questions", project, "--answer", "reading.date_order.day=1=text", "--json").stdout == (
        '{\n "question": "reading.date_order.day=1",\n "option": "text"\n}\n'
    )
    after = {one["id"]: one for one in json.loads(call("questions", project, "--json").stdout)["questions"]}
    assert after["guess.positive.side"]["answer"]["reason"] == "right-handers"
    assert not [one for one in after.values() if one["open"] and one["id"] in found and one["weight"] != "info"]
    assert "day=1" in json.loads(call("show", project).stdout)["columns"]
