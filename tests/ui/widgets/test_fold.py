"""A fold begins closed, and its title opens and closes it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mlops_desktop.ui.widgets.fold import Fold


def test_the_title_opens_and_closes_it(qtbot: QtBot) -> None:
    fold = Fold("Protection", QLabel("inside"), name="fold")
    qtbot.addWidget(fold)
    seen = []
    for _ in range(3):
        seen.append((fold.inner.isVisibleTo(fold), fold.toggle.accessibleDescription()))
        fold.toggle.click()
    assert seen == [(False, "closed"), (True, "open"), (False, "closed")]
