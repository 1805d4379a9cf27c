"""The threshold: figures that belong to it, what is notified, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QSlider

from mlops_desktop.base.families import Target
from mlops_desktop.engine.evaluation.model_evaluation import evaluate_scores
from mlops_desktop.engine.evaluation.results import ProposedThreshold
from mlops_desktop.engine.project.decisions import Costs
from mlops_desktop.engine.training.thresholds import choose_threshold
from mlops_desktop.ui.panels.evaluate.threshold_card import ThresholdCard, cost_at
from mlops_desktop.ui.widgets.inputs import NumberLine
from tests.ui.conftest import find

RNG = np.random.default_rng(1)
TRUTH = RNG.integers(0, 2, 120)
YES = np.round(np.clip(TRUTH * 0.25 + RNG.random(120) * 0.7, 0, 1), 2)


def evaluation(positive: int = 1, threshold: float | None = None, costs: Costs | None = None):
    target = Target("binary", TRUTH, ("no", "yes"))
    scores = np.column_stack([1 - YES, YES])
    choice = choose_threshold(target, scores[:, positive], positive, "f1", costs)
    found = evaluate_scores(
        target, scores, positive=positive, threshold=choice.threshold if threshold is None else threshold, seed=0, resamples=50
    )
    return replace(
        found,
        choice=ProposedThreshold(choice.threshold, choice.rule, choice.reason),
        classification=replace(found.classification, threshold_curve=choice.curve),
    )


@pytest.fixture
def made(qtbot):
    widget = ThresholdCard()
    qtbot.addWidget(widget)
    widget.resize(900, 330)
    widget.show()
    return widget


@pytest.mark.parametrize("positive", [0, 1])
def test_every_point_has_the_counts_of_its_cut_off(made, positive):
    made.show_evaluation(evaluation(positive), None, None)
    slider = find(made, QSlider, "threshold_slider")
    scores = YES if positive else 1 - YES
    for at in range(0, slider.maximum() + 1, 37):
        slider.setValue(at)
        assert abs(made.threshold() - at / slider.maximum()) < 0.06  # as linear as the chart: scores lie this close
        answered = np.round(scores, 12) >= made.threshold()
        truth = positive == TRUTH
        counts = made.counts()
        assert (counts.hit, counts.false) == (int((answered & truth).sum()), int((answered & ~truth).sum()))
        assert (counts.missed, counts.right_no) == (int((~answered & truth).sum()), int((~answered & ~truth).sum()))


def test_a_selected_cut_off_is_used_by_a_click(made):
    found = evaluation()
    classes = found.classification
    received, moved = [], []
    made.used.connect(received.append)
    made.moved.connect(lambda counts, value: moved.append(value))
    made.show_evaluation(found, None, None)
    assert made.threshold() == classes.threshold
    assert not find(made, QPushButton, "use_threshold").isEnabled()
    assert not find(made, QPushButton, "auto_threshold").isVisible()
    assert not moved
    slider = find(made, QSlider, "threshold_slider")
    QTest.keyClick(slider, Qt.Key.Key_PageUp)
    assert moved == [made.threshold()]
    find(made, QPushButton, "use_threshold").click()
    assert received == [made.threshold()]
    assert received[0] in classes.threshold_curve.threshold


def test_a_written_cut_off_is_taken_exactly_or_not_at_all(made):
    made.show_evaluation(evaluation(), None, None)
    line = find(made, NumberLine, "threshold")
    for text, taken in (("0.123456", True), ("2", False), ("much", False), ("", False)):
        before = made.threshold()
        line.setText(text)
        line.done.emit()
        assert made.threshold() == (0.123456 if taken else before)
    assert line.text() == "0.1235"
    line.done.emit()
    assert made.threshold() == 0.123456  # leaving the field changes nothing


def test_costs_are_shown_and_who_chose(made):
    costs = Costs(false_positive=1.0, false_negative=4.0)
    made.show_evaluation(evaluation(costs=costs), None, costs)
    assert float(find(made, QLabel, "threshold_cost").text()) == pytest.approx(cost_at(made.counts(), costs), abs=1e-3)
    assert "Proposed" in find(made, QLabel, "threshold_why").text()
    made.show_evaluation(evaluation(threshold=0.7), 0.7, None)
    assert "0.7, set by you." in find(made, QLabel, "threshold_why").text()
    assert find(made, QPushButton, "auto_threshold").isVisible()
    assert find(made, QLabel, "threshold_cost").text() == "–"
