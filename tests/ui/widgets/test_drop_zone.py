"""The drop zone: its dialog offers what sources open."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.widgets.drop_zone import DropZone, data_files, dropped_file, is_data


def test_the_dialog_offers_the_files_of_every_source(qapp: QApplication) -> None:
    offered = data_files().split(";;")[0]
    for source in choices().sources.values():
        for suffix in source.suffixes:
            assert f"*{suffix}" in offered.replace(")", " ").replace("(", " ").split()


def test_what_is_dropped_is_a_file_of_this_computer(qapp: QApplication, tmp_path: Path) -> None:
    data = QMimeData()
    assert dropped_file(data) is None
    data.setUrls([QUrl("https://example.org/a.csv"), QUrl.fromLocalFile(str(tmp_path))])
    assert dropped_file(data) == tmp_path
    data.setUrls([QUrl.fromLocalFile(str(tmp_path)), QUrl.fromLocalFile(str(tmp_path / "a.csv"))])
    assert dropped_file(data) == tmp_path / "a.csv"


def test_a_folder_of_data_files_is_data_and_one_with_a_project_is_not(qapp: QApplication, tmp_path: Path) -> None:
    assert not is_data(tmp_path)
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert is_data(tmp_path / "a.csv")
    assert is_data(tmp_path)
    (tmp_path / "project.json").write_text("{}")
    assert not is_data(tmp_path)
    assert not is_data(tmp_path / "project.json")


@pytest.mark.parametrize("end", ["left", "dropped"])
def test_a_zone_shows_that_a_file_hovers_over_it(qtbot, tmp_path: Path, end: str) -> None:
    zone, taken = DropZone("New rows", "", name="rows"), []
    qtbot.addWidget(zone)
    zone.taken.connect(taken.append)
    zone.resize(400, 200)
    calm = zone.grab().toImage()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.csv"))])
    with_file = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPointF(9, 9).toPoint(), *with_file)
    QApplication.sendEvent(zone, enter)
    assert enter.isAccepted()
    assert zone.grab().toImage() != calm
    QApplication.sendEvent(zone, QDragLeaveEvent() if end == "left" else QDropEvent(QPointF(9, 9), *with_file))
    assert not zone.property("over")
    assert taken == ([] if end == "left" else [tmp_path / "a.csv"])
