"""The Python file answers the golden rows as the application does, in a process without any package."""

from __future__ import annotations

import csv
import json
import runpy
import subprocess
import sys

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters.python_script import PythonScript
from mlops_desktop.serving.bundle import open_bundle
from mlops_desktop.serving.selftest import compare


def run(folder, *arguments):
    line = [sys.executable, "-I", "-S", str(folder / "predict.py"), *map(str, arguments)]
    return subprocess.run(line, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def scripts(folders, tmp_path_factory):
    made = {}
    for task, core in folders.items():
        made[task] = tmp_path_factory.mktemp("scripts") / task
        made[task].mkdir()
        PythonScript().export(core, made[task], Silent())
    return made


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_it_answers_as_the_application(task, folders, scripts):
    bundle = open_bundle(folders[task])
    found = PythonScript().read_back(scripts[task], bundle)
    expected = np.array(bundle.golden.scores).reshape(len(bundle.golden.rows), -1)
    assert compare(bundle.scorer, expected, found.scores).passed
    tested = run(scripts[task], "selftest")
    assert (tested.returncode, tested.stderr) == (0, "")
    assert tested.stdout.startswith("Self-test passed")


def test_nan_is_a_missing_cell(scripts):
    module = runpy.run_path(str(scripts["binary"] / "predict.py"))
    nan = {"age": float("nan"), "income": 2.0, "member": float("nan"), "city": float("nan")}
    assert module["predict"](nan) == module["predict"]({"age": None, "income": 2.0, "member": None, "city": None})


def test_a_csv_file_is_answered(scripts, folders, tmp_path):
    (tmp_path / "in.csv").write_text("age,income,member,city\n41,,yes,Oslo\n20,NA,true,Athens\n", encoding="utf-8")
    done = run(scripts["binary"], tmp_path / "in.csv", tmp_path / "out.csv")
    assert (done.returncode, done.stderr) == (0, "")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    scorer = open_bundle(folders["binary"]).scorer
    rows = [{"age": 41, "income": None, "member": True, "city": "Oslo"}, {"age": 20, "income": None, "member": True, "city": "Athens"}]
    wanted = scorer.scores(scorer.schema.from_rows(rows).frame)
    assert [float(first["probability_yes"]), float(second["probability_yes"])] == pytest.approx(wanted[:, 1].tolist(), abs=1e-9)
    assert first["prediction"] == scorer.classes[scorer.decide(wanted)[0]]


def test_a_short_row_is_an_error_of_its_own_and_a_refused_file_leaves_the_answers_as_they_were(scripts, tmp_path):
    (tmp_path / "in.csv").write_text("age,income,member,city\n41,1\n41,1,no,Rome\n", encoding="utf-8")
    assert run(scripts["binary"], tmp_path / "in.csv", tmp_path / "out.csv").returncode == 0
    written = (tmp_path / "out.csv").read_text(encoding="utf-8")
    first, second = csv.DictReader(written.splitlines())
    assert (first["error"], second["error"]) == ("The row has 2 cells, the header 4.", "")
    (tmp_path / "in.csv").write_text("age,income\n41,1\n", encoding="utf-8")
    assert "has no column" in run(scripts["binary"], tmp_path / "in.csv", tmp_path / "out.csv").stderr
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_a_changed_weight_fails_its_self_test(scripts, tmp_path):
    text = (scripts["regression"] / "predict.py").read_text(encoding="utf-8")
    golden = json.loads((scripts["regression"] / "golden.json").read_text(encoding="utf-8"))
    assert len(golden["rows"]) >= 50
    assert text.count("[812.5]") == 1
    (tmp_path / "predict.py").write_text(text.replace("[812.5]", "[812.6]"), encoding="utf-8")
    (tmp_path / "golden.json").write_text(json.dumps(golden), encoding="utf-8")
    assert run(tmp_path, "selftest").returncode == 1
