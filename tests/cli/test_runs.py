"""The commands about finished runs: the leaderboard, and choosing another run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace

from mlops_desktop.engine.training.runs import Runs
from tests.cli.conftest import call, refused


def test_the_leaderboard_as_json(project):
    found = json.loads(call("runs", project, "--json").stdout)
    assert found["metric"] == "accuracy"
    scores = [run["score"] for run in found["runs"]]
    assert scores == sorted(scores, reverse=True)
    assert {"id", "algorithm", "score", "std", "status", "seconds"} <= set(found["runs"][0])
    expected = found["selection"]
    assert (expected["run"], expected["score"]) == (found["runs"][0]["id"], scores[0])
    assert [run["id"] for run in found["runs"] if run["tied"]] == []  # beside itself
    text = call("runs", project).stdout
    assert "Logistic regression" in text
    assert f"The best of {expected['runs']} runs " in text


def test_the_leaderboard_names_what_differs(project, tmp_path):
    copy = shutil.copytree(project, tmp_path / "copy")
    board = Runs(copy)
    run = board.get(json.loads(call("runs", copy, "--json").stdout)["runs"][0]["id"])
    bins = [{"id": "bins", "version": 1, "params": {"count": 7}}]
    board.record(replace(run, id="f" * 32, number=99, candidate={**run.candidate, "steps": [*run.candidate["steps"], *bins]}))
    found = {one["id"]: one["differences"] for one in json.loads(call("runs", copy, "--json").stdout)["runs"]}
    assert found[run.id] == []
    assert found["f" * 32] == ["Bins"]
    assert [line for line in call("runs", copy).stdout.splitlines() if line.startswith("ffffffff") and line.endswith("tied     Bins")]


def test_choosing_a_run_and_the_best_again(project):
    runs = json.loads(call("runs", project, "--json").stdout)["runs"]
    assert call("choose", project, runs[-1]["id"][:8]).returncode == 0
    assert json.loads(call("show", project).stdout)["chosen"] == runs[-1]["id"]
    assert call("choose", project, "best").returncode == 0
    assert "no run" in refused(call("choose", project, "ffffffff")).lower()


def test_the_leaderboard_loads_nothing_that_fits(project):
    code = "import sys, mlops_desktop.cli as cli; cli.main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    run = [sys.executable, "-W", "error", "-c", code, "runs", str(project)]
    loaded = set(subprocess.run(run, capture_output=True, text=True, check=True).stderr.split())
    engine = {f"mlops_desktop.engine.{name}" for name in ("pipeline.pipeline", "process.calls.data", "profiling", "questions", "data")}
    assert loaded & (engine | {"pandas", "pyarrow", "sklearn", "scipy"}) == set()
