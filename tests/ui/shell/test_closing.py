"""Closing asks where something would be lost, and only there."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMessageBox

from mlops_desktop.ui.shell.closing import may_close


@pytest.mark.parametrize(("answer", "closes"), [("Close without saving", True), ("Continue working", False)])
def test_changes_that_cannot_be_saved_are_asked_about(window, monkeypatch, answer, closes):
    asked = []

    def press(box: QMessageBox) -> None:
        asked.append(box.text())
        next(button for button in box.buttons() if button.text() == answer).click()

    monkeypatch.setattr(QMessageBox, "exec", press)
    assert may_close(window, window.controller)
    assert asked == []
    monkeypatch.setattr(window.controller, "unsaved", lambda: "The disk is full.")
    assert may_close(window, window.controller) == closes
    assert asked == ["The last changes are not saved. The disk is full."]
