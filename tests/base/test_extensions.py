"""Folders of extensions: what is refused, and what a bundle takes from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.extensions import VARIABLE, extension_folders, extension_serving_files, join_extensions

COUNTS = Path(__file__).resolve().parents[1] / "data" / "extensions" / "counts"


def test_none_is_the_usual_case(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert extension_folders() == []
    assert list(extension_serving_files()) == []


def test_the_serving_files_keep_their_places(monkeypatch):
    monkeypatch.setenv(VARIABLE, str(COUNTS))
    assert [path.as_posix() for _, path in extension_serving_files()] == ["models/log_linear.py", "tasks/counts.py"]


def test_a_folder_that_is_not_there_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(UserError, match="no folder"):
        extension_folders()


def test_a_folder_without_a_place_is_refused(monkeypatch, tmp_path):
    (tmp_path / "catalog" / "spells").mkdir(parents=True)
    (tmp_path / "catalog" / "spells" / "mine.py").write_text("x = 1")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(UserError, match="catalog/spells"):
        join_extensions.__wrapped__()
