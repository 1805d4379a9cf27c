"""The import dialog by real clicks and keys: the first rows follow every setting, and what is not certain is on top."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QCheckBox, QComboBox, QFileDialog, QLabel, QLineEdit, QPushButton, QSpinBox

from mlops_desktop import app as application
from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.import_dialog import ImportDialog
from mlops_desktop.ui.shell.settings import Settings
from mlops_desktop.ui.widgets.notes_model import FIELDS
from mlops_desktop.ui.widgets.notices import Banner
from mlops_desktop.ui.widgets.question_card import QuestionCard
from mlops_desktop.ui.widgets.table_model import MISSING
from tests.ui.conftest import click, find, settle

SHOPS = "Report 2024;;\n\nshop;sales;day\n" + "".join(f"S{i};{i % 9 + 1}.{100 + i},5{i % 10};{i % 28 + 1:02d}.03.2024\n" for i in range(60))
WITH_TOTAL = SHOPS + "Total;99.999,99;\n" + "".join(f"T{i};1.{100 + i},25;02.04.2024\n" for i in range(30))
CURRENCIES = "part,quote\n" + "".join(f"p{i},{'$€¥'[i % 3]}{i * 7 % 50}.50\n" for i in range(60))


@pytest.fixture(scope="module")
def shared(qapp, tmp_path_factory):
    _, window, _ = application.make_window(Settings(tmp_path_factory.mktemp("preferences") / "preferences.ini"))
    window.resize(1280, 800)
    window.show()
    yield window
    window._closing = True
    window.close()


@pytest.fixture
def opened(shared, tmp_path, monkeypatch):
    """`opened(text)`: the dialog of a file with this text, chosen on the start page, with its first rows."""
    monkeypatch.setattr(Settings, "projects", tmp_path / "documents")

    def open_(content: str | bytes, name: str = "table.csv") -> ImportDialog:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
        click(find(shared, QPushButton, "choose_file"))
        settle(shared)
        dialog = find(shared, ImportDialog, "import_dialog")
        assert dialog.isVisible()
        return dialog

    open_.window = shared
    yield open_
    for dialog in shared.findChildren(ImportDialog):
        dialog.reject()
    settle(shared)
    shared.controller.close()
    shared.show_stage("")


def choose(dialog: ImportDialog, name: str, id_: str) -> None:
    """Choose from a list by the keyboard."""
    box = find(dialog, QComboBox, f"import_{name}")
    box.setFocus()
    while box.currentData() != id_:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down if box.findData(id_) > before else Qt.Key.Key_Up)
        assert box.currentIndex() != before
    settle(dialog.parentWidget().window())


def write(dialog: ImportDialog, name: str, text: str) -> None:
    """Write into a line and leave it."""
    line = find(dialog, QLineEdit, f"import_{name}")
    line.setFocus()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)
    settle(dialog.parentWidget().window())


def note(dialog: ImportDialog, name: str, field: str, value: str) -> None:
    """Write into a cell of the table of columns."""
    row = next(at for at, one in enumerate(dialog.notes.notes.rows) if one.name == name)
    dialog.notes.notes.setData(dialog.notes.notes.index(row, FIELDS.index(field)), value)
    QApplication.processEvents()
    settle(dialog.parentWidget().window())


def shown(dialog: ImportDialog) -> list[str]:
    return [column.name for column in dialog.table.table.columns]


def cells(dialog: ImportDialog, at: int, rows: int = 2) -> list[str]:
    return [dialog.table.table.text(row, at) for row in range(rows)]


def captions(dialog: ImportDialog) -> list[str]:
    return [column.caption for column in dialog.table.table.columns]


def questions(dialog: ImportDialog) -> list[str]:
    QApplication.sendPostedEvents(None, 52)  # what was cleared is deleted
    return [card.asked().id for card in dialog.findChildren(QuestionCard)]


def texts(dialog: ImportDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def test_every_guess_is_shown_as_found(opened):
    dialog = opened(SHOPS)
    assert shown(dialog) == ["shop", "sales", "day"]
    assert cells(dialog, 1) == ["1,100.50", "2,101.51"]
    assert find(dialog, QComboBox, "import_thousands").currentText() == "found: point 1.000"
    assert captions(dialog) == ["Identifier", "Number, decimal comma, thousands “.”", "Date"]
    found = {name: find(dialog, QComboBox, f"import_{name}").currentText() for name in ("delimiter", "encoding", "header", "decimal")}
    assert found == {
        "delimiter": "found: semicolon",
        "encoding": "found: Unicode (UTF-8)",
        "header": "found: the first row of the table",
        "decimal": "found: comma 1,5",
    }
    assert find(dialog, QLabel, "import_skip_found").text() == "Found: 2"
    names = ("delimiter", "encoding", "header", "decimal", "thousands")
    why = {name: find(dialog, QLabel, f"import_{name}_found").text() for name in names}
    assert why == {
        "delimiter": "61 of the first 61 rows have 3 cells then.",
        "encoding": "Every character is valid in it.",
        "header": "“shop, sales, day” stands above “S0, 1.100,50, 01.03.2024”.",
        "decimal": "As in “1.100,50” of “sales”.",
        "thousands": "As in “1.100,50” of “sales”.",
    }
    assert "1 line above the table was left out: “Report 2024;;”." in texts(dialog)
    assert questions(dialog) == []


def test_the_rows_follow_every_setting_at_once(opened):
    dialog = opened(SHOPS)
    choose(dialog, "delimiter", "comma")
    assert len(shown(dialog)) != 3
    choose(dialog, "delimiter", "auto")
    assert find(dialog, QComboBox, "import_delimiter").currentText() == "found: semicolon"
    choose(dialog, "header", "none")
    assert shown(dialog) == ["column_1", "column_2", "column_3"]
    choose(dialog, "header", "auto")
    skip = find(dialog, QSpinBox, "import_skip")
    skip.setFocus()
    skip.selectAll()
    QTest.keyClicks(skip, "3")
    QTest.keyClick(skip, Qt.Key.Key_Tab)
    settle(opened.window)
    assert shown(dialog)[0] != "shop"
    click(find(dialog, QPushButton, "import_anew"))
    settle(opened.window)
    assert shown(dialog) == ["shop", "sales", "day"]
    assert skip.value() == 0


def test_the_decimal_mark_settles_what_can_be_read_both_ways(opened):
    dialog = opened("x;y\n" + "".join(f"{i % 9 + 1},{100 + i};{i % 2}\n" for i in range(60)))
    choose(dialog, "decimal", "comma")
    assert cells(dialog, 0) == ["1.100", "2.101"]
    choose(dialog, "decimal", "point")
    assert cells(dialog, 0) == ["1,100", "2,101"]


def test_what_was_set_is_what_is_imported(opened, tmp_path):
    dialog = opened("name;y\n" + "".join(f"M{'ü' if i % 3 else 'ö'}ller;{i % 2}\n" for i in range(60)))
    choose(dialog, "encoding", "cp1252")
    assert cells(dialog, 0, 1) == ["MÃ¶ller"]
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    settle(opened.window)
    assert not dialog.isVisible()
    assert QApplication.activeWindow() is opened.window  # its shortcuts work
    assert opened.window.stage == "problem"
    source = opened.window.controller.project.source
    assert (source.encoding, source.delimiter) == ("cp1252", "semicolon")


def test_rows_left_out_are_asked_about_and_can_be_kept(opened):
    dialog = opened(WITH_TOTAL)
    assert questions(dialog) == ["source.total"]
    assert "90 rows" in dialog.facts.text()
    click(find(dialog, QPushButton, "question_0_keep_all=true"))
    settle(opened.window)
    assert questions(dialog) == []
    assert "91 rows" in dialog.facts.text()
    click(find(dialog, QPushButton, "import_go"))
    settle(opened.window)
    assert opened.window.controller.project.source.keep_all
    assert opened.window.controller.last_overview().rows == 91


def test_a_doubt_about_a_column_is_answered_before_the_import(opened):
    dialog = opened(CURRENCIES)
    assert questions(dialog) == ["reading.currencies.quote"]
    assert dialog._doubts.height() >= dialog.findChildren(QuestionCard)[0].geometry().bottom()  # the whole card is seen
    find(dialog, QLineEdit, "question_0_reason").setText("They are labels.")
    click(find(dialog, QPushButton, "question_0_accept"))
    settle(opened.window)
    assert questions(dialog) == []
    click(find(dialog, QPushButton, "import_go"))
    settle(opened.window)
    assert opened.window.controller.project.answers["reading.currencies.quote"].reason == "They are labels."


def test_what_is_found_in_a_workbook_is_shown_and_another_sheet_can_be_chosen(opened, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Sales"
    for sheet, rows in ((book.active, 60), (book.create_sheet("Stock"), 40)):
        sheet["C2"] = "Report of the year"
        for at, row in enumerate([("shop", "amount"), *((f"S{i}", i * 7 % 50 + 0.5) for i in range(rows))], 4):
            for column, value in enumerate(row, 3):
                sheet.cell(at, column, value)
    book.save(tmp_path / "made.xlsx")
    dialog = opened((tmp_path / "made.xlsx").read_bytes(), "table.xlsx")
    assert find(dialog, QComboBox, "import_sheet_list").currentText() == "found: Sales"
    assert find(dialog, QLabel, "import_skip_found").text() == "Found: 3"
    assert find(dialog, QLabel, "import_first_column_found").text() == "Found: C"
    assert find(dialog, QComboBox, "import_header").currentText() == "found: the first row of the table"
    assert questions(dialog) == ["source.sheet"]
    choose(dialog, "sheet_list", "Stock")
    assert dialog.facts.text().startswith("40 rows × 2 columns")
    assert questions(dialog) == []
    write(dialog, "first_column", "D")
    assert shown(dialog) == ["amount"]
    write(dialog, "first_column", "ZZ")
    assert "ends before column ZZ" in dialog.refused.text()
    write(dialog, "first_column", "")
    click(find(dialog, QPushButton, "import_go"))
    settle(opened.window)
    assert opened.window.controller.project.source.sheet == "Stock"
    assert opened.window.controller.last_overview().rows == 40


def test_marks_dates_and_missing_texts_follow_the_settings(opened):
    rows = [f"{i % 7 + 1}.{100 + i};{i % 11 + 1:02d}/{i % 9 + 1:02d}/2024;{'gone' if i % 4 == 0 else i}\n" for i in range(60)]
    dialog = opened("x;day;z\n" + "".join(rows))
    assert cells(dialog, 0) == ["1.100", "2.101"]
    choose(dialog, "thousands", "point")
    assert cells(dialog, 0) == ["1,100", "2,101"]
    assert find(dialog, QComboBox, "import_decimal").currentText() == "found: comma 1,5"
    assert find(dialog, QLabel, "import_missing_texts_found").text().startswith("Found: gone. “z”: “gone” stands in 15 cells")
    choose(dialog, "dates", "day")
    assert cells(dialog, 1) == ["2024-01-01", "2024-02-02"]
    assert cells(dialog, 1, 10)[9] == "2024-01-10"
    choose(dialog, "dates", "month")
    assert cells(dialog, 1, 10)[9] == "2024-10-01"
    write(dialog, "missing_texts", "gone, 7")
    assert cells(dialog, 2, 8)[7] == MISSING
    click(find(dialog, QPushButton, "import_go"))
    settle(opened.window)
    source = opened.window.controller.project.source
    assert (source.thousands, source.dates, source.missing_texts) == ("point", "month", "gone, 7")


def test_type_role_unit_and_description_are_decided_before_the_import(opened):
    dialog = opened("area,n,zone\n" + "".join(f"{i * 3 % 50}.5,{i % 5},{'ab'[i % 2]}\n" for i in range(60)))
    click(find(dialog, QPushButton, "import_tab_columns"))
    for name, field, value in (("area", "unit", "m²"), ("area", "description", "Of the flat"), ("n", "type", "category")):
        note(dialog, name, field, value)
    note(dialog, "zone", "role", "target")
    settle(opened.window)
    assert captions(dialog) == ["Number, in m²", "Category", "Category"]
    dialog.notes.go_to("n")
    assert find(dialog, QLabel, "import_why").text() == "You chose this type."
    click(find(dialog, QPushButton, "import_go"))
    settle(opened.window)
    project = opened.window.controller.project
    assert project.target == "zone"
    assert (project.columns["area"].unit, project.columns["area"].description) == ("m²", "Of the flat")
    assert project.columns["n"].type == "category"


def test_a_file_that_is_refused_at_first_can_be_read_with_another_setting(opened):
    dialog = opened("a,b\n")
    assert "no row of data" in dialog.refused.text()
    assert not find(dialog, QPushButton, "import_go").isEnabled()
    choose(dialog, "header", "none")
    assert not dialog.refused.isVisible()
    assert shown(dialog) == ["column_1", "column_2"]
    assert find(dialog, QPushButton, "import_go").isEnabled()


def test_decisions_are_offered_for_the_next_file_of_the_shape_and_can_be_forgotten(opened):
    window, offers = opened.window, lambda dialog: [one.text.text() for one in dialog.findChildren(Banner)]
    text = "x;y\n" + "".join(f"{i % 7 + 1}.{100 + i};{'ab'[i % 2]}\n" for i in range(60))
    dialog = opened(text, "january.csv")
    assert offers(dialog) == []
    choose(dialog, "thousands", "point")
    note(dialog, "y", "description", "The group")
    click(find(dialog, QPushButton, "import_go"))
    settle(window)
    window.show_stage("")
    dialog = opened(text.replace("1.1", "2.2"), "february.csv")
    assert offers(dialog) == ["You read a file with the same columns before, “january.csv”. Your decisions: Thousands: point, “y”."]
    assert cells(dialog, 0, 1) == ["2.200"]
    click(find(dialog, QPushButton, "import_offer_use"))
    settle(window)
    assert cells(dialog, 0, 1) == ["2,200"]
    assert find(dialog, QComboBox, "import_thousands").currentText() == "point 1.000"
    click(find(dialog, QPushButton, "import_offer_without"))
    settle(window)
    assert cells(dialog, 0, 1) == ["2.200"]
    click(find(dialog, QPushButton, "import_offer_use"))
    settle(window)
    click(find(dialog, QPushButton, "import_go"))
    settle(window)
    assert window.controller.project.columns["y"].description == "The group"
    window.show_stage("")
    dialog = opened(text, "march.csv")
    click(find(dialog, QPushButton, "import_offer_forget"))
    dialog.reject()
    dialog = opened(text, "april.csv")
    QApplication.sendPostedEvents(None, 52)
    assert offers(dialog) == []


def test_enter_in_a_field_reads_nothing_yet(opened):
    dialog = opened(WITH_TOTAL)
    reason = find(dialog, QLineEdit, "question_0_reason")
    reason.setFocus()
    QTest.keyClick(reason, Qt.Key.Key_Return)
    assert dialog.isVisible()
    QTest.keyClicks(reason, "It is one.")
    QTest.keyClick(reason, Qt.Key.Key_Return)
    settle(opened.window)
    assert dialog.isVisible()
    assert questions(dialog) == []
    skip = find(dialog, QSpinBox, "import_skip")
    skip.setFocus()
    QTest.keyClick(skip, Qt.Key.Key_Return)
    assert dialog.isVisible()
    click(find(dialog, QPushButton, "import_go"))
    settle(opened.window)
    assert opened.window.controller.project.answers["source.total"].reason == "It is one."


def test_other_data_passes_through_the_same_dialog(opened, tmp_path):
    for at in range(2):
        (tmp_path / f"part_{at}.csv").write_text("n,y\n" + "".join(f"{i * 7 % 30},{'ab'[i % 2]}\n" for i in range(40)))
    window = opened.window
    window.start._take_other(f"folder:{tmp_path}?pattern=part_*.csv", choices().sources["folder"](pattern="part_*.csv", file_column=True))
    settle(window)
    dialog = find(window, ImportDialog, "import_dialog")
    assert shown(dialog) == ["n", "y", "file"]
    assert find(dialog, QLineEdit, "import_pattern").text() == "part_*.csv"
    find(dialog, QCheckBox, "import_file_column").click()
    settle(window)
    assert shown(dialog) == ["n", "y"]
    click(find(dialog, QPushButton, "import_go"))
    settle(window)
    assert window.controller.last_overview().rows == 80


def test_cancel_ends_what_is_still_being_looked_at(opened, tmp_path):
    with closing(sqlite3.connect(tmp_path / "d.sqlite")) as database:
        database.execute("CREATE TABLE t (x INTEGER)")
        database.commit()
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0"
    window = opened.window
    window.start.preview(f"sqlite:{tmp_path / 'd.sqlite'}", choices().sources["sqlite"](query=endless))
    dialog = find(window, ImportDialog, "import_dialog")
    assert dialog.isVisible()
    QTest.qWait(300)
    began = time.monotonic()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    settle(window)
    assert time.monotonic() - began < 5


def test_what_is_noted_of_columns_stands_beside_the_settings_unless_it_is_asked(opened):
    dialog = opened("a,b\n" + "".join(f"{'<' if i % 9 == 0 else ''}{i % 20 + 1},{'$€'[i % 2]}{i}.50\n" for i in range(60)))
    noted = [one.text() for one in dialog._settings.findChildren(QLabel) if one.text().startswith(("a: ", "b: "))]
    assert len(noted) == 1
    assert noted[0].startswith("a: Limits are read as the number that they name")
    assert questions(dialog) == ["reading.currencies.b"]


def test_a_broken_file_is_one_sentence_and_nothing_is_made(opened, tmp_path):
    dialog = opened(bytes(range(8)) * 100)
    assert "is not a text file" in dialog.refused.text()
    assert dialog.refused.isVisible()
    assert not find(dialog, QPushButton, "import_go").isEnabled()
    click(find(dialog, QPushButton, "import_cancel"))
    assert not (tmp_path / "documents").exists()


def test_a_setting_that_cannot_be_keeps_the_others(opened):
    dialog = opened("a,b\n1,2\n3,4\n")
    skip = find(dialog, QSpinBox, "import_skip")
    skip.setValue(3)
    settle(opened.window)
    skip.editingFinished.emit()
    settle(opened.window)
    assert dialog.refused.isVisible()
    skip.setValue(0)
    skip.editingFinished.emit()
    settle(opened.window)
    assert not dialog.refused.isVisible()
    assert shown(dialog) == ["a", "b"]


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768)], ids=str)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_with_700_columns_of_long_names(opened, size, theme):
    window = opened.window
    window.resize(*size)
    window.show_theme(theme)
    names = [f"a_very_long_name_of_a_column_that_goes_on_{i} & <b>on</b>" for i in range(700)]
    dialog = opened(",".join(names) + "\n" + "".join(",".join(str((i * j) % 17) for j in range(700)) + "\n" for i in range(30)))
    assert len(shown(dialog)) == 700
    assert dialog.width() <= size[0]
    assert dialog.height() <= size[1]
    for control in (*dialog.findChildren(QPushButton), *dialog.findChildren(QComboBox)):
        if control.isVisible():
            assert control.width() >= control.minimumSizeHint().width() - 1, control.objectName()
            assert control.accessibleName(), control.objectName()
    for area in dialog.findChildren(QAbstractScrollArea):
        if area.isVisible() and area is not dialog.table:
            assert area.horizontalScrollBar().maximum() == 0, area.objectName()
    window.show_theme("light")
    window.resize(1280, 800)


def test_every_control_is_reached_by_the_keyboard(opened):
    dialog = opened(SHOPS)
    dialog.table.setFocus()
    reached = set()
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget().objectName())
    assert {
        "import_delimiter",
        "import_encoding",
        "import_thousands",
        "import_rows",
        "import_tab_columns",
        "import_anew",
        "import_cancel",
        "import_go",
    } <= reached


def test_a_large_file_is_shown_by_its_beginning(opened, tmp_path):
    dialog = opened("x,y\n" + "1.5,abc\n" * 100_000)
    assert dialog.facts.text().startswith("First ")
    assert cells(dialog, 0) == ["1.5", "1.5"]
    assert Path(tmp_path / "table.csv").stat().st_size > 500_000
