"""The recipe as its panels edit it, without any widget of theirs: what is looked at, drafts, edits, reasons, undo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.engine.project import Step
from mlops_desktop.engine.suggest import operation
from mlops_desktop.ui.recipe import CLEANER, STEP, Recipe
from tests.ui.conftest import settle


@pytest.fixture
def recipe(window):
    made = Recipe(window.bench, "preprocess", "prepare", window)
    made.show()
    yield made
    settle(window)
    made.deleteLater()


def ids(recipe: Recipe) -> list[str]:
    return [step.operation.id for step in recipe.steps]


def test_the_first_step_of_the_stage_is_looked_at(recipe):
    assert (recipe.kind, recipe.at) == (STEP, 0)
    assert recipe.component() is recipe.steps[0].operation
    recipe.choose(2)
    assert recipe.looked() == (2, -1)


def test_a_draft_is_in_the_trial_and_not_in_the_project(recipe):
    recipe.begin("clip")
    assert [step.operation.id for step in recipe.tried().steps] == ["one_hot", "impute_numbers", "scale", "clip"]
    assert ids(recipe) == ["one_hot", "impute_numbers", "scale"]
    recipe.place(1)
    assert recipe.looked() == (1, -1)
    recipe.cancel()
    assert recipe.component() is recipe.steps[0].operation
    recipe.begin("drop_duplicates", CLEANER)
    assert len(recipe.tried().cleaners) == 1
    assert recipe.bench.project.cleaners == ()


def test_what_the_child_said_is_known_by_the_places_of_the_project(recipe, window):
    settle(window)
    recipe.show()
    recipe.begin("clip")
    recipe.place(1)
    recipe.trial.answer = {"steps": [{"error": f"e{at}"} for at in range(4)], "cleaners": [], "problem": "", "rows": {}}
    assert [recipe.told(STEP, at)["error"] for at in range(3)] == ["e0", "e2", "e3"]
    recipe.cancel()
    assert recipe.told(STEP, 0) == {}  # an answer about other steps says nothing of these


def test_steps_of_other_stages_are_left_alone(recipe):
    made = Step(operation("formula", name="x", formula="1"))
    recipe.bench.edit("Add", steps=(made, *recipe.steps))
    recipe.show()
    recipe.choose(0)
    assert recipe.at != 0
    for act in (lambda: recipe.remove(0), lambda: recipe.switch(0, False), lambda: recipe.move(0, 2), lambda: recipe.duplicate(0)):
        act()
    assert ids(recipe) == ["formula", "one_hot", "impute_numbers", "scale"]


def test_undo_looks_at_what_it_changed(recipe):
    recipe.choose(2)
    recipe.remove(1)
    recipe.choose(1)
    recipe.bench.undo()
    recipe.show()
    assert ids(recipe) == ["one_hot", "impute_numbers", "scale"]
    assert recipe.at == 1
    recipe.edit(operation("impute_numbers", strategy="mean"))
    recipe.show()
    recipe.choose(0)
    recipe.bench.undo()
    recipe.show()
    assert recipe.at == 1


def test_typing_is_one_step_of_undo_and_choices_are_several(recipe):
    recipe.bench.edit("Clip", steps=(Step(operation("clip")),))
    recipe.show()
    step = recipe.steps[0].operation
    for fence in (2.0, 2.5, 3.0):
        step = replace(step, fence=fence)
        recipe.edit(step)
    for method in ("z_score", "quantiles"):
        step = replace(step, method=method)
        recipe.edit(step)
    labels = []
    while recipe.bench.session.undo_label != "Clip":
        labels.append(recipe.bench.session.undo_label)
        recipe.bench.undo()
    assert labels == ["Clip extreme values: Limits", "Clip extreme values: Limits", "Clip extreme values: Width of the fences"]


def test_reasons_go_with_their_steps(recipe):
    recipe.bench.reasons = {"steps.0": "One-hot encoding: why", "steps.2": "Scale numbers: because", "target": "left alone"}
    recipe.move(0, 2)
    assert [recipe.reason(at) for at in range(3)] == ["", "because", "why"]
    recipe.remove(1)
    assert [recipe.reason(at) for at in range(2)] == ["", "why"]
    assert recipe.bench.reasons["target"] == "left alone"
    recipe.duplicate(1)
    assert [recipe.reason(at) for at in range(3)] == ["", "why", "why"]


def test_two_steps_of_one_kind_keep_their_own_reasons(recipe):
    recipe.bench.edit("Drop", steps=(Step(operation("drop_columns", columns=["b"])), Step(operation("drop_columns", columns=["a"]))))
    recipe.bench.reasons = {"steps.4": "Drop columns: “a” never changes.", "steps.5": "Drop columns: “b” never changes."}
    assert recipe.reason(0) == "“b” never changes."
    assert recipe.reason(1) == "“a” never changes."


def test_another_project_begins_anew(recipe, window, make_project):
    recipe.begin("clip")
    window.bench.open(make_project("penguins", "island"))
    recipe.show()
    assert recipe.draft is None
    assert (recipe.kind, recipe.at) == (STEP, 0)
    assert recipe.answer is None
