"""The command line as people call it: in a process of its own, with exit codes and one line for an error."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_desktop.base.resources import resource_folder
from mlops_desktop.cli.parser import make_parser

SAMPLES = resource_folder() / "samples"


def call(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlops_desktop", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=170, cwd=cwd, env=env, check=False)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("mlops-desktop:")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "penguins"
    made = call("new", folder, "--data", SAMPLES / "penguins.csv", "--target", "species")
    assert made.returncode == 0, made.stderr
    assert "344 rows" in made.stdout
    assert call("set", folder, 'candidates=["baseline", "logistic"]').returncode == 0
    trained = call("run", folder, "--trials", 2, "--seed", 3, "--json")
    assert trained.returncode == 0, trained.stderr
    assert json.loads(trained.stdout)["trials"] == 2
    return folder


def test_help_is_quick_to_load_nothing():
    code = "import sys; from mlops_desktop.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "print([m for m in ('numpy', 'pandas', 'sklearn', 'PySide6', 'matplotlib', 'pyarrow') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip().endswith("[]")


def test_every_command_has_its_function():
    commands = next(action for action in make_parser()._actions if isinstance(action, argparse._SubParsersAction)).choices
    places = {name: (sub.get_default("module"), sub.get_default("function")) for name, sub in commands.items()}
    for module, function in places.values():
        assert callable(getattr(importlib.import_module(f"mlops_desktop.cli.{module}"), function))


def test_the_leaderboard_as_json(project):
    found = json.loads(call("runs", project, "--json").stdout)
    assert found["metric"] == "accuracy"
    scores = [run["score"] for run in found["runs"]]
    assert scores == sorted(scores, reverse=True)
    assert {"id", "algorithm", "score", "std", "status", "seconds"} <= set(found["runs"][0])
    assert "Logistic regression" in call("runs", project).stdout


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


def test_the_gate_s_exit_code(project):
    assert call("check", project).returncode == 0
    assert call("set", project, "goals.score=1.5").returncode == 0
    failed = call("check", project, "--json")
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["passed"] is False
    assert call("set", project, "goals.score=null").returncode == 0


def test_answers_report_drift_and_evaluation(project, tmp_path):
    assert call("predict", project, SAMPLES / "penguins.csv", tmp_path / "out.csv").returncode == 0
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 345
    assert call("report", project, tmp_path / "r.html").returncode == 0
    assert "species" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert json.loads(call("drift", project, SAMPLES / "penguins.csv", "--json").stdout)["verdict"] == "stable"
    assert "accuracy" in call("evaluate", project).stdout
    assert json.loads(call("evaluate", project, "--data", SAMPLES / "penguins.csv", "--json").stdout)["rows"] == 344


def test_a_profile_of_any_file():
    found = json.loads(call("profile", SAMPLES / "penguins.csv", "--json").stdout)
    assert found["rows"] == 344
    assert {column["type"] for column in found["columns"]} <= {"number", "integer", "category", "ordered", "boolean", "date", "text", "id"}


def test_new_data_under_the_same_decisions(project, tmp_path):
    assert call("new", tmp_path / "p", "--data", SAMPLES / "penguins.csv", "--target", "species").returncode == 0
    lines = (SAMPLES / "penguins.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "more.csv").write_text("\n".join([*lines, *lines[1:50]]) + "\n", encoding="utf-8")
    updated = call("update", tmp_path / "p", "--data", tmp_path / "more.csv")
    assert updated.returncode == 0, updated.stderr
    assert "393 rows" in updated.stdout
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "species" in refused(call("update", tmp_path / "p", "--data", tmp_path / "other.csv"))
    assert json.loads(call("show", tmp_path / "p").stdout)["file"] == "more.csv"


def test_a_changed_role_is_followed_by_what_was_only_proposed(tmp_path):
    folder = tmp_path / "p"
    assert call("new", folder, "--data", SAMPLES / "penguins.csv", "--target", "species").returncode == 0
    assert call("set", folder, 'candidates=["baseline"]', "split.folds=2").returncode == 0
    changed = call("set", folder, "roles.island=ignore")
    assert changed.returncode == 0, changed.stderr
    assert "steps of preparation" in changed.stdout
    decided = json.loads(call("show", folder).stdout)
    assert decided["steps"][0]["params"]["columns"] == ["sex"]
    assert [one["id"] for one in decided["candidates"]] == ["baseline"]  # what was chosen stays
    assert decided["split"]["folds"] == 2
    assert call("set", folder, "target=body_mass_g").returncode == 0
    assert json.loads(call("show", folder).stdout)["task"] == "regression"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty"),
        ("header.csv", b"a,b,y\n", "no row"),
        ("binary.csv", bytes(range(256)) * 40, "binary.csv"),
        ("one_class.csv", b"a,y\n" + b"1,x\n2,x\n" * 20, "same value"),
        ("no_target.csv", b"a,b\n1,2\n3,4\n", "no column"),
        ("all_missing.csv", b"a,y\n" + b"1,\n2,\n" * 20, "empty in every row"),
        ("one_column.csv", b"y\n" + b"1\n2\n" * 30, "learn from"),
    ],
)
def test_bad_files_are_one_sentence_and_leave_nothing(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    line = refused(call("new", tmp_path / "p", "--data", tmp_path / name, "--target", "y"))
    assert said in line
    assert not (tmp_path / "p").exists()


def test_bad_calls_are_one_sentence(project, tmp_path):
    assert "no file" in refused(call("new", tmp_path / "p", "--data", tmp_path / "gone.csv"))
    assert "no project" in refused(call("run", tmp_path))
    assert "already holds a project" in refused(call("new", project, "--data", SAMPLES / "penguins.csv"))
    assert "field" in refused(call("set", project, "metrik=accuracy"))
    assert "--budget" in refused(call("run", project, "--budget", "-1"))
    assert "no exporter" in refused(call("export", project, "nothing", tmp_path / "out"))
    assert call("nonsense").returncode == 2


def test_a_damaged_project_is_one_sentence(project, tmp_path):
    for text in ("{", '{"format": 999}', '{"format": 1, "target": 5}', "[]"):
        folder = tmp_path / str(abs(hash(text)))
        folder.mkdir()
        (folder / "project.json").write_text(text, encoding="utf-8")
        refused(call("run", folder))


def test_a_metric_that_does_not_fit_is_refused_and_nothing_is_left(project, tmp_path):
    for metric, said in (("nope", "no metric “nope”"), ("r2", "“r2” is no metric for a multiclass task")):
        done = call("new", tmp_path / "made", "--data", SAMPLES / "penguins.csv", "--target", "species", "--metric", metric)
        assert said in refused(done)
        assert not (tmp_path / "made").exists()
    before = (project / "project.json").read_bytes()
    assert "no metric for a multiclass task" in refused(call("set", project, "metric=r2"))
    assert (project / "project.json").read_bytes() == before


def test_a_positive_class_that_is_none_is_refused(project, tmp_path):
    assert "Only a target of two classes" in refused(call("set", project, "positive=Gentoo"))
    (tmp_path / "two.csv").write_text("x,y\n" + "".join(f"{i * i % 17},{'up' if i % 3 else 'down'}\n" for i in range(60)), encoding="utf-8")
    made = tmp_path / "two"
    assert call("new", made, "--data", tmp_path / "two.csv", "--target", "y").returncode == 0
    assert "“sideways” is no class of “y”" in refused(call("set", made, "positive=sideways"))
    for word in ("up", "down"):
        assert call("set", made, f"positive={word}").returncode == 0
        assert json.loads((made / "project.json").read_text(encoding="utf-8"))["positive"] == word
