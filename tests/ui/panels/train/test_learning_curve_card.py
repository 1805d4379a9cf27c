"""The learning curve: points as they come, a verdict as text, a way to ask for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from mlops_desktop.engine.metrics.definitions import METRICS
from mlops_desktop.engine.training import LearningPoint
from mlops_desktop.ui.panels.train.learning_curve_card import LearningCard
from tests.ui.conftest import find


def points(valid: list[float], train: list[float]) -> list[LearningPoint]:
    return [LearningPoint((i + 1) / 10, 10 * (i + 1), (t, t), (v, v)) for i, (v, t) in enumerate(zip(valid, train, strict=True))]


@pytest.fixture
def made(qtbot):
    widget = LearningCard()
    qtbot.addWidget(widget)
    widget.resize(460, 300)
    widget.show()
    return widget


def verdict_text(made) -> str:
    return str(find(made, QLabel, "learning_note").text())


def test_it_is_asked_for_when_it_is_not_there(made):
    received = []
    made.asked.connect(lambda: received.append(1))
    made.show_nothing()
    assert not find(made, QPushButton, "make_learning_curve").isVisible()
    made.show_curve("Ridge", [], METRICS["r2"], done=False, busy=False, cost="9 s")
    find(made, QPushButton, "make_learning_curve").click()
    assert received == [1]
    assert made.chart.is_empty()
    made.show_curve("Ridge", [], METRICS["r2"], done=False, busy=True)
    assert not find(made, QPushButton, "make_learning_curve").isVisible()


def test_points_come_one_by_one_and_the_verdict_at_the_end(made):
    rising = points([0.5 + 0.04 * i for i in range(10)], [0.9] * 10)
    made.show_curve("Ridge", rising[:3], METRICS["accuracy"], done=False, busy=True)
    assert not made.chart.is_empty()
    assert not find(made, QLabel, "learning_note").isVisible()
    made.show_curve("Ridge", rising, METRICS["accuracy"], done=True, busy=False)
    assert "still improving" in verdict_text(made)
    assert "overfits" not in verdict_text(made)
    flat = points([0.5, 0.7, 0.8, *[0.801] * 7], [1.0] * 10)
    made.show_curve("Ridge", flat, METRICS["accuracy"], done=True, busy=False, baseline=0.3)
    assert "hardly improves" in verdict_text(made)
    assert "overfits" not in verdict_text(made)  # as the check of overfitting says: most of the gain over the baseline is kept
    made.show_curve("Ridge", flat, METRICS["accuracy"], done=True, busy=False, baseline=0.75)
    assert "overfits" in verdict_text(made)


def test_errors_are_drawn_without_their_sign_and_gaps_are_left_out(made):
    some = points([-4.0, -3.0, -2.0, -1.5, -1.4, -1.4], [-1.0] * 6)
    some[0] = replace(some[0], valid=(None, None))
    some[1] = replace(some[1], valid=(None, -3.0))
    made.show_curve("Ridge", some, METRICS["neg_root_mean_squared_error"], done=True, busy=False, notes=["Too few rows."])
    titles, rows = made.chart.as_rows()
    assert titles == ["training rows", "training", "validation"]
    assert [row[2] for row in rows] == ["–", "3", "2", "1.5", "1.4", "1.4"]
    assert "Too few rows." in verdict_text(made)


def test_the_pill_gives_way_to_the_legend(made):
    made.show_curve("Ridge", points([0.5] * 6, [0.9] * 6), METRICS["r2"], best=False, done=True, busy=False)
    assert made.of.isVisible()
    assert made.of.text() == "chosen model"
    made.resize(330, 300)
    assert not made.of.isVisible()
