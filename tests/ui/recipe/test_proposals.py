"""Proposals: each with its reason, taken one by one; what is there already says so."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from mlops_desktop.ui.recipe.proposals import Proposal, Proposals


def test_each_is_taken_by_its_own_button(qtbot):
    made = Proposals(name="p")
    qtbot.addWidget(made)
    made.show_proposals([Proposal("Scale", "all", "Because."), Proposal("Drop", "x", "Why.", there=True)])
    made.show()
    taken: list[int] = []
    made.taken.connect(taken.append)
    assert made.findChild(QPushButton, "p_1") is None
    button = made.findChild(QPushButton, "p_0")
    assert button.accessibleName() == "Add the step: Scale"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert taken == [0]
    made.show_proposals([])
    assert made.findChildren(QPushButton) == [] or not made.findChild(QPushButton).isVisible()
