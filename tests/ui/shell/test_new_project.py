"""A project of a file is made in the background, and nobody is taken away from what they went on with."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from mlops_desktop.ui.shell.new_project import NewProject
from mlops_desktop.ui.shell.settings import Settings
from tests.ui.conftest import banner, click, find, settle

ROWS = "a,b,y\n" + "".join(f"{i},{i % 7},{'yes' if i % 3 else 'no'}\n" for i in range(90))


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(Settings, "projects", tmp_path / "documents")
    return tmp_path / "documents"


def test_an_import_that_ends_leaves_a_person_where_they_went(open_project, make_project, home, tmp_path):
    folder, file = make_project(), tmp_path / "late.csv"
    file.write_text(ROWS, encoding="utf-8")
    window = open_project(folder)
    controller = window.controller
    window.show_stage("")
    window.start.take_file(file)
    window.show_stage("data")
    settle(window)
    assert (controller.folder, window.stage) == (folder, "data")
    assert "late.csv” is read" in banner(window)
    assert home / "late" in window._settings.recent
    click(find(window, QPushButton, "banner_offer"))
    settle(window)
    assert (controller.folder, window.stage) == (home / "late", "problem")
    assert controller.project.candidates
    assert controller.session.undo_label == ""


def test_a_project_that_cannot_be_made_is_a_sentence_and_the_open_one_stays(window, tmp_path):
    (tmp_path / "full").write_text("a file, no folder", encoding="utf-8")
    made = NewProject(window.controller, lambda _: None, window)
    before = window.controller.folder
    made.make(tmp_path / "full" / "projects", tmp_path / "x.csv", window.controller.project, given=False)
    assert "No project can be made" in banner(window)
    assert window.controller.folder == before
    made.deleteLater()
