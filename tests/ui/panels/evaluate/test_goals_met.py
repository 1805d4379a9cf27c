"""Goals beside what was measured."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from mlops_desktop.engine.evaluation.acceptance import check
from mlops_desktop.engine.evaluation.results import Evaluation, MetricResult
from mlops_desktop.engine.project.decisions import Goals, Project
from mlops_desktop.ui.panels.evaluate.goals_met import GoalsMet
from tests.ui.conftest import find

ACCURACY = MetricResult("accuracy", "Accuracy", 0.9, 0.85, 0.94, 0.9, 0.5, "", "")
MEASURED = Evaluation(task="multiclass", rows=90, resamples=200, confidence=0.95, metrics=(ACCURACY,), notes=(), worst=())


@pytest.fixture
def made(qtbot):
    widget = GoalsMet()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_met_not_met_and_not_measured(made):
    goals = Goals(score=0.8, response_ms=5.0)
    project = Project(task="multiclass", metric="accuracy", goals=goals)
    made.show_goals(check(project, MEASURED))
    verdict = find(made, QLabel, "goals_verdict")
    assert verdict.text() == "1 of 2 met"
    assert verdict.property("pill") == "err"
    assert find(made, QWidget, "goal_met_score").accessibleName().startswith("Good: Met.")
    assert "Not measured" in find(made, QWidget, "goal_met_response_ms").accessibleName()
    made.show_goals(check(project, MEASURED, 4.0))
    assert verdict.text() == "2 of 2 met"
    assert verdict.property("pill") == "ok"


def test_no_goal_and_a_held_out_test_set(made):
    received = []
    made.asked.connect(lambda: received.append(1))
    for found, text in ((None, "when it is used"), (check(Project(task="multiclass", metric="accuracy"), MEASURED), "No goal is set")):
        made.show_goals(found)
        assert any(text in one.text() for one in made.findChildren(QLabel))
        assert not find(made, QLabel, "goals_verdict").isVisible()
    find(made, QPushButton, "set_goals").click()
    assert received == [1]
