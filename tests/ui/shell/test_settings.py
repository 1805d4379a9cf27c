"""Preferences: kept, limited, and never a reason not to start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSize

from mlops_desktop.engine.processors import MEMORY, PROCESSORS, cores, memory_for_training
from mlops_desktop.serving.message import msg
from mlops_desktop.ui.shell.settings import MOST_RECENT, ProjectSummary, Settings, default_project_home, zooms_that_fit


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "preferences.ini"


def test_they_are_kept(file):
    settings = Settings(file)
    settings.theme = "dark"
    settings.geometry = QByteArray(b"\x01\x02")
    settings.opened(Path("/projects/größe, one"))
    settings.last_folder = "/data/größe, two"
    settings.keep_seen(Path("/projects/größe, one"), frozenset({"data", "app"}))
    settings._settings.sync()
    again = Settings(file)
    assert again.theme == "dark"
    assert again.geometry == QByteArray(b"\x01\x02")
    assert again.recent == [Path("/projects/größe, one")]
    assert again.last_folder == "/data/größe, two"
    assert again.seen(Path("/projects/größe, one")) == {"data", "app"}
    assert again.seen(Path("/projects/other")) == frozenset()


def test_the_latest_comes_first_and_once(file):
    settings = Settings(file)
    for name in "abcab":
        settings.opened(Path("/") / name)
    assert settings.recent == [Path("/b"), Path("/a"), Path("/c")]
    settings._settings.setValue("recent", [f"/{number}" for number in range(MOST_RECENT + 9)])
    settings.opened(Path("/last"))
    assert len(settings.recent) == MOST_RECENT
    assert settings.recent[0] == Path("/last")


def test_a_relative_path_is_kept_as_a_whole_one_and_one_of_an_earlier_version_is_dropped(file, tmp_path, monkeypatch):
    settings = Settings(file)
    settings._settings.setValue("recent", [".", "old", "/old"])
    monkeypatch.chdir(tmp_path)
    settings.opened(Path("."))
    settings.inserted(Path("copy"), ProjectSummary())
    assert settings.recent == [tmp_path, tmp_path / "copy", Path("/old")]


def test_moved_and_forgotten(file):
    settings = Settings(file)
    for name in "cba":
        settings.opened(Path("/") / name)
    settings.keep_seen(Path("/b"), frozenset({"data"}))
    settings.moved(Path("/b"), Path("/elsewhere"))
    assert settings.seen(Path("/elsewhere")) == {"data"}
    assert settings.seen(Path("/b")) == frozenset()
    settings.forget(Path("/a"))
    assert settings.recent == [Path("/elsewhere"), Path("/c")]
    settings.forget(Path("/c"))
    settings.forget(Path("/elsewhere"))
    assert settings.recent == []


@pytest.mark.parametrize("junk", [17, "no such theme", ["a"], b"\xff"])
def test_what_cannot_be_read_counts_as_not_set(file, junk):
    settings = Settings(file)
    for name in ("theme", "geometry"):
        settings._settings.setValue(name, junk)
    settings._settings.setValue("recent", 17)
    assert settings.theme == "system"
    assert settings.recent == []
    assert settings.geometry is None or isinstance(settings.geometry, QByteArray)


def test_what_is_no_path_and_lists_without_an_end_count_as_not_set(file):
    settings = Settings(file)
    settings._settings.setValue("projects", "a\0 b")
    settings._settings.setValue("recent", ["/a", "/\0", ""])
    settings._settings.setValue("standings", "[" * 100_000)
    assert settings.projects == default_project_home()
    assert settings.recent == [Path("/a")]
    assert settings.summary(Path("/a")) == ProjectSummary()
    assert settings.seen(Path("/caf\udce9")) == frozenset()  # a name that is not UTF-8 is a path


def test_a_file_of_rubbish_is_no_fault(file):
    file.write_bytes(b"\x00\xff[[[not=an ini\n%%%")
    assert Settings(file).theme == "system"
    assert Settings(file).recent == []


def test_what_is_known_of_recent_projects_is_kept(file):
    settings = Settings(file)
    settings.opened(Path("/projects/a"))
    settings.keep_summary(Path("/projects/gone"), ProjectSummary("A number · price"))
    settings.keep_summary(Path("/projects/a"), ProjectSummary(msg("{model} · ROC AUC 0.841", model="LightGBM"), 700, 12))
    settings.moved(Path("/projects/a"), Path("/projects/b"))
    settings._settings.sync()
    again = Settings(file)
    assert again.summary(Path("/projects/b")) == ProjectSummary("LightGBM · ROC AUC 0.841", 700, 12)
    assert again.summary(Path("/projects/b")).status.template == "{model} · ROC AUC 0.841"  # for the language of the next start
    assert again.summary(Path("/projects/gone")) == ProjectSummary()
    again._settings.setValue("standings", '{"/projects/old": "as an earlier version kept it", "/projects/c": {"rows": "many"}}')
    assert again.summary(Path("/projects/old")) == ProjectSummary("as an earlier version kept it")
    assert again.summary(Path("/projects/c")) == ProjectSummary()
    again._settings.setValue("standings", "[broken")
    assert again.summary(Path("/projects/b")) == ProjectSummary()


def test_zoom_and_limits_reach_the_environment_and_yield_to_it(file, monkeypatch):
    names = ("QT_SCALE_FACTOR", PROCESSORS, MEMORY)
    for name in names:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    settings = Settings(file)
    settings.set_environment()
    assert [os.environ.get(name) for name in names] == [None, None, None]
    settings.zoom, settings.processors, settings.memory_gb = 150, 1, 3
    monkeypatch.setenv(MEMORY, "2")
    settings.set_environment()
    assert [os.environ.get(name) for name in names] == ["1.5", "1", "2"]
    assert cores() == 1
    assert memory_for_training() <= 2 * 2**30


def test_zooms_that_are_not_offered_and_folders_that_are_blank_count_as_not_set(file):
    settings = Settings(file)
    settings._settings.setValue("zoom", 7)
    settings._settings.setValue("processors", "-3")
    assert settings.zoom == 100
    assert settings.processors == 0
    assert settings.projects == default_project_home()
    settings.projects = Path("/elsewhere")
    assert settings.projects == Path("/elsewhere")
    settings.projects = None
    assert settings.projects == default_project_home()


def test_only_zooms_at_which_the_window_fits_the_screen_are_offered():
    assert zooms_that_fit(QSize(1920, 1080), 1.0) == zooms_that_fit(QSize(960, 540), 2.0) == [80, 90, 100, 110, 125, 150, 175]
    assert zooms_that_fit(QSize(800, 600), 1.0) == [80, 90, 100]


def test_a_project_that_moved_to_where_one_was_opened_is_listed_once(file, tmp_path):
    settings = Settings(file)
    for name in ("old", "new"):
        settings.opened(tmp_path / name)
    settings.moved(tmp_path / "old", tmp_path / "new")
    assert settings.recent == [tmp_path / "new"]
