"""The recipe: what a person wants is emitted as positions, by mouse and by keys; the list itself holds no state."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mlops_desktop.ui.recipe.step_cards import RecipeList, StepItem, doubled, moved, without

Key, Mod = Qt.Key, Qt.KeyboardModifier


class Owner:
    """Does with a tuple what the list asks for, as a panel does."""

    def __init__(self, recipe: RecipeList, items: tuple[StepItem, ...]) -> None:
        self.recipe, self.items = recipe, items
        self.message: list[tuple[Any, ...]] = []
        recipe.moved.connect(lambda at, to: self.make("moved", at, to, items=moved(self.items, at, to)))
        recipe.removed.connect(lambda at: self.make("removed", at, items=without(self.items, at)))
        recipe.duplicated.connect(lambda at: self.make("duplicated", at, items=doubled(self.items, at)))
        recipe.switched.connect(lambda at, on: self.make("switched", at, on, items=self.items))
        recipe.edited.connect(lambda at: self.message.append(("edited", at)))
        recipe.chosen.connect(lambda at: self.message.append(("chosen", at)))
        recipe.show_steps(items)

    def make(self, *text: Any, items: tuple[StepItem, ...]) -> None:
        self.message.append(text)
        if text[0] == "switched":
            old = items[text[1]]
            items = (*items[: text[1]], StepItem(old.title, on=text[2]), *items[text[1] + 1 :])
        self.items = items
        self.recipe.show_steps(items)

    def titles(self) -> str:
        return "".join(item.title for item in self.items)


@pytest.fixture
def owner(qtbot: QtBot) -> Owner:
    recipe = RecipeList(name="recipe", title="Steps")
    qtbot.addWidget(recipe)
    recipe.resize(500, 400)
    made = Owner(recipe, tuple(StepItem(title) for title in "abcd"))
    recipe.show()
    recipe.activateWindow()
    return made


def part(owner: Owner, name: str) -> Any:
    found = owner.recipe.findChild(QWidget, f"recipe_{name}")
    assert found is not None, name
    return found


def test_buttons_move_copy_remove_switch_and_open(qtbot: QtBot, owner: Owner) -> None:
    for name, wanted, titles in (
        ("1_up", ("moved", 1, 0), "bacd"),
        ("1_down", ("moved", 1, 2), "bcad"),
        ("0_copy", ("duplicated", 0), "bbcad"),
        ("4_remove", ("removed", 4), "bbca"),
        ("2_on", ("switched", 2, False), "bbca"),
        ("3_edit", ("edited", 3), "bbca"),
    ):
        qtbot.mouseClick(part(owner, name), Qt.MouseButton.LeftButton)
        assert owner.message[-1] == wanted
        assert owner.titles() == titles
    assert not part(owner, "2_on").isChecked()
    assert not part(owner, "0_up").isEnabled()
    assert not part(owner, "3_down").isEnabled()


def test_keys_do_the_same_and_the_focus_follows_the_step(qtbot: QtBot, owner: Owner) -> None:
    card = part(owner, "0")
    card.setFocus()
    for key, held, wanted, titles, focus in (
        (Key.Key_Down, Mod.AltModifier, ("moved", 0, 1), "bacd", 1),
        (Key.Key_Down, Mod.NoModifier, ("moved", 0, 1), "bacd", 2),
        (Key.Key_Up, Mod.AltModifier, ("moved", 2, 1), "bcad", 1),
        (Key.Key_D, Mod.ControlModifier, ("duplicated", 1), "bccad", 2),
        (Key.Key_Delete, Mod.NoModifier, ("removed", 2), "bcad", 2),
        (Key.Key_Space, Mod.NoModifier, ("switched", 2, False), "bcad", 2),
        (Key.Key_Return, Mod.NoModifier, ("edited", 2), "bcad", 2),
    ):
        focused = next(c for c in owner.recipe._cards if c is owner.recipe.focusWidget())
        qtbot.keyClick(focused, key, held)
        assert owner.message[-1] == wanted
        assert owner.titles() == titles
        assert owner.recipe.focusWidget() is part(owner, str(focus))


def test_the_ends_of_the_list_hold(qtbot: QtBot, owner: Owner) -> None:
    qtbot.keyClick(part(owner, "0"), Key.Key_Up, Mod.AltModifier)
    qtbot.keyClick(part(owner, "3"), Key.Key_Down, Mod.AltModifier)
    assert owner.message == []


@pytest.mark.parametrize(("start", "goal", "titles"), [(0, 3, "bcda"), (3, 0, "dabc"), (1, 2, "acbd"), (2, 2, "abcd")])
def test_a_step_is_dragged_to_another_place(qtbot: QtBot, owner: Owner, start: int, goal: int, titles: str) -> None:
    card, over = part(owner, str(start)), part(owner, str(goal))
    down = goal > start
    end = card.mapFrom(owner.recipe, over.geometry().center() + QPoint(0, 8 if down else -8))
    qtbot.mousePress(card, Qt.MouseButton.LeftButton, pos=QPoint(12, 12))
    qtbot.mouseMove(card, QPoint(12, 30 if down else -30))
    qtbot.mouseMove(card, end)
    assert owner.recipe.dragging()
    owner.recipe.grab()
    qtbot.mouseRelease(card, Qt.MouseButton.LeftButton, pos=end)
    assert owner.titles() == titles
    assert not owner.recipe.dragging()


def test_a_drag_is_given_up_with_escape(qtbot: QtBot, owner: Owner) -> None:
    card = part(owner, "0")
    qtbot.mousePress(card, Qt.MouseButton.LeftButton, pos=QPoint(12, 12))
    qtbot.mouseMove(card, QPoint(12, 150))
    qtbot.keyClick(card, Key.Key_Escape)
    qtbot.mouseRelease(card, Qt.MouseButton.LeftButton, pos=QPoint(12, 150))
    assert owner.titles() == "abcd"


def test_a_click_chooses_and_a_double_click_opens(qtbot: QtBot, owner: Owner) -> None:
    qtbot.mouseClick(part(owner, "1"), Qt.MouseButton.LeftButton, pos=QPoint(60, 12))
    assert owner.message[-1] == ("chosen", 1)
    owner.recipe.show_chosen(1)
    assert part(owner, "1").property("looks") == "chosen"
    qtbot.mouseDClick(part(owner, "2"), Qt.MouseButton.LeftButton, pos=QPoint(60, 12))
    assert ("edited", 2) in owner.message


def test_a_fixed_step_is_only_selected(qtbot: QtBot, owner: Owner) -> None:
    owner.recipe.show_steps([StepItem("fixed", fixed=True), StepItem("b")])
    card = part(owner, "0")
    for key, held in ((Key.Key_Delete, Mod.NoModifier), (Key.Key_Space, Mod.NoModifier), (Key.Key_Down, Mod.AltModifier)):
        qtbot.keyClick(card, key, held)
    assert owner.message == []
    qtbot.keyClick(card, Key.Key_Return)
    assert owner.message == [("edited", 0)]
    assert not part(owner, "0_remove").isVisible()


def test_a_step_shows_its_place_state_and_problem_and_every_tab_stop_has_a_name(qtbot: QtBot, owner: Owner) -> None:
    owner.recipe.show_steps([StepItem("Scale", "all numbers", on=False, problem="A column is gone.", badge="new"), StepItem("x" * 300)])
    assert part(owner, "0").accessibleName() == "Step 1 of 2: Scale, off, all numbers, A column is gone."
    assert part(owner, "0_remove").accessibleName() == "Remove Scale"
    for stop in owner.recipe.findChildren(QWidget):
        if stop.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert stop.accessibleName(), stop
            assert stop.objectName(), stop
    assert owner.recipe.minimumSizeHint().width() < 500


def test_an_empty_recipe_and_a_long_one(qtbot: QtBot, owner: Owner) -> None:
    owner.recipe.show_steps([])
    assert owner.recipe.findChildren(QWidget, "recipe_0_on") == [] or not part(owner, "0").isVisible()
    owner.recipe.show_steps([StepItem(str(i)) for i in range(60)])
    assert part(owner, "59").accessibleName().startswith("Step 60 of 60")


def test_a_step_that_belongs_elsewhere_is_a_link(qtbot: QtBot, owner: Owner) -> None:
    owner.recipe.show_steps([StepItem("Formula", fixed=True, link="Feature engineering")])
    assert not part(owner, "0_on").isVisible()
    assert not part(owner, "0_edit").isVisible()
    qtbot.mouseClick(part(owner, "0_link"), Qt.MouseButton.LeftButton)
    assert owner.message == [("edited", 0)]
    qtbot.keyClick(part(owner, "0"), Key.Key_Space)
    assert owner.message == [("edited", 0)]


def test_in_a_narrow_list_the_chosen_step_alone_has_its_buttons(qtbot: QtBot) -> None:
    recipe = RecipeList(name="recipe", title="Steps", narrow=True)
    qtbot.addWidget(recipe)
    recipe.show_steps([StepItem("a" * 40, "b" * 200), StepItem("b", why="because " * 20)])
    recipe.show()
    assert recipe.minimumSizeHint().width() <= 260
    recipe.show_chosen(1)
    remove = [recipe.findChild(QWidget, f"recipe_{at}_remove") for at in (0, 1)]
    assert [one.isVisible() for one in remove] == [False, True]
    moved_by_key: list[int] = []
    recipe.moved_by_key.connect(moved_by_key.append)
    qtbot.keyClick(recipe.findChild(QWidget, "recipe_1"), Key.Key_Up)
    assert moved_by_key == [0]


def test_what_the_owner_does_with_a_tuple() -> None:
    assert moved("abcd", 0, 3) == tuple("bcda")
    assert moved("abcd", 3, 0) == tuple("dabc")
    assert without("abcd", 1) == tuple("acd")
    assert doubled("abc", 1) == tuple("abbc")
