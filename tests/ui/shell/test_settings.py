"""Preferences: kept, limited, and never a reason not to start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from mlops_desktop.ui.shell.settings import MOST_RECENT, Settings


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
        settings.opened(Path(name))
    assert settings.recent == [Path("b"), Path("a"), Path("c")]
    for number in range(20):
        settings.opened(Path(str(number)))
    assert len(settings.recent) == MOST_RECENT
    assert settings.recent[0] == Path("19")


def test_moved_and_forgotten(file):
    settings = Settings(file)
    for name in "cba":
        settings.opened(Path(name))
    settings.moved(Path("b"), Path("elsewhere"))
    settings.forget(Path("a"))
    assert settings.recent == [Path("elsewhere"), Path("c")]
    settings.forget(Path("c"))
    settings.forget(Path("elsewhere"))
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


def test_a_file_of_rubbish_is_no_fault(file):
    file.write_bytes(b"\x00\xff[[[not=an ini\n%%%")
    assert Settings(file).theme == "system"
    assert Settings(file).recent == []


def test_the_status_of_recent_projects_is_kept(file):
    settings = Settings(file)
    settings.opened(Path("/projects/a"))
    settings.keep_summary(Path("/projects/gone"), "A number · price")
    settings.keep_summary(Path("/projects/a"), "LightGBM · ROC AUC 0.841")
    settings._settings.sync()
    again = Settings(file)
    assert again.summary(Path("/projects/a")) == "LightGBM · ROC AUC 0.841"
    assert again.summary(Path("/projects/gone")) == ""
    again._settings.setValue("standings", "[broken")
    assert again.summary(Path("/projects/a")) == ""
