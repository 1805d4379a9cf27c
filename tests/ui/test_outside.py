"""What no program of the desktop opens is named in a banner."""

from __future__ import annotations

from PySide6.QtGui import QDesktopServices

from mlops_desktop.ui.outside import open_folder
from tests.ui.conftest import banner


def test_a_page_without_a_browser_is_named_with_its_address(window, monkeypatch):
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: False)
    window.show_stage("deploy")
    run = window.panel.run
    run.card.page_asked.emit()
    assert run.service.url in banner(window)


def test_a_folder_without_a_file_manager_is_named(window, monkeypatch, tmp_path):
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: False)
    open_folder(tmp_path, window.controller, "problem")
    assert str(tmp_path) in banner(window)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: True)
    window._banner.hide()
    open_folder(tmp_path, window.controller, "problem")
    assert banner(window) == ""
