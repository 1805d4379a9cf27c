"""The About box shows the version and every licence text that there is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QToolButton

from mlops_desktop import __version__
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.ui.shell.about_box import AboutBox
from tests.ui.conftest import click, find


def test_every_licence_text_can_be_read(qtbot):
    box = AboutBox()
    qtbot.addWidget(box)
    box.show()
    text = find(box, QPlainTextEdit, "about_text")
    assert __version__ in find(box, QLabel, "about_version").text()
    assert "Apache License" in text.toPlainText()
    shown = set()
    for at in range(box.choice.count()):
        box.choice.setCurrentIndex(at)
        box.choice.activated.emit(at)
        shown.add(text.toPlainText())
    stored = {path.read_text(encoding="utf-8") for path in (resource_folder() / "licenses").rglob("*.txt")}
    assert stored <= shown
    assert any("GNU LESSER GENERAL PUBLIC LICENSE" in one for one in shown)
    qtbot.mouseClick(find(box, QPushButton, "about_close"), Qt.MouseButton.LeftButton)
    assert not box.isVisible()


def test_the_window_opens_it(window):
    click(find(window, QToolButton, "about"))
    box = find(window, AboutBox, "about_box")
    assert box.isVisible()
    box.accept()
