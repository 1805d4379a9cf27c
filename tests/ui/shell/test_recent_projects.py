"""The list of projects on the start page: what it shows of each, and what can be done with it."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QLineEdit, QMenu, QPushButton, QToolButton

from mlops_desktop.engine.process import ImportFile
from mlops_desktop.engine.project import Project, read_project, write_project
from mlops_desktop.ui.shell import project_actions
from mlops_desktop.ui.shell.recent_projects import FEW, date_text
from mlops_desktop.ui.shell.settings import Settings
from mlops_desktop.ui.shell.start_page import StartPage
from tests.ui.conftest import banner, click, find, settle


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(Settings, "projects", tmp_path / "documents")
    return tmp_path / "documents"


@pytest.fixture
def opened(_shared_window, open_project, home):
    """A window without a project, and an empty list."""
    _shared_window._settings.forget_all()
    _shared_window.start.recent.search.clear()
    _shared_window.show_stage("")
    yield _shared_window
    _shared_window._settings.forget_all()


def refill(window) -> None:
    """The list as the disk is now."""
    window.start.show_recent()
    window.controller.jobs.lists.finish()


def choose(window, at: int, text: str) -> None:
    """An entry of the menu of a project in the list."""
    window.controller.jobs.lists.finish()
    QApplication.processEvents()
    click(find(window, QToolButton, f"recent_more_{at}"))
    menu = find(window, QMenu, "recent_menu")
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()
    QTest.qWait(1)


def names(window) -> list[str]:
    window.controller.jobs.lists.finish()
    buttons = window.start.recent.findChildren(QPushButton)
    return [button.accessibleName().partition(": ")[2] for button in buttons if button.objectName().startswith("recent_open_")]


def test_the_list_shows_date_size_and_status(opened, make_project):
    folder = make_project("penguins", "species")
    opened.open_path(folder)
    settle(opened)
    opened.show_stage("")
    settle(opened)
    text = " ".join(one.text() for one in opened.start.recent.findChildren(QLabel))
    assert "today " in text
    assert "344 rows × 7" in text
    assert "species" in text


def test_dates_read_as_people_say_them():
    now = datetime(2026, 11, 30, 12, 0).timestamp()
    assert date_text(datetime(2026, 11, 30, 9, 5).timestamp(), now) == "today 09:05"
    assert date_text(datetime(2026, 11, 29, 23, 0).timestamp(), now) == "yesterday"
    assert date_text(datetime(2026, 3, 2).timestamp(), now) == "2 Mar"
    assert date_text(datetime(2025, 3, 2).timestamp(), now) == "2 Mar 2025"


def test_all_projects_are_listed_also_those_that_were_never_opened_here(opened, home):
    for number in range(15):
        (home / f"project {number:02d}").mkdir(parents=True)
        write_project(home / f"project {number:02d}", Project())
    (home / "no project").mkdir()
    opened._settings.opened(home / "project 07")
    refill(opened)
    QApplication.processEvents()
    assert len(names(opened)) == FEW
    assert names(opened)[0] == "project 07"
    click(find(opened, QPushButton, "recent_all"))
    assert sorted(names(opened)) == [f"project {number:02d}" for number in range(15)]
    QTest.keyClicks(find(opened, QLineEdit, "recent_search"), "11")
    assert names(opened) == ["project 11"]
    for number in range(10):
        shutil.rmtree(home / f"project {number:02d}")
    refill(opened)
    assert find(opened, QLineEdit, "recent_search").isVisible()  # else nothing could clear it


def test_a_list_that_is_filled_again_keeps_the_focus_and_the_menu_and_reads_the_summaries_once(opened, home, monkeypatch):
    folders = [home / name for name in ("one", "two", "three")]
    for folder in folders:
        folder.mkdir(parents=True)
        write_project(folder, Project())
        opened._settings.opened(folder)
    refill(opened)
    QApplication.processEvents()
    button = find(opened, QPushButton, "recent_open_1")
    button.setFocus()
    refill(opened)
    assert find(opened, QPushButton, "recent_open_1") is button
    click(find(opened, QToolButton, "recent_more_0"))
    button.setFocus()
    read, summaries = [], opened._settings.summaries
    monkeypatch.setattr(opened._settings, "summaries", lambda: read.append(True) or summaries())
    opened._settings.opened(folders[0])
    refill(opened)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert names(opened) == ["one", "three", "two"]
    assert opened.focusWidget().accessibleName() == "Open: two"
    assert len(read) == 1
    find(opened, QMenu, "recent_menu").close()


def test_projects_are_taken_off_the_list_and_copied(opened, make_project, home):
    one, two = (make_project().rename(home / name) for name in ("one", "two") if home.mkdir(exist_ok=True) is None)
    opened._settings.opened(two)
    opened._settings.opened(one)
    refill(opened)
    opened.start.folders.copy(one)
    choose(opened, 1, "Duplicate")
    settle(opened)
    assert sorted(names(opened)) == ["one", "one copy", "two", "two copy"]
    assert read_project(home / "one copy") == replace(read_project(one), name="one copy")
    assert (home / "two copy" / "data").exists()
    choose(opened, 0, "Remove from this list")
    assert sorted(names(opened)) == ["one copy", "two", "two copy"]
    opened._settings.forget_all()
    refill(opened)
    assert names(opened) == []
    opened.open_path(one)
    settle(opened)
    opened.show_stage("")
    assert names(opened) == ["penguins"]  # as the project is called, whatever its folder


def test_a_project_that_is_named_by_a_relative_path_is_that_of_today(opened, make_project, tmp_path, monkeypatch):
    folder = make_project()
    monkeypatch.chdir(folder)
    opened.open_path(Path("."))
    settle(opened)
    monkeypatch.chdir(tmp_path)
    assert opened.controller.place == opened._settings.recent[0] == folder
    assert opened.controller.is_open(tmp_path / "files" / ".." / folder.name)


def test_the_open_project_is_copied_and_renamed_with_its_last_changes(opened, make_project, monkeypatch):
    folder = make_project()
    opened.open_path(folder)
    settle(opened)
    opened.controller.edit("Seed", seed=9)
    opened.show_stage("")
    choose(opened, 0, "Duplicate")
    settle(opened)
    assert read_project(folder.with_name("penguins copy")).seed == 9
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Houses: 2026", True))
    file = folder.with_name("more.csv")
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    opened.controller.ask(ImportFile(*opened.controller.inputs, str(file)), lambda _: None, owner="more", title="Reading")
    choose(opened, 0, "Rename …")
    assert "still being worked on" in banner(opened)
    settle(opened)
    opened.controller.serving = True
    choose(opened, 0, "Rename …")
    assert "service of the project is running" in banner(opened)
    opened.controller.serving = False
    choose(opened, 0, "Rename …")
    place = folder.with_name("Houses_ 2026")
    assert opened.controller.place == place
    assert opened.controller.project.name == "Houses: 2026"
    assert opened.controller.project.seed == 9
    assert opened.controller.session.undo_label == "Seed"
    opened.controller.undo()
    assert opened.controller.project == replace(read_project(place), seed=0)
    assert names(opened)[0] == "Houses: 2026"
    assert not folder.exists()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("penguins copy", True))
    choose(opened, 0, "Rename …")
    assert "already" in banner(opened)
    assert opened.controller.place == place
    assert opened.controller.session.redo_label == "Seed"


@pytest.mark.parametrize("trash", [True, False])
def test_a_project_is_deleted_after_a_question(opened, make_project, monkeypatch, trash):
    folder, asked = make_project(), []

    def answer(_, text: str, yes: str, no: str, *, name: str) -> bool:
        asked.append(yes)
        return len(asked) not in (1, 3)

    def delete() -> None:
        choose(opened, 0, "Delete …")
        for _ in range(2):
            opened.controller.jobs.folders.finish()

    if not trash:
        monkeypatch.setattr(project_actions, "move_to_trash", lambda _: False)
    monkeypatch.setattr(project_actions, "confirmed", answer)
    opened.open_path(folder)
    settle(opened)
    opened.show_stage("")
    opened.controller.edit("Seed", seed=9)
    for _ in range(1 if trash else 2):
        delete()
        assert opened.controller.place == folder
        assert opened.controller.session.undo_label == "Seed"
    delete()
    assert not folder.exists()
    in_trash = Path(os.environ["XDG_DATA_HOME"]).glob(f"Trash/files/{folder.name}*/project.json")
    assert not trash or any(in_trash)
    assert opened.controller.place is None
    assert names(opened) == []
    assert asked == ["Move to the trash"] * 2 + ["Delete for good", "Move to the trash", "Delete for good"] * (not trash)


def test_of_a_link_to_a_project_the_link_alone_is_deleted_and_the_question_says_so(opened, make_project, home, monkeypatch):
    folder, asked = make_project(), []
    home.mkdir(parents=True)
    (home / "link").symlink_to(folder)
    refill(opened)
    assert names(opened) == ["link"]
    monkeypatch.setattr(project_actions, "confirmed", lambda _, text, *__, name: asked.append(text) or True)
    choose(opened, 0, "Delete …")
    opened.controller.jobs.folders.finish()
    assert f"is a link to {folder}" in asked[0]
    assert (list(home.iterdir()), read_project(folder).name) == ([], "penguins")


def test_what_a_killed_import_left_is_gone_with_the_next_start(opened, home):
    (home / "half" / "data").mkdir(parents=True)
    (home / "half" / ".lock").touch()
    (home / "mine" / "data").mkdir(parents=True)
    StartPage(opened.controller, opened._settings).deleteLater()
    opened.controller.jobs.lists.finish()
    assert [path.name for path in home.iterdir()] == ["mine"]
