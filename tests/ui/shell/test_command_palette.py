"""Ctrl+K: what is found, in which order, by keys and by the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget

from mlops_desktop.ui.shell.command_palette import MOST_SHOWN, Finder, focus
from mlops_desktop.ui.widgets.basic import column, scrolled

Key = Qt.Key


@pytest.fixture
def taken():
    return []


@pytest.fixture
def finder(qtbot, taken):
    names = [("Training & tuning", "stage"), ("Target", "setting"), ("monthly charges", "column"), ("Test part", "setting")]
    names += [(f"column {i}", "column") for i in range(40)]
    made = Finder(lambda: [(name, kind, lambda name=name: taken.append(name)) for name, kind in names])
    qtbot.addWidget(made)
    made.show()
    made.open()
    return made


def shown(finder) -> list[str]:
    return [finder._list.item(i).text() for i in range(finder._list.count())]


def test_opening_shows_the_first_things(finder):
    assert len(shown(finder)) == MOST_SHOWN
    assert finder._popup.isVisible()


def test_names_that_begin_so_come_before_names_that_have_it_before_kinds(finder):
    QTest.keyClicks(finder, "t")
    found = shown(finder)
    assert found[:3] == ["Training & tuning", "Target", "Test part"]
    assert "monthly charges" in found  # it has a t
    QTest.keyClicks(finder, "est set")  # the name and the kind
    assert shown(finder) == ["Test part"]


def test_arrows_and_enter_take(finder, taken):
    QTest.keyClicks(finder, "t")
    QTest.keyClick(finder, Key.Key_Down)
    QTest.keyClick(finder, Key.Key_Down)
    QTest.keyClick(finder, Key.Key_Up)
    QTest.keyClick(finder, Key.Key_Return)
    assert taken == ["Target"]
    assert not finder._popup.isVisible()
    assert finder.text() == ""


def test_arrows_come_round(finder, taken):
    QTest.keyClicks(finder, "charges")
    QTest.keyClick(finder, Key.Key_Up)
    QTest.keyClick(finder, Key.Key_Return)
    assert taken == ["monthly charges"]


def test_nothing_found_is_shown_and_enter_does_nothing(finder, taken):
    QTest.keyClicks(finder, "zzz")
    assert shown(finder) == ["Nothing has this name."]
    QTest.keyClick(finder, Key.Key_Return)
    assert taken == []


def test_escape_and_leaving_close_the_list(finder, qtbot):
    QTest.keyClick(finder, Key.Key_Escape)
    assert not finder._popup.isVisible()
    finder.open()
    QTest.keyClicks(finder, "ab")
    QTest.keyClick(finder, Key.Key_Escape)
    assert (finder.text(), finder._popup.isVisible()) == ("", False)
    finder.open()
    finder.clearFocus()
    assert not finder._popup.isVisible()


def test_a_click_takes(finder, taken):
    QTest.keyClicks(finder, "tar")
    view = finder._list
    assert isinstance(view, QListWidget)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, view.visualItemRect(view.item(0)).center())
    assert taken == ["Target"]


def test_a_control_out_of_view_is_brought_into_view(qtbot):
    inner, field = QWidget(), QLineEdit()
    spacer = QWidget()
    spacer.setFixedHeight(3000)
    inner.setLayout(column(spacer, field))
    area = scrolled(inner)
    qtbot.addWidget(area)
    area.resize(300, 200)
    area.show()
    area.activateWindow()
    qtbot.waitUntil(area.isActiveWindow, timeout=5000)
    assert area.verticalScrollBar().value() == 0
    focus(field)
    assert field.hasFocus()
    assert area.verticalScrollBar().value() > 2000
