"""A project of a file is made in the background, and nobody is taken away from what they went on with."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.process import Propose
from mlops_desktop.engine.project import ProjectLock
from mlops_desktop.ui.shell import closing
from mlops_desktop.ui.shell.new_project import NewProject
from mlops_desktop.ui.shell.recent_projects import project_lister
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


def test_a_project_in_the_making_belongs_to_nobody_else_and_survives_the_opening_of_another(
    open_project, make_project, home, tmp_path, monkeypatch
):
    window, other, asked = open_project(make_project()), make_project(), []
    monkeypatch.setattr(closing, "confirmed", lambda *_, **__: asked.append(_) or False)
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text(ROWS, encoding="utf-8")
        window.start.take_file(tmp_path / f"{name}.csv")
    assert {entry.folder.parent for entry in project_lister(window._settings)()}.isdisjoint({home})
    with pytest.raises(UserError), ProjectLock(home / "one"):
        pass
    window.open_path(home / "one")
    assert "There is no project" in banner(window)
    assert not closing.may_close(window, window.controller)
    assert asked
    window.open_path(other)
    assert window.controller.place == other
    window.show_stage("problem")  # where they were when they asked
    settle(window)
    assert window.controller.place == other
    assert "“two.csv” is read" in banner(window)
    for name in ("one", "two"):
        window.controller.open(home / name)
        assert window.controller.project.candidates


def test_proposals_for_a_new_project_are_missed_but_do_not_end_with_the_open_one(window):
    controller = window.controller
    controller.ask(Propose(*controller.inputs), lambda _: None, owner="start", title="Looking", new=True)
    assert controller.jobs.unfinished()
    assert not controller.jobs.unfinished(of_project=True)
    settle(window)
    assert not controller.jobs.unfinished()


def test_the_end_of_the_window_leaves_no_half_of_a_project(open_project, make_project, home, tmp_path):
    window, file = open_project(make_project()), tmp_path / "late.csv"
    file.write_text(ROWS, encoding="utf-8")
    window.start.take_file(file)
    assert (home / "late").exists()
    window.controller.jobs.stop()
    window.start.stop()
    assert not (home / "late").exists()
    settle(window)


def test_a_project_that_cannot_be_made_is_a_sentence_and_the_open_one_stays(window, tmp_path):
    (tmp_path / "full").write_text("a file, no folder", encoding="utf-8")
    made = NewProject(window.controller, lambda _: None, lambda _: None, window)
    before = window.controller.folder
    made.make(tmp_path / "full" / "projects", tmp_path / "x.csv", window.controller.project, given=False)
    assert "No project can be made" in banner(window)
    assert window.controller.folder == before
    made.deleteLater()
