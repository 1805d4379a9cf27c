"""Which page of a recipe is in front, and what its parts show of plain answers."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.recipe.editor import ROW_FILTER, STEP, Recipe
from mlops_desktop.ui.recipe.recipe_view import RecipeView
from tests.ui.conftest import settle


@pytest.fixture
def view(window, qtbot):
    recipe = Recipe(window.controller, "preprocess", "prepare", window)
    made = RecipeView(recipe, nothing="Nothing is chosen.", propose="Prepare", row_filters=True)
    qtbot.addWidget(made)
    made.show_project()
    settle(window)
    return made


def front(view: RecipeView) -> str:
    return next(name for name, page in view._places.items() if page is view._pages.currentWidget())


def test_the_page_in_front_is_what_was_asked_for(view):
    assert front(view) == ""
    view.choose_new(STEP)
    assert front(view) == "gallery"
    assert {offer.objectName() for offer in view.gallery.tiles()} == {
        f"preprocess_gallery_{member.id}" for member in choices().operations.values() if member.stage == "prepare"
    }
    view.choose_new(ROW_FILTER)
    assert len(view.gallery.tiles()) == len(choices().row_filters)
    view.begin("scale")
    assert front(view) == ""
    assert view.primary() is view.card.add
    view.recipe.cancel()
    view.side.propose.click()
    assert front(view) == "proposals"
    view.show_step()
    assert front(view) == ""
    assert view.primary() is None


def test_everything_that_can_be_added_is_found_by_the_search(view):
    texts = [text for text, _ in view.searchable()]
    for member in (*choices().row_filters.values(), *(m for m in choices().operations.values() if m.stage == "prepare")):
        assert f"Add: {member.label}" in texts
    assert "1. One-hot encoding" in texts


def test_the_settings_card_asks_for_what_is_missing(view):
    view.begin("filter_rows", ROW_FILTER)
    assert not view.card.add.isEnabled()
    assert "empty" in view.card.add.toolTip()
    assert view.card.add.text() == "Add rule"
    assert view.card.findChild(QLabel, "preprocess_form_condition_error").text() == ""
