"""File dialogs start where the last one ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from mlops_desktop.ui import file_dialogs
from mlops_desktop.ui.widgets.drop_zone import DropZone


@pytest.fixture(autouse=True)
def _unknown_folder(qapp: QApplication):
    before = file_dialogs.last_folder()
    file_dialogs.remember("")
    yield
    file_dialogs.remember(before)


def test_the_next_dialog_starts_in_the_folder_of_the_last_file(qtbot, monkeypatch, tmp_path):
    started = []

    def answer(_parent, _title, start, *_):
        started.append(start)
        return str(tmp_path / "a.csv"), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    zone = DropZone("New rows", "", name="rows")
    qtbot.addWidget(zone)
    for _ in range(2):
        zone.ask()
    assert file_dialogs.ask_new_file(zone, "Save", "out.csv") == tmp_path / "a.csv"
    assert started == ["", str(tmp_path), str(tmp_path / "out.csv")]
    file_dialogs.remember(tmp_path / "gone")
    assert file_dialogs.last_folder() == ""


def test_a_cancelled_dialog_leaves_the_folder(qapp, monkeypatch, tmp_path):
    file_dialogs.remember(tmp_path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    assert file_dialogs.ask_file(QWidget(), "Open") is None
    assert file_dialogs.last_folder() == str(tmp_path)


def test_the_window_asks_for_files_nowhere_else():
    module = Path(file_dialogs.__file__)
    assert [file.name for file in module.parent.rglob("*.py") if "QFileDialog" in file.read_text(encoding="utf-8")] == [module.name]
