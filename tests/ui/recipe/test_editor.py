"""The recipe as its panels edit it, without any widget of theirs: what is selected, drafts, edits, reasons, undo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.preview_results import RecipePreview, RowCounts, StepPreview
from mlops_desktop.engine.pipeline.recommendations import write_suggestions
from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.engine.project.decisions import Step
from mlops_desktop.ui.recipe.editor import ROW_FILTER, STEP, Recipe
from tests.ui.conftest import settle


@pytest.fixture
def recipe(window):
    made = Recipe(window.controller, "preprocess", "prepare", window)
    made.show()
    yield made
    settle(window)
    made.deleteLater()


def ids(recipe: Recipe) -> list[str]:
    return [step.component.id for step in recipe.steps]


def test_the_first_step_of_the_stage_is_selected(recipe):
    assert (recipe.kind, recipe.at) == (STEP, 0)
    assert recipe.component() is recipe.steps[0].component
    recipe.choose(2)
    assert recipe.selected_positions() == (2, -1)


def test_a_draft_is_in_the_preview_and_not_in_the_project(recipe):
    recipe.begin("clip")
    assert [step.component.id for step in recipe.tried().steps] == ["one_hot", "impute_numbers", "scale", "clip"]
    assert ids(recipe) == ["one_hot", "impute_numbers", "scale"]
    recipe.place(1)
    assert recipe.selected_positions() == (1, -1)
    recipe.cancel()
    assert recipe.component() is recipe.steps[0].component
    recipe.begin("drop_duplicates", ROW_FILTER)
    assert len(recipe.tried().row_filters) == 1
    assert recipe.controller.project.row_filters == ()


def test_an_answer_is_read_by_the_positions_of_the_project(recipe, window):
    settle(window)
    recipe.show()
    recipe.begin("clip")
    recipe.place(1)
    steps = tuple(StepPreview(on=True, error=f"e{at}") for at in range(4))
    answer, query = RecipePreview("", RowCounts(table=9, kept=9), row_filters=(), steps=steps), recipe.preview.query
    query.put(query.key, answer)
    assert [recipe.step_preview(at).error for at in range(3)] == ["e0", "e2", "e3"]
    recipe.cancel()
    query.put(query.key, answer)
    assert recipe.step_preview(0) is None  # an answer about other steps says nothing of these


def test_steps_of_other_stages_are_left_alone(recipe):
    made = Step(operation("formula", name="x", formula="1"))
    recipe.controller.edit("Add", steps=(made, *recipe.steps))
    recipe.show()
    recipe.choose(0)
    assert recipe.at != 0
    for act in (lambda: recipe.remove(0), lambda: recipe.switch(0, False), lambda: recipe.move(0, 2), lambda: recipe.duplicate(0)):
        act()
    assert ids(recipe) == ["formula", "one_hot", "impute_numbers", "scale"]


def test_undo_selects_what_it_changed(recipe):
    recipe.choose(2)
    recipe.remove(1)
    recipe.choose(1)
    recipe.controller.undo()
    recipe.show()
    assert ids(recipe) == ["one_hot", "impute_numbers", "scale"]
    assert recipe.at == 1
    recipe.edit(operation("impute_numbers", strategy="mean"))
    recipe.show()
    recipe.choose(0)
    recipe.controller.undo()
    recipe.show()
    assert recipe.at == 1


def test_typing_is_one_step_of_undo_and_choices_are_several(recipe):
    recipe.controller.edit("Clip", steps=(Step(operation("clip")),))
    recipe.show()
    step = recipe.steps[0].component
    for fence in (2.0, 2.5, 3.0):
        step = replace(step, fence=fence)
        recipe.edit(step)
    for method in ("z_score", "quantiles"):
        step = replace(step, method=method)
        recipe.edit(step)
    labels = []
    while recipe.controller.session.undo_label != "Clip":
        labels.append(recipe.controller.session.undo_label)
        recipe.controller.undo()
    assert labels == ["Clip extreme values: Limits", "Clip extreme values: Limits", "Clip extreme values: Interquartile ranges"]


def test_reasons_go_with_their_steps(recipe):
    controller = recipe.controller
    reasons = encode, fill, scale = "Encodes.", "Fills.", "Scales."
    found = [(step.component, why) for step, why in zip(recipe.steps, reasons, strict=True)]
    controller.store.remove([controller.keys.suggestions])
    controller.store.put(controller.keys.suggestions, write_suggestions(found))
    controller._suggested = ("", ())
    assert [recipe.reason(at) for at in range(3)] == list(reasons)
    recipe.move(0, 2)
    assert [recipe.reason(at) for at in range(3)] == [fill, scale, encode]
    recipe.remove(1)
    recipe.switch(1, False)
    recipe.duplicate(1)
    assert [recipe.reason(at) for at in range(3)] == [fill, encode, encode]
    recipe.controller.undo()
    recipe.controller.undo()
    recipe.controller.undo()
    assert [recipe.reason(at) for at in range(3)] == [fill, scale, encode]
    recipe.begin("clip")
    recipe.add()
    assert recipe.reason(recipe.at) == ""


def test_row_filters_are_steps(recipe):
    controller = recipe.controller
    first = controller.session.key
    for id_ in ("drop_duplicates", "drop_missing_target"):
        recipe.begin(id_, ROW_FILTER)
        recipe.add()
    both = controller.project.row_filters
    recipe.switch(1, False, ROW_FILTER)
    assert controller.project.row_filters == (both[0], replace(both[1], on=False))
    assert controller.session.undo_label == "Switch Drop rows without a target off"
    assert recipe.chosen() == replace(both[1], on=False)
    recipe.move(1, 0, ROW_FILTER)
    recipe.duplicate(0, ROW_FILTER)
    assert [step.on for step in controller.project.row_filters] == [False, False, True]  # a copy is as its original
    recipe.remove(0, ROW_FILTER)
    recipe.edit(replace(recipe.component()))
    assert [step.on for step in controller.project.row_filters] == [False, True]
    recipe.switch(0, True, ROW_FILTER)
    assert controller.project.row_filters == (both[1], both[0])
    recipe.choose(0)
    controller.undo()
    recipe.show()
    assert (recipe.kind, recipe.at) == (ROW_FILTER, 0)  # what undo changed is selected
    while controller.session.undo_label:
        controller.undo()
    assert controller.session.key == first


def test_a_rule_keeps_whether_it_is_on_while_it_is_written_anew(recipe):
    recipe.controller.edit(
        "Rules", row_filters=(Step(choices().row_filters.read({"id": "filter_rows", "params": {"condition": "1 = 1"}}), on=False),)
    )
    recipe.choose_row_filter(0)
    recipe.edit(replace(recipe.component(), condition="2 = 2"))
    assert [(step.component.condition, step.on) for step in recipe.controller.project.row_filters] == [("2 = 2", False)]


def test_rules_for_rows_belong_to_the_first_stage(recipe, window):
    other = Recipe(window.controller, "engineer", "engineer", window)
    recipe.controller.edit("Rules", row_filters=(Step(choices().row_filters.read("drop_duplicates")),))
    other.show()
    for act in (lambda: other.switch(0, False, ROW_FILTER), lambda: other.remove(0, ROW_FILTER)):
        act()
    assert [step.on for step in recipe.controller.project.row_filters] == [True]
    other.deleteLater()
