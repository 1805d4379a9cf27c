"""The folder of a project as a whole: names, copies and their failures."""

from __future__ import annotations

import os
import shutil
import unicodedata
from dataclasses import replace

import pytest

from mlops_desktop.base.errors import Cancelled, UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine import disk
from mlops_desktop.engine.project.decisions import Brief, Project
from mlops_desktop.engine.project.project_file import read_project, write_project
from mlops_desktop.engine.project.project_folder import copy_project, delete_project, free_folder, remove_unfinished, rename_project
from mlops_desktop.engine.project.project_lock import LOCK_FILE, ProjectLock
from mlops_desktop.engine.project.templates import TEMPLATES, filled_brief, template_of


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "houses"
    (made / "data").mkdir(parents=True)
    (made / "data" / "a.parquet").write_bytes(b"cells")
    (made / LOCK_FILE).touch()
    write_project(made, Project(name="houses", seed=4))
    return made


def test_free_folders_have_names_that_every_system_takes(tmp_path):
    assert free_folder(tmp_path, "a:b/c?").name == "a_b_c"
    assert free_folder(tmp_path, "???").name == "project"
    assert len(free_folder(tmp_path, "x" * 300).name) <= 60
    free_folder(tmp_path, "Größe 年").mkdir()
    assert free_folder(tmp_path, "Größe 年").name == "Größe 年 2"
    assert free_folder(tmp_path, unicodedata.normalize("NFD", "Café")).name == "Café"
    assert free_folder(tmp_path, "हिन्दी").name == "हिन्दी"
    assert [free_folder(tmp_path, name).name for name in ("con", "NUL", "lpt1", "v1.")] == [
        "con project",
        "NUL project",
        "lpt1 project",
        "v1",
    ]
    assert len(free_folder(tmp_path, "\U00020000" * 60).name.encode()) <= 180


def test_a_project_is_not_copied_into_itself(folder):
    with pytest.raises(UserError, match="lies in the project"):
        copy_project(folder, folder / "copies" / "second", Silent())
    assert not (folder / "copies").exists()


def test_of_a_link_to_a_project_the_link_alone_is_deleted(folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder)
    delete_project(link)
    assert not os.path.lexists(link)
    assert read_project(folder).seed == 4


def test_what_a_killed_import_left_is_removed_and_nothing_else(folder, tmp_path):
    left, making, foreign = (tmp_path / name for name in ("left", "making", "foreign"))
    for one in (left, making, foreign):
        (one / "data").mkdir(parents=True)
        (one / "data" / "0123456789abcdef.parquet").write_bytes(b"cells")
    for one in (left, making):
        (one / LOCK_FILE).touch()
    with ProjectLock(making):
        remove_unfinished(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["foreign", folder.name, "making"]
    remove_unfinished(tmp_path / "nowhere")


def test_a_copy_has_everything_but_the_lock_and_is_named_after_its_folder(folder, tmp_path):
    copy_project(folder, tmp_path / "more" / "second", Silent())
    copy = tmp_path / "more" / "second"
    assert read_project(copy) == replace(read_project(folder), name="second")
    assert (copy / "data" / "a.parquet").read_bytes() == b"cells"
    assert not (copy / LOCK_FILE).exists()
    assert [path.name for path in copy.parent.iterdir()] == ["second"]


def test_a_copy_that_is_stopped_or_refused_leaves_nothing(folder, tmp_path, monkeypatch):
    class Stopped(Silent):
        def step(self, fraction: float, message: str = "") -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        copy_project(folder, tmp_path / "second", Stopped())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(UserError, match="disk is full"):
        copy_project(folder, tmp_path / "second", Silent())
    assert [path.name for path in tmp_path.iterdir()] == ["houses"]


def test_a_renamed_project_keeps_all_else(folder, tmp_path):
    before = read_project(folder)
    place = rename_project(folder, "Two: houses ")
    assert place.name == "Two_ houses"
    assert read_project(place) == replace(before, name="Two: houses")
    assert not folder.exists()
    (tmp_path / "taken").mkdir()
    with pytest.raises(UserError, match="already"):
        rename_project(place, "taken")
    with ProjectLock(place), pytest.raises(UserError, match="open in another window"):
        rename_project(place, "other")
    assert place.exists()


def test_a_project_is_deleted_whole_or_has_no_name_any_more(folder, tmp_path, monkeypatch):
    with ProjectLock(folder), pytest.raises(UserError, match="open in another"):
        delete_project(folder)
    assert read_project(folder)
    with monkeypatch.context() as patch:
        patch.setattr(disk, "remove", lambda path: (path / "project.json").unlink() or (path / "gone").unlink())
        with pytest.raises(UserError):
            delete_project(folder)
    assert not folder.exists()
    left = next(tmp_path.glob(f".{folder.name}.*.tmp"))
    delete_project(left.rename(folder))
    assert list(folder.parent.iterdir()) == []


def test_a_template_fills_what_is_not_written_yet():
    for template in TEMPLATES:
        assert all(vars(template.brief).values())
    brief = filled_brief(template_of("sensor"), Brief(users="Ann"))
    assert brief.users == "Ann"
    assert brief.data_kind == "time"
    assert type(brief.statement) is str
    with pytest.raises(UserError, match="churn, scorecard"):
        template_of("weather")


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")
def test_a_rename_that_the_disk_refuses_leaves_the_name(tmp_path):
    (tmp_path / "first").mkdir()
    write_project(tmp_path / "first", Project(name="first"))
    (tmp_path / "second").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UserError):
        rename_project(tmp_path / "first", "second")
    assert read_project(tmp_path / "first").name == "first"
