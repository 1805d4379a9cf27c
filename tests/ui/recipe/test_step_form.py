"""The settings card: one form for what is selected, kept while the same step changes, made anew for another."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.ui.recipe.editor import Recipe
from mlops_desktop.ui.recipe.step_form import StepCard
from tests.ui.conftest import settle


@pytest.fixture
def card(window, qtbot):
    recipe = Recipe(window.controller, "preprocess", "prepare", window)
    made = StepCard(recipe, "Nothing is chosen.")
    qtbot.addWidget(made)
    recipe.changed.connect(made.show_recipe)
    recipe.show()
    made.show_recipe()
    made.show()
    settle(window)
    return made


def test_the_form_stays_while_its_step_changes(card):
    form = card.form
    card.recipe.edit(operation("one_hot", columns=["sex"]))
    card.show_recipe()
    assert card.form is form
    assert form.fields["columns"].value() == ("sex",)
    card.recipe.choose(1)
    assert card.form is not form
    assert card.title.text() == "Fill missing numbers"


def test_an_empty_recipe_offers_to_add(card, qtbot):
    card.recipe.controller.edit("Clear", steps=())
    card.recipe.show()
    card.show_recipe()
    assert card.form is None
    with qtbot.waitSignal(card.add_asked, timeout=1000):
        card.empty.button.click()


def test_a_long_name_of_a_column_does_not_make_the_card_wider(card):
    card.recipe.edit(operation("one_hot", columns=["a_very_long_name_of_a_column_" * 8]))
    card.show_recipe()
    assert card.minimumSizeHint().width() < 330
