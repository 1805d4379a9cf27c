"""The drop zone: its dialog offers what sources open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QApplication

from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.widgets.drop_zone import data_files, dropped_file


def test_the_dialog_offers_the_files_of_every_source(qapp: QApplication) -> None:
    offered = data_files().split(";;")[0]
    for source in choices().sources.values():
        for suffix in source.suffixes:
            assert f"*{suffix}" in offered.replace(")", " ").replace("(", " ").split()


def test_what_is_dropped_is_a_file_of_this_computer(qapp: QApplication, tmp_path: Path) -> None:
    data = QMimeData()
    assert dropped_file(data) is None
    data.setUrls([QUrl("https://example.org/a.csv"), QUrl.fromLocalFile(str(tmp_path))])
    assert dropped_file(data) is None
    data.setUrls([QUrl.fromLocalFile(str(tmp_path)), QUrl.fromLocalFile(str(tmp_path / "a.csv"))])
    assert dropped_file(data) == tmp_path / "a.csv"
