"""Every kind of task keeps the contract of `PredictionSpec`."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mlops_desktop.serving.prediction_spec import prediction_spec, task_ids

ROWS = 5
CLASSES = ("no", 'with "quotes" and 50 %', 3)


@pytest.fixture(params=task_ids())
def spec(request):
    return prediction_spec(request.param)


def example(spec):
    """(scores, classes, position of the positive class)."""
    rng = np.random.default_rng(0)
    if not spec.per_class:
        return rng.gamma(2.0, size=ROWS), (), None
    classes = CLASSES[:2] if spec.thresholded else CLASSES
    return rng.dirichlet(np.ones(len(classes)), ROWS), classes, 1 if spec.thresholded else None


def test_a_spec_has_the_id_of_its_file(spec, request):
    assert spec.id == request.node.callspec.params["spec"]


def test_decisions_and_monitored_scores_are_one_per_row(spec):
    scores, classes, positive = example(spec)
    decided = spec.decide(scores, positive, 0.5)
    assert decided.shape == (ROWS,)
    assert set(decided.tolist()) <= set(range(max(1, len(classes))))
    assert spec.monitored(scores).values.shape == (ROWS,)
    assert spec.columns(scores).shape == (ROWS, max(1, len(classes)))
    explained = spec.explained_class(scores, positive)
    assert (explained is not None) == spec.per_class
    assert spec.output(scores, explained).shape == (ROWS,)


def test_the_json_of_an_answer_is_exact_and_follows_its_schema(spec):
    scores, classes, positive = example(spec)
    members, schema = spec.answer_members(classes), spec.answer_schema(classes)
    for k, row in zip(spec.decide(scores, positive, 0.5).tolist(), spec.columns(scores).tolist(), strict=True):
        answer = json.loads(f"{{{members[k]}}}" % tuple(row))
        assert set(answer) == set(schema)
        assert answer["prediction"] == (classes[k] if classes else row[0])
        assert not classes or list(answer["probabilities"].values()) == row


def test_cells_of_a_table_match_their_columns(spec):
    scores, classes, positive = example(spec)
    columns = spec.table_columns(classes)
    cells = spec.table_cells(scores, spec.decide(scores, positive, 0.5), classes)
    assert columns[0] == "prediction"
    assert [len(row) for row in cells] == [len(columns)] * ROWS
    assert [[float(cell) for cell in row[-len(classes) :]] for row in cells] == spec.columns(scores).tolist()
