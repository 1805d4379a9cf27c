"""The list of a choice, opened in a real window: inside it for 2 to 752 entries, searched by keys, chosen by click or Enter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from mlops_desktop.ui.widgets.choice_list import SEARCHED, ChoiceList, ListBox
from mlops_desktop.ui.widgets.inputs import ComboBox

Key = Qt.Key
LONG = "Do you think that discussing a mental health disorder with previous employers would have negative consequences? [{}]"


@pytest.fixture
def window(qtbot):
    made = QWidget()
    made.resize(760, 600)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def open_list(window):
    """`open_list(count)`: a box with so many entries at a place of the window, and its open list."""

    def open_(count: int, at: tuple[int, int] = (20, 20), text: str = "column {}") -> tuple[ComboBox, ChoiceList]:
        box = ComboBox([(str(i), text.format(i)) for i in range(count)], name="box", title="Column")
        box.setParent(window)
        box.setGeometry(*at, 180, 30)
        box.show()
        QTest.mouseClick(box, Qt.MouseButton.LeftButton)
        opened = box.choices()
        assert opened is not None
        assert opened.isVisible()
        return box, opened

    yield open_
    for popup in window.findChildren(ChoiceList):
        popup.close()


@pytest.mark.parametrize("at", [(20, 20), (20, 560), (570, 290)], ids=["top", "bottom", "right"])
@pytest.mark.parametrize("count", [2, 12, 752])
def test_it_is_inside_the_window_and_beside_its_control(window, open_list, count, at):
    box, opened = open_list(count, at)
    control = QRect(box.mapToGlobal(QPoint(0, 0)), box.size())
    assert window.geometry().contains(opened.geometry())
    assert not opened.geometry().intersects(control)
    assert opened.search.isVisible() == (count >= SEARCHED)


@pytest.mark.parametrize("count", [1, 2, 11])
def test_a_short_list_is_whole(open_list, count):
    _, opened = open_list(count)
    assert opened.list.verticalScrollBar().maximum() == 0
    last = opened.list.visualRect(opened.found.index(count - 1, 0))
    assert opened.list.viewport().rect().contains(last)


def test_names_as_long_as_sentences_are_cut_to_the_window_and_whole_at_the_pointer(window, open_list):
    box, opened = open_list(60, text=LONG)
    assert window.geometry().contains(opened.geometry())
    assert opened.list.horizontalScrollBar().maximum() == 0
    assert opened.found.index(7, 0).data(Qt.ItemDataRole.ToolTipRole) == LONG.format(7)
    assert box.toolTip() == box.currentText()


def test_in_a_window_without_space_it_covers_its_control(window, open_list):
    window.resize(400, 150)
    _, opened = open_list(40, (20, 60))
    assert window.geometry().contains(opened.geometry())
    assert opened.height() > 100


def test_letters_search_and_enter_chooses(open_list, qtbot):
    box, opened = open_list(752)
    chosen = []
    box.picked.connect(chosen.append)
    QTest.keyClicks(opened.search, "N 74")
    assert opened.found.rowCount() == 11  # 74, 740 … 749
    QTest.keyClick(opened.search, Key.Key_Down)
    QTest.keyClick(opened.search, Key.Key_Return)
    assert chosen == [box.chosen()]
    assert box.currentText().startswith("column 74")
    assert box.choices() is None


def test_a_search_without_a_match_shows_so_and_chooses_nothing(open_list):
    box, opened = open_list(20)
    QTest.keyClicks(opened.search, "xyz")
    assert opened.findChild(QWidget, "choices_nothing").isVisible()
    QTest.keyClick(opened.search, Key.Key_Return)
    assert box.chosen() == "0"
    QTest.keyClick(opened.search, Key.Key_Escape)
    assert box.choices() is None


def test_a_click_chooses_also_what_was_on(open_list):
    box, opened = open_list(3)
    chosen = []
    box.picked.connect(chosen.append)
    entry = opened.list.visualRect(opened.found.index(0, 0)).center()
    QTest.mouseClick(opened.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, entry)
    assert chosen == ["0"]
    assert box.choices() is None


def test_an_entry_that_cannot_be_chosen_is_not(open_list):
    box, opened = open_list(3)
    box.model().item(1).setEnabled(False)
    entry = opened.list.visualRect(opened.found.index(1, 0)).center()
    QTest.mouseClick(opened.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, entry)
    assert (box.chosen(), box.choices()) == ("0", opened)


def test_a_box_to_write_in_has_the_same_list(window, qtbot):
    box = ListBox()
    box.setEditable(True)
    box.addItems([f"level {i}" for i in range(40)])
    box.setParent(window)
    box.show()
    box.setFocus()
    QTest.keyClick(box, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    opened = box.choices()
    assert opened is not None
    QTest.keyClicks(opened.search, "31")
    QTest.keyClick(opened.search, Key.Key_Return)
    assert box.currentText() == "level 31"
    QApplication.processEvents()
    assert window.findChildren(ChoiceList) == []
