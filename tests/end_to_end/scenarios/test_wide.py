"""A table of 752 columns: its target is found by typing, a model is trained, and the form shows the inputs that matter."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from scripts.hard_tables import MANY_COLUMNS, many_columns
from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof


def test_hundreds_of_columns(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "genes.csv"
    many_columns(file)
    person.open_preview(file)
    person.read_file()
    person.reads("190 rows × 752 columns")
    choose_target_by_typing(person)
    for stage in ("data", "preprocess", "engineer", "select"):
        person.next(stage)
    person.train(2)
    assert person.window.width() == 1280, "no list and no table makes the window wider"
    person.next("evaluate")
    person.next("app")
    person.until(lambda: person.text("answer_figure").endswith("%"), "an answer")
    shown = [one for one in person.window.panel.form.fields.values() if one.isVisible()]
    assert 0 < len(shown) <= 14
    person.write("input_filter", "gene 11 in")
    assert [name for name, one in person.window.panel.form.fields.items() if one.isVisible()] == ["expression of the gene 11 in the sample"]


def choose_target_by_typing(person: Person) -> None:
    """Open the list of 752 columns, which stays inside the window, and type a part of the name."""
    box = person.find(QComboBox, "target")
    QTest.mouseClick(box, Qt.MouseButton.LeftButton)
    person.until(box.choices, "the list is open")
    entries = box.choices()
    assert entries.list.model().rowCount() == MANY_COLUMNS
    assert person.window.geometry().contains(entries.geometry())
    QTest.keyClicks(entries.search, "tissue")
    assert entries.list.model().rowCount() == 1
    QTest.keyClick(entries.search, Qt.Key.Key_Return)
    person.come_back()
    person.rest()
    assert person.text("target") == "tissue"
