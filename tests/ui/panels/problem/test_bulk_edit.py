"""Stage 1: columns are found by a search, and several are changed at once, as one step of undo."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton

from mlops_desktop.ui.widgets.notes_model import FIELDS
from tests.ui.conftest import banner, click, find, settle

CTRL = Qt.KeyboardModifier.ControlModifier


def open_notes(window) -> None:
    click(find(window, QPushButton, "data_tabs_notes"))


def click_row(window, column: str, modifier=Qt.KeyboardModifier.NoModifier, field: str = "name") -> None:
    table = window.panel.file.notes
    at = next(at for at, row in enumerate(table.notes.rows) if row.name == column)
    place = table.visualRect(table.notes.index(at, FIELDS.index(field))).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def pick(box: QComboBox, id_: str) -> None:
    """As a person picks an entry of a list."""
    box.setCurrentIndex(box.findData(id_))
    box.activated.emit(box.currentIndex())


def test_a_search_and_all_that_it_finds_are_one_edit(window):
    open_notes(window)
    table, before = window.panel.file.notes, window.controller.project
    QTest.keyClicks(find(window, QLineEdit, "notes_search"), "BILL")
    found = [row.name for at, row in enumerate(table.notes.rows) if not table.isRowHidden(at)]
    assert found == ["bill_length_mm", "bill_depth_mm"]
    apply = find(window, QPushButton, "notes_apply")
    assert not apply.isVisible()
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_A, CTRL)
    assert table.selected_columns() == tuple(found)
    assert apply.text() == "Change 2 columns"
    pick(find(window, QComboBox, "notes_field"), "unit")
    QTest.keyClicks(find(window, QLineEdit, "notes_text"), "mm")
    click(apply)
    assert {name: note.unit for name, note in window.controller.project.columns.items() if note.unit} == dict.fromkeys(found, "mm")
    window.controller.undo()
    assert window.controller.project == before
    find(window, QLineEdit, "notes_search").clear()
    assert not any(table.isRowHidden(at) for at in range(len(table.notes.rows)))
    table.clearSelection()


def test_roles_and_types_of_several_columns_and_never_of_the_target(window):
    open_notes(window)
    click_row(window, "species")
    click_row(window, "island", CTRL)
    click_row(window, "sex", CTRL, field="role")  # with Ctrl a list of roles does not open
    assert window.panel.file.notes.selected_columns() == ("species", "island", "sex")
    pick(find(window, QComboBox, "notes_role"), "ignore")
    click(find(window, QPushButton, "notes_apply"))
    settle(window)
    project = window.controller.project
    assert project.target == "species"
    assert {name for name, note in project.columns.items() if note.role == "ignore"} == {"island", "sex"}
    pick(find(window, QComboBox, "notes_role"), "time")
    click(find(window, QPushButton, "notes_apply"))
    assert "Only one column" in banner(window)
    assert window.controller.project is project
    pick(find(window, QComboBox, "notes_field"), "type")
    pick(find(window, QComboBox, "notes_type"), "text")
    click(find(window, QPushButton, "notes_apply"))
    settle(window)
    assert window.controller.project.columns["sex"].type == "text"
    pick(find(window, QComboBox, "notes_type"), "")
    click(find(window, QPushButton, "notes_apply"))
    settle(window)
    assert window.controller.project.columns["sex"].type is None


def test_questions_about_the_file_stand_on_top_until_they_are_decided(open_project, make_project):
    rows = "".join(f"{'x7' if i == 9 else i},{'3a' if i == 7 else i},{'yes' if i % 3 else 'no'}\n" for i in range(120))
    window = open_project(make_project("a,b,good\n" + rows, "good"))
    card = window.panel.doubts
    assert "2 questions about how the file was read" in find(window, QLabel, "doubts_count").text()
    assert card.geometry().bottom() <= window.panel.file.mapTo(window.panel, window.panel.file.rect().topLeft()).y()
    click(find(window, QPushButton, "doubts_toggle"))
    QApplication.processEvents()
    QTest.keyClicks(find(window, QLineEdit, "question_0_reason"), "one slip of the pen")
    click(find(window, QPushButton, "question_0_accept"))
    assert card.isVisible()
    settle(window)
    assert find(window, QPushButton, "doubts_toggle").text() == "Hide"
    assert [answer.reason for answer in window.controller.project.answers.values()] == ["one slip of the pen"]
    QTest.keyClicks(find(window, QLineEdit, "question_0_reason"), "another one")
    click(find(window, QPushButton, "question_0_accept"))
    settle(window)
    assert not card.isVisible()
    window.controller.undo()
    settle(window)
    assert card.isVisible()


def test_names_in_two_rows_are_merged_from_stage_one(open_project, make_project, qtbot):
    head = "2024,2024,2025,good\nprice,size,price,\n"
    rows = "".join(f"{i % 13},{i * 7 % 31},{i},{'yes' if i % 3 else 'no'}\n" for i in range(120))
    window = open_project(make_project(head + rows, "", proposed=False))
    click(find(window, QPushButton, "data_tabs_reading"))
    click(find(window, QPushButton, "merge_names"))
    settle(window)
    names = [column.name for column in window.panel.decisions._preview.table.table.columns]
    click(find(window, QPushButton, "import_go"))
    settle(window)
    read = [column.name for column in window.controller.overview().columns]
    assert read == names
    assert "2024 price" in " ".join(read).replace("_", " ")
