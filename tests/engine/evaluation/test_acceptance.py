import itertools
from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.engine.evaluation.acceptance import check, response_ms
from mlops_desktop.engine.evaluation.model_evaluation import evaluate_scores
from mlops_desktop.engine.project.decisions import Costs, Goals, Project
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.scorer import Scorer

PROJECT = Project(target="y", task="binary", metric="roc_auc")


def measured():
    target = Target("binary", np.array([0, 0, 1, 1] * 20), ("no", "yes"))
    scores = np.tile([0.1, 0.6, 0.4, 0.9], 20)
    return evaluate_scores(target, np.column_stack([1 - scores, scores]), positive=1, threshold=0.5, seed=0, resamples=200)


def test_no_goal_passes_with_a_note():
    found = check(PROJECT, measured())
    assert found.passed
    assert found.goals == ()
    assert "No goal" in found.note


def test_score_goal_met_and_not_met():
    met = check(replace(PROJECT, goals=Goals(score=0.7)), measured())
    (goal,) = met.goals
    assert met.passed
    assert (goal.goal, goal.wanted, goal.measured, goal.passed, goal.metric) == ("score", 0.7, 0.75, True, "roc_auc")
    assert goal.low < 0.75 < goal.high
    assert "within the interval" in goal.message
    failed = check(replace(PROJECT, goals=Goals(score=0.99)), measured())
    assert not failed.passed
    assert "at least 0.99: 0.75" in failed.goals[0].message


def test_exactly_reached_is_reached_and_errors_are_signed():
    project = Project(target="y", task="regression", metric="neg_mean_absolute_error", goals=Goals(score=-1.0))
    target = Target("regression", np.arange(60.0))
    found = check(project, evaluate_scores(target, target.values + 1, seed=0, resamples=50))
    assert found.passed
    assert "at most 1: 1 on" in found.goals[0].message
    assert not check(project, evaluate_scores(target, target.values + 1.01, seed=0, resamples=50)).passed


def test_cost_goal_from_the_confusion_matrix():
    costs = Costs(false_positive=1, false_negative=3)
    project = replace(PROJECT, costs=costs, goals=Goals(cost=1.0))
    (goal,) = check(project, measured()).goals
    assert goal.measured == pytest.approx((20 * 1 + 20 * 3) / 80)
    assert goal.passed
    assert not check(replace(project, goals=Goals(cost=0.99)), measured()).passed
    without = check(replace(project, costs=None), measured())
    assert not without.passed
    assert without.goals[0].measured is None
    regression = evaluate_scores(Target("regression", np.arange(3.0)), np.arange(3.0), seed=0, resamples=5)
    assert "two classes" in check(project, regression).goals[0].message


def test_response_goal():
    project = replace(PROJECT, goals=Goals(response_ms=5.0))
    assert check(project, measured(), 4.9).passed
    assert not check(project, measured(), 5.1).passed
    unmeasured = check(project, measured())
    assert not unmeasured.passed
    assert "not measured" in unmeasured.goals[0].message


def test_every_goal_must_hold():
    project = replace(PROJECT, goals=Goals(score=0.7, response_ms=1.0))
    found = check(project, measured(), 2.0)
    assert [goal.passed for goal in found.goals] == [True, False]
    assert not found.passed


def test_undefined_score_is_not_met():
    target = Target("binary", np.zeros(60, dtype=np.intp), ("no", "yes"))
    scores = np.tile([0.8, 0.2], (60, 1))
    found = check(replace(PROJECT, goals=Goals(score=0.1)), evaluate_scores(target, scores, seed=0, resamples=20))
    assert not found.passed
    assert found.goals[0].measured is None


def test_unknown_metric_is_a_persons_error():
    with pytest.raises(UserError, match="no metric"):
        check(replace(PROJECT, metric="r2", goals=Goals(score=0.1)), measured())


def test_response_time_is_measured_on_accepted_rows(monkeypatch):
    schema = Schema((Column("x", "number", nullable=False),))
    scorer = Scorer.of_model("m", "1", "binary", "y", schema, (), Linear(np.array([[1.0]]), np.array([0.0]), "sigmoid"), ("a", "b"), 1, 0.5)
    took = response_ms(scorer, [{"x": 1.0}, {"x": None}, {"x": "no number"}], calls=30)
    assert 0 < took < 1000
    with monkeypatch.context() as patch:
        patch.setattr(
            "mlops_desktop.engine.evaluation.acceptance.time.perf_counter", itertools.count(0.0, 0.002).__next__
        )  # 2 ms between two looks
        assert response_ms(scorer, [{"x": 1.0}], calls=30) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="no row"):
        response_ms(scorer, [{"x": None}])
    with pytest.raises(ValueError, match="no row"):
        response_ms(scorer, [])
