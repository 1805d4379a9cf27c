"""The plots of an evaluation, from real evaluations: two classes, several, one that has no row, numbers."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from mlops_desktop.base.families import Target
from mlops_desktop.engine.evaluation.model_evaluation import evaluate_scores
from mlops_desktop.ui.panels.evaluate.curves_card import CurvesCard, ErrorsCard
from tests.ui.conftest import find

RNG = np.random.default_rng(2)


def of_classes(count: int, names: int, present: int):
    scores = RNG.dirichlet(np.ones(names), count)
    target = Target("binary" if names == 2 else "multiclass", RNG.integers(0, present, count), tuple(f"c{i}" for i in range(names)))
    positive, threshold = (1, 0.4) if names == 2 else (None, None)
    return evaluate_scores(target, scores, positive=positive, threshold=threshold, seed=0, resamples=20).classification


@pytest.fixture
def curves(qtbot):
    widget = CurvesCard()
    qtbot.addWidget(widget)
    widget.resize(560, 400)
    widget.show()
    return widget


@pytest.mark.parametrize("kind", ["roc", "precision_recall", "calibration", "gain"])
@pytest.mark.parametrize(("names", "present"), [(2, 2), (3, 3), (9, 9), (3, 2), (2, 1)])
def test_every_plot_of_every_task(curves, kind, names, present):
    curves.show_evaluation(of_classes(60, names, present))
    find(curves, QPushButton, f"curve_kind_{kind}").click()
    assert find(curves, QLabel, "curve_note").text()
    assert curves.chart.y_label
    if present == names:
        assert not curves.chart.is_empty()
    assert curves.which.isVisible() == (names > 2)


def test_the_class_that_is_selected_stays_while_it_is_there(curves):
    curves.show_evaluation(of_classes(60, 3, 3))
    assert curves.which.chosen() == "all"
    curves.which.show_choice("1")
    curves.which.picked.emit("1")
    assert [one.name for one in curves.chart._series] == ["c1"]
    curves.show_evaluation(of_classes(60, 3, 3))
    assert curves.which.chosen() == "1"
    curves.show_evaluation(of_classes(60, 2, 2))
    assert curves.which.chosen() == "0"
    curves.show_evaluation(of_classes(60, 4, 4))
    assert curves.which.chosen() == "all"


def test_errors_of_numbers(qtbot):
    card = ErrorsCard()
    qtbot.addWidget(card)
    card.resize(700, 400)
    card.show()
    truth = RNG.normal(0, 5, 150)
    answers = truth + 1.0 + RNG.normal(0, 0.1, 150)
    card.show_evaluation(evaluate_scores(Target("regression", truth), answers, seed=0, resamples=20).residuals)
    text = find(card, QLabel, "errors_note").text()
    assert "too high by" in text
    assert "Half of the predictions" in text
    for id_ in ("misses", "bands", "scatter"):
        find(card, QPushButton, f"error_kind_{id_}").click()
    assert card.scatter.isVisible()
    one = evaluate_scores(Target("regression", np.array([3.0])), np.array([2.0]), seed=0, resamples=20)
    card.show_evaluation(one.residuals)
    assert "too low by 1" in find(card, QLabel, "errors_note").text()
