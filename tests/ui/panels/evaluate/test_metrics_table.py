"""Metrics as a table: the project's first, intervals in the right order, a sentence each."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.families import Target
from mlops_desktop.engine.evaluation.model_evaluation import evaluate_scores
from mlops_desktop.ui.panels.evaluate.metrics_table import MetricsTable, baseline, between, by_id, leading, score_text

RNG = np.random.default_rng(0)
TRUTH = RNG.normal(20, 4, 200)
NUMBERS = evaluate_scores(Target("regression", TRUTH), TRUTH + RNG.normal(0, 1, 200), seed=0, resamples=200)


@pytest.fixture
def table(qtbot):
    widget = MetricsTable()
    qtbot.addWidget(widget)
    return widget


def test_the_projects_metric_comes_first_and_errors_have_no_sign(table):
    table.show_evaluation(NUMBERS, "neg_mean_absolute_error")
    first = table.rows_model.rows[0]
    assert first.id == "neg_mean_absolute_error"
    assert first.strong
    low, high = (float(text) for text in first.cell(2).text.split(" to "))
    assert 0 < low < float(first.cell(1).text) < high < float(first.cell(3).text)
    assert "on average" in first.cell(4).text
    assert len(table.rows_model.rows) == len(NUMBERS.metrics)


def test_what_is_undefined_is_a_dash(table):
    zeros = evaluate_scores(Target("regression", np.zeros(20)), RNG.normal(0, 1, 20), seed=0, resamples=50)
    entry = zeros.metric("r2")
    assert between(entry, by_id("regression")["r2"]) == "–"
    assert baseline(entry, None) == "–"
    table.show_evaluation(zeros, "r2")
    assert table.rows_model.rows[0].cell(1).text == "–"


def test_leading_metrics_are_distinct():
    ids = [entry.id for entry in leading(NUMBERS, "r2", 4)]
    assert ids[0] == "r2"
    assert len(set(ids)) == 4


def test_figures_line_up():
    assert [score_text(v, 3) for v in (1.0, 0.85714, -0.004, 0.00001, 123456.7, None)] == [
        "1.000",
        "0.857",
        "−0.004",
        "0.000",
        "123,457",
        "–",
    ]
