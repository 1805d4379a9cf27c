"""The banner: one sentence."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget

from mlops_desktop.ui.shell.banner import Banner
from mlops_desktop.ui.shell.crash_dialog import CrashDialog
from mlops_desktop.ui.widgets.basic import column
from tests.ui.conftest import click, find


@pytest.fixture
def place(qtbot):
    outer, inner = QWidget(), QWidget()
    banner = Banner()
    inner.setLayout(column(banner))
    outer.setLayout(column(inner, None))
    qtbot.addWidget(outer)
    outer.resize(700, 200)
    outer.show()
    banner.hide()
    yield banner
    for dialog in outer.findChildren(CrashDialog):
        dialog.accept()


def test_its_place_goes_with_it(place):
    assert not place.parentWidget().isVisible()
    place.show_message("warn", "It is so.", "data")
    assert place.parentWidget().isVisible()
    assert find(place, QLabel, "banner_text").text() == "It is so."
    assert place.stage == "data"
    click(find(place, QToolButton, "banner_close"))
    assert not place.parentWidget().isVisible()


def test_the_way_out_is_taken_once_and_not_offered_for_the_next_sentence(place):
    taken: list[int] = []
    place.show_message("err", "Broken.", "", offer=("Mend it", lambda: taken.append(1)))
    button = find(place, QPushButton, "banner_offer")
    assert (button.text(), button.accessibleName()) == ("Mend it", "Mend it")
    click(button)
    assert taken == [1]
    assert not place.isVisible()
    place.show_message("info", "Another thing.", "")
    assert not button.isVisible()
    button.click()
    assert taken == [1]


def test_what_failed_is_cleared_when_it_is_tried_again_and_nothing_else_is(place):
    place.show_message("err", "Training was refused.", "train")
    place.clear_failure("evaluate")
    place.clear_failure("")
    assert place.isVisible()
    place.clear_failure("train")
    assert not place.isVisible()
    place.show_message("err", "Training ended.", "", "Details", about="train")
    place.clear_failure("train")
    assert not place.isVisible()
    place.show_message("info", "Choose a row first.", "train")
    place.clear_failure("train")
    assert place.isVisible()
    place.show_message("err", "Not saved.", "")
    place.clear_failure("train")
    assert place.isVisible()


def test_details_are_shown_when_there_are_some(place):
    place.show_message("err", "It failed.", "")
    more = find(place, QPushButton, "banner_details")
    assert not more.isVisible()
    place.show_message("err", "It failed.", "", "Traceback\nValueError: 'cell'")
    click(more)
    QApplication.processEvents()
    dialog = find(place.window(), CrashDialog, "crash_dialog")
    assert "ValueError" in dialog._text
    assert "cell" not in dialog._text.split("ValueError")[1]


def test_names_from_data_are_never_markup(place):
    place.show_message("info", "<b>bold</b> & <img src=x>", "")
    assert "<b>" in find(place, QLabel, "banner_text").text()
    assert find(place, QLabel, "banner_text").textFormat().name == "PlainText"
