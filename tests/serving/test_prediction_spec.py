"""Kinds of task: one file each, and nothing else is edited for a further one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.serving import tasks
from mlops_desktop.serving.app import App
from mlops_desktop.serving.bundle import open_bundle
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.prediction_spec import prediction_spec

MEMBERS = Path(__file__).parent / "members" / "tasks"


@pytest.fixture
def count_task(monkeypatch):
    """A fourth kind of task in the folder of tasks."""
    monkeypatch.setattr(tasks, "__path__", [*tasks.__path__, str(MEMBERS)])
    yield "count"
    prediction_spec.cache_clear()


@pytest.mark.parametrize("task", ["", "count", "../binary", "binary.SPEC"])
def test_an_unknown_task_is_refused(task):
    with pytest.raises(UserError, match="unknown"):
        prediction_spec(task)


@pytest.mark.parametrize(("task", "classes"), [("binary", 2), ("multiclass", 2), ("multiclass", 3), ("regression", 0)])
def test_monitoring_counts_numbers_of_two_classes_and_of_values_else_classes(task, classes):
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(classes), 5) if classes else rng.normal(size=5)
    monitored = prediction_spec(task).monitored(scores)
    assert monitored.classes == (classes if classes > 2 else 0)
    wanted = scores if not classes else scores[:, 1] if classes == 2 else scores.argmax(axis=1)
    assert monitored.values.tolist() == wanted.tolist()


def test_a_fourth_kind_of_task_is_one_file(scorers, write, rows_of, asked, tmp_path, count_task):
    """From the scorer to a served bundle: prediction, explanation, table, documents and drift."""
    scorer = replace(scorers["regression"], task=count_task)
    app = App(ModelSlot(open_bundle(write(scorer, tmp_path / "count"))))
    rows = rows_of(3, seed=1)
    wanted = scorer.scores(scorer.schema.from_rows(rows).frame).tolist()
    answer = asked(app, "POST", "/v1/predict", {"rows": rows})
    assert [one["prediction"] for one in answer.json["predictions"]] == wanted
    assert asked(app, "POST", "/v1/explain", {"rows": rows[:1]}).json["explanations"][0]["answer"] == pytest.approx(wanted[0])
    table = asked(app, "POST", "/v1/predict/csv", b"age\n30\n", headers={"content-type": "text/csv"})
    assert table.body.startswith(b"prediction,warnings,error\n")
    document = asked(app, "GET", "/openapi.json").json
    assert "an expected count" in document["info"]["description"]
    assert document["components"]["schemas"]["Prediction"]["properties"]["prediction"] == {"type": ["number", "null"], "minimum": 0.0}
    assert asked(app, "GET", "/v1/drift").json["score"]["field"] == "score"
