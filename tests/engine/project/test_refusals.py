"""Decisions that cannot work together are refused."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project import Goals, Project, refuse_encodings, refuse_goal, refuse_threshold, set_field


@pytest.mark.parametrize(
    ("task", "metric", "score", "message"),
    [
        ("regression", "neg_root_mean_squared_error", 20000, "Write goals.score=-20000 for at most 20000"),
        ("regression", "r2", 1.5, "at most 1"),
        ("binary", "f1", 2, "from 0 to 1"),
        ("binary", "f1", -0.5, "from 0 to 1"),
        ("binary", "matthews_corrcoef", -2, "from -1 to 1"),
    ],
)
def test_a_goal_that_no_score_can_be_is_refused(task, metric, score, message):
    project = Project(task=task, metric=metric, goals=Goals(score=score))
    with pytest.raises(UserError) as caught:
        refuse_goal(project)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("task", "metric", "score"),
    [("regression", "neg_mean_absolute_error", -20000), ("regression", "r2", -3), ("binary", "f1", 1), (None, "", 9)],
)
def test_a_goal_that_a_score_can_be_is_accepted(task, metric, score):
    refuse_goal(Project(task=task, metric=metric, goals=Goals(score=score)))


@pytest.mark.parametrize(("candidates", "encodings"), [("", '{"knn": "native_categories"}'), ("lightgbm,ridge", '{"*": "ordinal_codes"}')])
def test_an_encoding_with_gaps_is_refused_for_an_algorithm_that_takes_none(candidates, encodings):
    project = set_field(set_field(Project(), f"candidates={candidates}"), f"encodings={encodings}")
    with pytest.raises(UserError, match="leaves gaps"):
        refuse_encodings(project)


def test_encodings_that_fit_are_accepted():
    text = '{"*": "native_categories", "knn": "as_it_is", "random_forest": "native_categories", "lightgbm": "one_hot_scaled"}'
    refuse_encodings(set_field(set_field(Project(), "candidates=knn,lightgbm,random_forest"), f"encodings={text}"))


def test_a_threshold_is_for_two_classes():
    refuse_threshold(Project(task="binary", threshold=0.3))
    refuse_threshold(Project(task="multiclass"))
    with pytest.raises(UserError, match="only two classes"):
        refuse_threshold(Project(task="regression", threshold=0.3))
