"""Decisions that cannot work together are refused."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project import Goals, Project, refuse_goal


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
