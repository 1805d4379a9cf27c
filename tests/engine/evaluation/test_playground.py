"""Trying a model by hand: each row by itself, and an estimate that knows what an explanation costs."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.evaluation.playground import Playground
from mlops_desktop.engine.training.final_model import open_chosen


@pytest.fixture(scope="module")
def playground(trained):
    return Playground(open_chosen(trained.pipeline, trained.runs, Silent()).scorer)


def test_a_refused_row_harms_no_other(playground):
    usual = playground.typical()
    rows = [usual, {**usual, "bill_length_mm": "long"}, {**usual, "bill_length_mm": 500.0}]
    first, second, third = playground.answers(rows)
    assert second.answer is None
    assert [problem.field for problem in second.errors] == ["bill_length_mm"]
    assert [problem.code for problem in third.warnings] == ["out_of_training_range"]
    assert first.warnings == []
    for outcome, row in ((first, rows[0]), (third, rows[2])):
        alone = playground.answer(row)
        np.testing.assert_array_equal(outcome.answer.scores, alone.answer.scores)
        np.testing.assert_array_equal(playground.scorer.scores(outcome.frame), alone.answer.scores)


def test_no_rows_have_no_answers(playground):
    assert playground.answers([]) == []


def test_unused_columns_come_last_and_ranked_ones_first(playground):
    used = playground.scorer.used_sources
    names = [column.name for column in playground.scorer.schema.columns]
    order = playground.order(["sex", "island"])
    assert sorted(order) == sorted(names)
    assert order[0] == "sex" or "sex" not in used
    flags = [name in used for name in order]
    assert flags == sorted(flags, reverse=True)
    assert set(playground.curve_columns(order)) <= used


def test_the_parts_and_the_curve_belong_to_the_answer(playground):
    outcome = playground.answer({**playground.typical(), "bill_length_mm": 35.5, "island": "Torgersen"})
    found = playground.explain(outcome)
    assert abs(found.answer - outcome.answer.value) < 1e-9
    assert found.about == outcome.answer.about
    curve = playground.curve(outcome, "bill_length_mm")
    assert curve.scores[curve.values.index(35.5)] == outcome.answer.value


def test_more_differing_columns_cost_more(playground):
    usual = playground.typical()
    other = {**usual, "bill_length_mm": 35.5, "island": "Torgersen", "sex": "FEMALE"}
    assert 0 < playground.seconds_to_explain(usual) < playground.seconds_to_explain(other)
