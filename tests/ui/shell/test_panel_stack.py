"""The panels of the window belong to the project that is open."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from shiboken6 import isValid

from mlops_desktop.ui.shell.panel_stack import PanelStack
from tests.ui.conftest import settle


def test_panels_are_made_once_and_deleted_with_their_project(open_project, make_project, qapp):
    window = open_project(make_project(), "data")
    pages: PanelStack = window.pages
    panel = pages.panel
    window.show_stage("problem")
    window.show_stage("data")
    assert pages.panel is panel
    window.controller.open(make_project())
    assert (pages.stage, dict(pages.panels), pages.count()) == ("", {}, 1)
    settle(window)
    window.show_stage("data")
    assert pages.panel is not panel
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not isValid(panel)
