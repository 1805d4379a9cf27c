"""The left side of a recipe: what comes out at the end, as text."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.pipeline.preview_results import MatrixSize, RecipePreview, RowCounts, StepPreview
from mlops_desktop.ui.recipe.editor import Recipe
from mlops_desktop.ui.recipe.step_list import RecipeSide
from tests.ui.conftest import settle

FINE = StepPreview(on=True, width=9)
BROKEN = StepPreview(on=True, error="It is broken.", width=9)
WAITS = StepPreview(on=True, waits=True)


@pytest.fixture
def side(window, qtbot):
    made = RecipeSide(Recipe(window.controller, "preprocess", "prepare", window), row_filters=True, propose="Prepare")
    qtbot.addWidget(made)
    settle(window)
    return made


def answer(side: RecipeSide, *steps: StepPreview, problem: str = "", error: str = "", width: int | None = 9) -> None:
    rows, matrix = RowCounts(table=344, kept=300, train=240, sample=240, columns=6), MatrixSize(width, width, error)
    query = side.recipe.preview.query
    query.want("what is shown")
    query.put(query.key, RecipePreview(problem, rows, row_filters=(), steps=steps, matrix=matrix))
    side.show_recipe()


def test_a_recipe_without_steps_names_the_encoding_where_it_is(side):
    assert side.steps_note.text().endswith("in its encoding of stage 3.")


def test_the_outcome_is_shown_in_one_sentence(side):
    answer(side, FINE, FINE, FINE)
    assert side.outcome.text() == "9 features go to the models."
    assert side.outcome.property("tone") == "2"
    answer(side, FINE, FINE, FINE, error="“city” cannot go into a model.", width=None)
    assert side.outcome.text() == "“city” cannot go into a model."
    assert side.outcome.property("tone") == "err"
    answer(side, FINE, BROKEN, WAITS, width=None)
    assert "fixed" in side.outcome.text()
    answer(side, problem="The row filters leave no row.", width=None)
    assert side.outcome.text() == "The row filters leave no row."


def test_rows_and_widths_are_shown(side):
    answer(side, StepPreview(on=True, width=12), StepPreview(on=True, width=12), FINE)
    assert side.rows_note.text().startswith("300 of 344 rows are used")
    assert [side._widths(at) for at in range(3)] == ["6 → 12", "", "12 → 9"]


def test_a_step_behind_a_broken_one_is_not_tried(side):
    answer(side, BROKEN, WAITS, WAITS, width=None)
    items = side.steps._items
    assert items[0].problem == "It is broken."
    assert "Not tried" in items[1].why
