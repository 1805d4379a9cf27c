"""The start page: samples, pasted tables, recent projects, and the way back to a damaged one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from mlops_desktop import app as application
from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.data import last_import
from mlops_desktop.engine.process import Train
from mlops_desktop.engine.project import Brief, filled_brief, rename_project, template_of
from mlops_desktop.engine.project.project_file import DAMAGED_FILE, read_project, write_project
from mlops_desktop.engine.project.project_lock import ProjectLock
from mlops_desktop.ui.shell import start_page
from mlops_desktop.ui.shell.settings import Settings
from mlops_desktop.ui.shell.start_page import SAMPLES
from tests.ui.conftest import SAMPLES as SAMPLE_FILES
from tests.ui.conftest import banner, click, find, settle


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(Settings, "projects", tmp_path / "documents")
    return tmp_path / "documents"


@pytest.fixture
def opened(qapp, qtbot, home, tmp_path):
    """A window without a project, with preferences of its own."""
    _, window, _ = application.make_window(Settings(tmp_path / "preferences.ini"))
    window.resize(1280, 800)
    window.show()
    yield window
    window._closing = True
    window.close()
    window.deleteLater()


def offer(window) -> QPushButton:
    button = find(window, QPushButton, "banner_offer")
    assert button.isVisible()
    return button


def test_every_sample_is_there_and_its_licence_is_shown(opened):
    text = [label.text() for label in opened.start.findChildren(QLabel)]
    for file, _, title, _, licence in SAMPLES:
        assert (SAMPLE_FILES / file).exists()
        assert title in text
        assert licence in text


def test_a_table_that_cannot_be_written_and_a_folder_that_is_no_project_are_refused(opened, home, tmp_path, monkeypatch):
    lost, wrong = tmp_path / "lost", tmp_path / "wrong"
    wrong.mkdir()
    opened._settings.opened(lost)
    monkeypatch.setattr(start_page, "ask_folder", lambda *_: wrong)
    opened.start._locate(lost)
    assert opened._settings.recent == [lost]
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text("a file", encoding="utf-8")
    QApplication.clipboard().setText("a\tb\n1\t2\n")
    with pytest.raises(UserError, match="pasted table"):
        opened.start.paste()
    home.unlink()


def test_a_pasted_table_becomes_a_project(opened, home):
    QApplication.clipboard().setText("a\tb\tgood\n" + "".join(f"{i}\t{i % 7}\t{'yes' if i % 3 else 'no'}\n" for i in range(80)))
    click(find(opened, QPushButton, "paste_table"))
    settle(opened)
    click(find(opened, QPushButton, "import_cancel"))
    assert not list(home.iterdir())
    click(find(opened, QPushButton, "paste_table"))
    settle(opened)
    click(find(opened, QPushButton, "import_go"))
    settle(opened)
    assert opened.stage == "problem"
    assert opened.controller.project.target == "good"
    assert len(read_project(home / "Pasted table").data) > 10
    opened.controller.close()
    place = rename_project(home / "Pasted table", "Cells")
    QApplication.clipboard().setText("c\td\n1\t2\n3\t4\n")
    for button in ("import_cancel", "import_go"):
        click(find(opened, QPushButton, "paste_table"))
        settle(opened)
        click(find(opened, QPushButton, button))
        settle(opened)
    assert sorted(path.name for path in home.iterdir()) == ["Cells", "Pasted table"]
    file = last_import(place)[0]
    assert file.parent == place
    assert file.read_text(encoding="utf-8").startswith("a\tb\tgood")


def test_a_clipboard_without_a_table_is_a_sentence(opened, home):
    QApplication.clipboard().setText("only words")
    click(find(opened, QPushButton, "paste_table"))
    assert "holds no table" in banner(opened)
    assert not home.exists()


def test_a_file_that_is_being_read_does_not_replace_a_project_opened_meanwhile(opened, home, make_project, tmp_path):
    folder = make_project()
    (tmp_path / "late.csv").write_text("a,y\n" + "".join(f"{i},{i % 2}\n" for i in range(90)), encoding="utf-8")
    opened.open_path(tmp_path / "late.csv")
    opened.open_path(folder)
    settle(opened)
    assert opened.controller.folder == folder
    assert not (home / "late").exists()


def test_a_damaged_project_is_restored_by_the_button_of_its_banner(opened, make_project):
    folder = make_project()
    write_project(folder, read_project(folder))  # so that there is a copy
    whole = read_project(folder)
    (folder / "project.json").write_text('{"format": 1, "name": "half', encoding="utf-8")
    opened.open_path(folder)
    assert opened.controller.folder is None
    assert "is damaged" in banner(opened)
    click(offer(opened))
    assert opened.controller.folder == folder
    assert opened.controller.project == whole
    assert (folder / DAMAGED_FILE).read_text(encoding="utf-8").endswith("half")
    assert "last good copy" in banner(opened)


def test_a_project_whose_file_is_gone_is_restored_from_the_list(opened, make_project):
    folder = make_project()
    write_project(folder, read_project(folder))
    (folder / "project.json").unlink()
    opened._settings.opened(folder)
    opened.start.show_recent()
    opened.controller.jobs.lists.finish()
    QApplication.processEvents()
    click(find(opened, QPushButton, "recent_open_0"))
    click(offer(opened))
    assert opened.controller.folder == folder


def test_a_damaged_project_without_a_copy_has_no_button(opened, make_project):
    folder = make_project()
    (folder / "project.json").write_text("[]", encoding="utf-8")
    (folder / "project.json.bak").unlink(missing_ok=True)
    opened.open_path(folder)
    assert banner(opened)
    assert not find(opened, QPushButton, "banner_offer").isVisible()


def test_another_project_is_not_opened_over_unsaved_changes_without_a_question(opened, make_project, tmp_path):
    folder, other = make_project(), make_project()
    opened.open_path(folder)
    folder.rename(tmp_path / "away")
    opened.controller.edit("Seed", seed=9)
    opened.open_path(other)
    assert "stays open" in banner(opened)
    assert opened.controller.folder == folder
    click(offer(opened))
    assert opened.controller.folder == other


def test_a_refusal_of_another_project_offers_nothing_about_the_open_one(opened, make_project, tmp_path):
    folder, other = make_project(), make_project()
    opened.open_path(folder)
    folder.rename(tmp_path / "away")
    opened.controller.edit("Seed", seed=9)
    opened.controller.save()
    assert opened.controller.not_saved
    with ProjectLock(other):
        opened.open_path(other)
    assert "open in another window" in banner(opened)
    assert not find(opened, QPushButton, "banner_offer").isVisible()
    (tmp_path / "away").rename(folder)
    opened.open_path(other)
    assert opened.controller.folder == other
    assert banner(opened) == ""  # its message is not true any more


def test_a_project_of_a_newer_version_is_not_replaced_by_its_older_copy(opened, make_project):
    folder = make_project()
    path = folder / "project.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    (folder / "project.json.bak").write_text(json.dumps(document), encoding="utf-8")
    path.write_text(json.dumps({**document, "format": document["format"] + 1}), encoding="utf-8")
    opened.open_path(folder)
    assert "newer version" in banner(opened)
    assert not find(opened, QPushButton, "banner_offer").isVisible()


def test_another_project_is_not_opened_over_work_without_a_question(opened, make_project):
    folder, other = make_project(), make_project()
    opened.open_path(folder)
    settle(opened)
    opened.controller.ask(Train(*opened.controller.inputs), lambda _: None, owner="t", title="Training", long=True)
    opened.open_path(other)
    assert "still being worked on" in banner(opened)
    assert opened.controller.folder == folder
    click(offer(opened))
    assert opened.controller.folder == other
    settle(opened)


def test_a_template_describes_the_problem_of_the_next_project(opened, home, tmp_path):
    (tmp_path / "houses.csv").write_text("size,price\n" + "".join(f"{i},{i * 3 % 50}\n" for i in range(90)), encoding="utf-8")
    click(find(opened, QPushButton, "template_churn"))
    click(find(opened, QPushButton, "template_price"))
    opened.open_path(tmp_path / "houses.csv")
    settle(opened)
    click(find(opened, QPushButton, "import_go"))
    settle(opened)
    assert opened.controller.project.brief == filled_brief(template_of("price"), Brief())
    assert type(opened.controller.project.brief.statement) is str
    assert opened.start.templates.chosen() is None
