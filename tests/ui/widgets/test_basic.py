"""The small parts: a text of several lines keeps the height that it needs, and no more; choices side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mlops_desktop.ui.widgets.basic import Button, Segments, column, label


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


def test_segments_can_have_nothing_on_and_say_why_one_cannot_be_chosen(qtbot):
    made = Segments([("a", "A"), ("b", "B")], name="seg")
    qtbot.addWidget(made)
    made.show_choice("b")
    assert made.choice() == "b"
    made.show_choice("")
    assert made.choice() == ""
    made.show_enabled(["a"], "not here")
    second = made.findChild(QPushButton, "seg_b")
    assert not second.isEnabled()
    assert second.toolTip() == "not here"
    text = []
    made.chosen.connect(text.append)
    qtbot.mouseClick(made.findChild(QPushButton, "seg_a"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert text == ["a"]
    assert made.choice() == "a"


def test_another_kind_of_button_has_its_icon_in_the_color_of_its_words(qtbot):
    made = Button("Next", name="next", kind="primary", icon="right")
    qtbot.addWidget(made)
    before = made.icon().pixmap(16, 16).toImage()
    made.show_kind("")
    assert made.property("kind") == ""
    assert made.icon().pixmap(16, 16).toImage() != before
