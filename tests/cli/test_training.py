"""run, choose and runs, in processes of their own."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

from mlops_desktop.engine.training.runs import Runs
from tests.cli.conftest import call, refused


def test_the_leaderboard_as_json(project):
    found = json.loads(call("runs", project, "--json").stdout)
    assert found["metric"] == "accuracy"
    scores = [run["score"] for run in found["runs"]]
    assert scores == sorted(scores, reverse=True)
    assert {"id", "algorithm", "score", "std", "status", "seconds"} <= set(found["runs"][0])
    assert "Logistic regression" in call("runs", project).stdout


def test_the_leaderboard_names_what_differs(project, tmp_path):
    copy = shutil.copytree(project, tmp_path / "copy")
    board = Runs(copy)
    run = board.get(json.loads(call("runs", copy, "--json").stdout)["runs"][0]["id"])
    bins = [{"id": "bins", "version": 1, "params": {"count": 7}}]
    board.record(replace(run, id="f" * 32, number=99, candidate={**run.candidate, "steps": [*run.candidate["steps"], *bins]}))
    found = {one["id"]: one["differences"] for one in json.loads(call("runs", copy, "--json").stdout)["runs"]}
    assert found[run.id] == []
    assert found["f" * 32] == ["Bins"]
    assert [line for line in call("runs", copy).stdout.splitlines() if line.startswith("ffffffff") and line.endswith("done     Bins")]


def test_choosing_a_run_and_the_best_again(project):
    runs = json.loads(call("runs", project, "--json").stdout)["runs"]
    assert call("choose", project, runs[-1]["id"][:8]).returncode == 0
    assert json.loads(call("show", project).stdout)["chosen"] == runs[-1]["id"]
    assert call("choose", project, "best").returncode == 0
    assert "no run" in refused(call("choose", project, "ffffffff")).lower()


def test_a_choice_of_earlier_decisions_does_not_stop_a_new_run(project, tmp_path):
    copy = shutil.copytree(project, tmp_path / "copy")
    runs = json.loads(call("runs", copy, "--json").stdout)["runs"]
    assert call("choose", copy, runs[-1]["id"][:8]).returncode == 0
    again = call("run", copy, "--trials", 1, "--seed", 8, "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(call("show", copy).stdout)["chosen"] == ""
    assert f"chosen: {runs[-1]['id'][:8]} is no run of these decisions" in again.stderr


def test_what_a_person_wrote_is_never_replaced_in_silence(project, tmp_path):
    copy = shutil.copytree(project, tmp_path / "copy")
    file = copy / "project.json"
    written = json.loads(file.read_text(encoding="utf-8"))
    for change, message in (({"metric": "r2"}, "“r2” is no metric"), ({"positive": "Gentoo"}, "Only a target of two classes")):
        file.write_text(json.dumps({**written, **change}), encoding="utf-8")
        before = file.read_bytes()
        assert message in refused(call("run", copy, "--trials", 1))
        assert file.read_bytes() == before
    file.write_text(json.dumps({**written, "candidates": []}), encoding="utf-8")
    filled = call("run", copy, "--trials", 1)
    assert filled.returncode == 0, filled.stderr
    assert "- candidates.logistic: " in filled.stderr
