"""The settings dialog: every change is kept, a theme shows at once, the rest says that it holds from the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QToolButton

from mlops_desktop.ui import theme
from mlops_desktop.ui.shell import settings_dialog
from mlops_desktop.ui.shell.log_file import LogFile, earlier
from mlops_desktop.ui.shell.settings import Settings, default_project_home
from mlops_desktop.ui.shell.settings_dialog import SettingsDialog
from tests.ui.conftest import click, find


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(tmp_path / "preferences.ini")


@pytest.fixture
def dialog(qtbot, settings, tmp_path) -> SettingsDialog:
    made = SettingsDialog(settings, LogFile(tmp_path / "log" / "a.log"))
    qtbot.addWidget(made)
    made.show()
    return made


def pick(box, id_: str) -> None:
    """As a person picks an entry of a list."""
    box.setCurrentIndex(box.findData(id_))
    box.activated.emit(box.currentIndex())


def test_what_takes_effect_at_the_next_start_is_stored_and_announced(dialog, settings):
    restart = find(dialog, QPushButton, "settings_restart")
    assert not restart.isVisible()
    pick(dialog.language, "en")
    pick(dialog.zoom, "90")
    dialog.processors.setValue(1)
    dialog.memory.setValue(4)
    assert (settings.language, settings.zoom, settings.processors, settings.memory_gb) == ("en", 90, 1, 4)
    asked = []
    dialog.restart_asked.connect(lambda: asked.append(True))
    click(restart)
    assert asked == [True]
    assert not dialog.isVisible()


def test_enter_in_a_field_presses_no_button(dialog, settings):
    settings.theme = "dark"
    dialog.processors.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(dialog.processors, "1")
    for control in (dialog.processors, dialog.language):
        QTest.keyClick(control, Qt.Key.Key_Return)
    assert (settings.theme, settings.processors, dialog.isVisible()) == ("dark", 1, True)
    QTest.keyClick(find(dialog, QPushButton, "settings_close"), Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_the_folder_for_new_projects(dialog, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    click(find(dialog, QPushButton, "settings_choose_folder"))
    assert settings.projects == tmp_path
    click(find(dialog, QPushButton, "settings_default_folder"))
    assert settings.projects == default_project_home()
    assert dialog.folder.text() == str(default_project_home())


def test_what_is_kept_can_be_forgotten_and_the_log_opened_and_deleted(dialog, settings, monkeypatch):
    status, opened = find(dialog, QLabel, "settings_status"), []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or len(opened) > 1)
    click(find(dialog, QPushButton, "settings_open_log"))
    assert "Nothing has been logged" in status.text()
    dialog._log.add("a line")
    click(find(dialog, QPushButton, "settings_open_log"))
    assert str(dialog._log.path) in status.text()  # there is no program for it
    click(find(dialog, QPushButton, "settings_open_log"))
    assert status.text() == ""
    answers = iter((False, True, False, True))
    monkeypatch.setattr(settings_dialog, "confirmed", lambda *_, name: next(answers))
    click(find(dialog, QPushButton, "settings_delete_log"))
    assert dialog._log.path.exists()
    click(find(dialog, QPushButton, "settings_delete_log"))
    assert not dialog._log.path.exists()
    settings.opened(Path("/projects/a"))
    settings.readings = "something"
    click(find(dialog, QPushButton, "settings_forget"))
    assert settings.recent == [Path("/projects/a")]
    click(find(dialog, QPushButton, "settings_forget"))
    assert settings.recent == []
    assert settings.readings == ""


def test_the_window_opens_it_and_shows_the_theme_at_once(window, qtbot):
    for act in (
        lambda: click(find(window, QToolButton, "settings")),
        lambda: QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier),
    ):
        act()
        dialog = find(window, SettingsDialog, "settings_dialog")
        other = "dark" if theme.current() == "light" else "light"
        click(find(dialog, QPushButton, f"settings_theme_{other}"))
        assert theme.current() == other
        dialog.accept()
        QTest.qWait(1)
        window.activateWindow()  # shortcuts belong to the active window
        qtbot.waitUntil(window.isActiveWindow, timeout=5000)
    click(find(window, QPushButton, "log_toggle"))
    assert any("Open the file" in button.text() for button in window._drawer.findChildren(QPushButton))
    window._drawer.hide()


def test_a_log_that_is_full_begins_anew_and_a_disk_that_refuses_ends_it(tmp_path, monkeypatch):
    log = LogFile(tmp_path / "a.log")
    log.add("x" * (2**20 + 1))
    log.add("new")
    assert log.path.read_text(encoding="utf-8").endswith("new\n")
    assert earlier(log.path).stat().st_size > 2**20
    blocked = LogFile(tmp_path / "a.log" / "beneath a file")
    blocked.add("x")
    assert blocked.failure
    assert "cannot be written" in blocked.open()
