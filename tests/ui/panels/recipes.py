"""How tests edit a recipe: by its cards, tiles and keys; they wait until the child has answered what each step does."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from mlops_desktop.ui.widgets.gallery import Tile
from tests.ui.conftest import click, find, settle

Mod = Qt.KeyboardModifier


def rest(panel) -> None:
    """Wait until the preview says what it has to say of what is shown."""
    end = time.monotonic() + 60
    while True:
        settle(panel.window())
        if not panel.recipe.preview.asking:
            return
        assert time.monotonic() < end
        time.sleep(0.01)


def opened(open_project, folder, stage: str):
    """The panel of a stage, with a project in its folder, everything at rest."""
    made = open_project(folder, stage).panel
    rest(made)
    return made


def ids(panel) -> list[str]:
    """The operations of the recipe, in order."""
    return [step.component.id for step in panel.controller.project.steps]


def card(panel, at: int, name: str = "steps") -> QWidget:
    """The card of a step, or of a rule for rows (`row_filters`)."""
    return find(panel, QWidget, f"{panel.id}_{name}_{at}")


def tool(panel, at: int, what: str, name: str = "steps") -> None:
    """Choose a card, then click one of its buttons."""
    click(card(panel, at, name), QPoint(60, 10))
    click(find(panel, QToolButton, f"{panel.id}_{name}_{at}_{what}"))
    rest(panel)


def label_text(panel, name: str) -> str:
    """The text of a label."""
    return find(panel, QLabel, f"{panel.id}_{name}").text()


def begin(panel, id_: str) -> None:
    """Begin a step by its tile."""
    click(find(panel, QPushButton, f"{panel.id}_add"))
    click(find(panel, Tile, f"{panel.id}_gallery_{id_}"))
    rest(panel)


def press(panel, at: int, key, held=Mod.NoModifier) -> None:
    """A key on the card of a step."""
    card(panel, at).setFocus()
    QTest.keyClick(card(panel, at), key, held)
    rest(panel)
