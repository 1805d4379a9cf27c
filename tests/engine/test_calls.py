"""What the child can be asked: JSON in, JSON out, and nothing of project.json is touched."""

from __future__ import annotations

import inspect
import json

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine import storage
from mlops_desktop.engine.calls import CALLS
from mlops_desktop.engine.project import Goals


def ask(name: str, made, **args: object):
    answer = CALLS[name](Silent(), folder=str(made.folder), project=storage.to_json(made.project), **args)
    json.dumps(answer, allow_nan=False)
    return answer


def test_every_call_says_what_it_answers():
    for name, call in CALLS.items():
        assert inspect.getdoc(call), name
        assert next(iter(inspect.signature(call).parameters)) == "job", name


def test_the_road_by_calls_leaves_the_decisions_alone(trained, copy_of, tmp_path):
    made = copy_of(trained)
    before = (made.folder / "project.json").read_bytes()
    assert ask("profile", made)["rows"] == 344
    assert ask("run", made)["trials"] == 3
    assert ask("evaluate", made, sealed=False)["rows"] == made.flow.train.frame.rows
    assert ask("evaluate", made)["rows"] == made.flow.test.frame.rows
    ask("report", made, out=str(tmp_path / "report.html"))
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!")
    assert (made.folder / "project.json").read_bytes() == before


@pytest.mark.parametrize(("least", "passed"), [(0.5, True), (1.01, False)])
def test_the_gate_measures_the_test_part(trained, copy_of, least, passed):
    made = copy_of(trained, goals=Goals(score=least, response_ms=1000.0))
    found = ask("check", made)
    assert found["passed"] is passed
    assert {goal["goal"] for goal in found["goals"]} == {"score", "response_ms"}
    assert all(goal["measured"] is not None for goal in found["goals"])


def test_a_file_is_profiled_without_a_project(tmp_path):
    found = CALLS["profile_file"](Silent(), file=str(resource_folder() / "samples" / "penguins.csv"), out=str(tmp_path / "p.html"))
    assert found["rows"] == 344
    assert {column["name"] for column in found["columns"]} >= {"species", "sex"}
    assert (tmp_path / "p.html").exists()


def test_predict_takes_a_project(trained, tmp_path):
    file = resource_folder() / "samples" / "penguins.csv"
    project = storage.to_json(trained.project)
    found = CALLS["predict"](Silent(), source=str(trained.folder), file=str(file), out=str(tmp_path / "out.csv"), project=project)
    assert found["rows"] == 344


def test_an_unknown_exporter_is_a_sentence(trained, tmp_path):
    with pytest.raises(UserError, match="no exporter"):
        ask("export", trained, exporter="nothing", out=str(tmp_path / "out"), options={})
