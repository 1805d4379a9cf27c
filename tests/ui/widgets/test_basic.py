"""The small parts: a text of several lines keeps the height that it needs, and no more."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mlops_desktop.ui.widgets.basic import column, label


def test_a_wrapped_text_grows_when_it_gets_narrow_and_shrinks_again(qtbot: QtBot) -> None:
    page, text = QWidget(), label("word " * 60, wrap=True)
    qtbot.addWidget(page)
    page.setLayout(column(text, None))
    heights = []
    page.show()
    for width in (800, 200, 800):
        page.resize(width, 900)
        qtbot.wait(20)
        heights.append(text.height())
    assert heights[1] > heights[0] == heights[2]
    text.setText("short")
    qtbot.wait(20)
    assert text.height() < heights[0]
