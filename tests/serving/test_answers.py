from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.serving.answers import (
    PredictionWriter,
    class_text,
    finite,
    formula_notes,
    refused_row,
    table_header,
    table_rows,
    unanswered,
)
from mlops_desktop.serving.nodes.conformal import Conformal


def document(scorer, scores, chosen, threshold=None, warnings=None):
    answers = PredictionWriter(scorer)
    return json.loads(answers.document(answers.predictions(np.array(scores), chosen, threshold, warnings or {})))


def test_two_classes(scorers):
    found = document(scorers["binary"], [[0.7, 0.3], [0.6, 0.4]], [0, 1], None, {1: [{"field": "age", "code": "x", "detail": "é"}]})
    assert found == {
        "model": {"name": "leavers", "version": "0123456789ab"},
        "predictions": [
            {"prediction": "no", "probabilities": {"no": 0.7, "yes": 0.3}, "threshold": 0.4, "warnings": []},
            {
                "prediction": "yes",
                "probabilities": {"no": 0.6, "yes": 0.4},
                "threshold": 0.4,
                "warnings": [{"field": "age", "code": "x", "detail": "é"}],
            },
        ],
    }
    assert document(scorers["binary"], [[0.7, 0.3]], [1], 0.25)["predictions"][0]["threshold"] == 0.25


def test_classes_keep_their_types(scorers):
    found = document(scorers["multiclass"], [[0.2, 0.3, 0.5], [0.6, 0.2, 0.2], [0.1, 0.8, 0.1]], [2, 0, 1])["predictions"]
    assert [one["prediction"] for one in found] == ["50 % other", 1, 2.5]
    assert found[0]["probabilities"] == {"1": 0.2, "2.5": 0.3, "50 % other": 0.5}
    assert "threshold" not in found[0]
    booleans = replace(scorers["binary"], classes=(False, True))
    assert document(booleans, [[0.2, 0.8]], [1])["predictions"][0]["prediction"] is True
    assert class_text(True) == "true"


def test_numbers_have_no_probabilities(scorers):
    assert document(scorers["regression"], [1.5, -2e-7], [0, 0])["predictions"] == [
        {"prediction": 1.5, "warnings": []},
        {"prediction": -2e-7, "warnings": []},
    ]


@pytest.mark.parametrize("odd", ['quote"', "back\\slash", "per%cent %s %%", "line\nbreak", "zażółć 😀", "{}"])
def test_special_characters_in_names_of_classes_and_models(scorers, odd):
    scorer = replace(scorers["binary"], name=odd, classes=("no", odd))
    found = document(scorer, [[0.2, 0.8]], [1])
    assert found["model"]["name"] == odd
    assert found["predictions"][0]["prediction"] == odd
    assert found["predictions"][0]["probabilities"] == {"no": 0.2, odd: 0.8}


def test_a_model_without_a_stored_threshold(scorers):
    assert document(replace(scorers["binary"], threshold=None), [[0.2, 0.8]], [1])["predictions"][0]["threshold"] == 0.5


def test_an_invalid_row_keeps_its_position():
    assert json.loads(refused_row([{"code": "x"}])) == {"prediction": None, "errors": [{"code": "x"}], "warnings": []}


def test_tables(scorers):
    assert table_header(scorers["multiclass"]) == [
        "prediction",
        "probability_1",
        "probability_2.5",
        "probability_50 % other",
        "warnings",
        "error",
    ]
    scores = np.array([[0.1, 0.1, 0.8], [0.0, 0.0, 0.0]])
    rows = table_rows(scorers["multiclass"], scores, {1: "bad"}, {0: "odd"})
    assert rows == [["50 % other", "0.1", "0.1", "0.8", "odd", ""], ["", "", "", "", "", "bad"]]
    assert table_rows(scorers["regression"], np.array([1.25, 0.0]), {1: "bad"}) == [["1.25", "", ""], ["", "", "bad"]]
    assert table_header(scorers["regression"]) == ["prediction", "warnings", "error"]


def test_classes_that_a_spreadsheet_program_would_run_are_guarded(scorers):
    scores = np.array([[0.6, 0.1, 0.3], [0.1, 0.6, 0.3], [0.1, 0.3, 0.6]])
    risky = replace(scorers["multiclass"], classes=("=cmd|x", "+", "-5"))
    assert [row[0] for row in table_rows(risky, scores, {})] == ["'=cmd|x", "+", "-5"]


def test_tables_have_the_bounds_of_intervals(scorers):
    interval = {"level": 0.9, "below": 1.0, "above": 2.0, "rows": 10}
    one = scorers["regression"]
    one = replace(one, node=Conformal.of_record(interval, one.node, one.prediction_spec))
    assert table_header(one) == ["prediction", "lower", "upper", "warnings", "error"]
    bounds = np.array([[0.25, 3.25], [np.nan, np.nan], [1.0, np.inf]])
    rows = table_rows(one, np.array([1.25, 0.0, 2.0]), {1: "bad"}, {}, bounds)
    assert rows == [["1.25", "0.25", "3.25", "", ""], ["", "", "", "", "bad"], ["2.0", "", "", "", ""]]


def test_finite():
    assert finite(np.array([[1e308, 1e308]]))
    assert finite(np.empty((0, 2)))
    assert not finite(np.array([1.0, np.nan]))
    assert not finite(np.array([np.inf, -np.inf]))


def test_rows_without_a_finite_score():
    assert unanswered(np.array([[0.5, 0.5], [np.nan, 1.0], [np.inf, 0.0]])) == [1, 2]
    assert unanswered(np.array([1.0, np.nan])) == [1]
    assert unanswered(np.empty((0, 2))) == unanswered(np.empty(0)) == []


@pytest.mark.parametrize(
    ("classes", "noted"),
    [(("@SUM(A1)", "b"), True), (("+", "-"), False), (("b", " =cmd|x"), True), (("-1", "+1.5"), False), ((0, -1), False), ((), False)],
)
def test_classes_that_begin_like_formulas_are_noted(scorers, classes, noted):
    assert len(formula_notes(replace(scorers["binary"], classes=classes))) == noted
