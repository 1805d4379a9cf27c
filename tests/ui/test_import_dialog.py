"""The import dialog by real clicks and keys: the first rows follow every setting, and what is not certain stands on top."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QComboBox, QFileDialog, QLabel, QLineEdit, QPushButton, QSpinBox

from mlops_desktop import app as application
from mlops_desktop.ui.import_dialog import ImportDialog
from mlops_desktop.ui.shell import start_page as start
from mlops_desktop.ui.shell.settings import Settings
from mlops_desktop.ui.widgets.question_card import QuestionCard
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
    monkeypatch.setattr(start, "project_home", lambda: tmp_path / "documents")

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


def shown(dialog: ImportDialog) -> list[str]:
    return [column.name for column in dialog.table.table.columns]


def cells(dialog: ImportDialog, at: int, rows: int = 2) -> list[str]:
    return [dialog.table.table.text(row, at) for row in range(rows)]


def captions(dialog: ImportDialog) -> list[str]:
    return [column.caption for column in dialog.table.table.columns]


def questions(dialog: ImportDialog) -> list[str]:
    QApplication.sendPostedEvents(None, 52)  # what was cleared is deleted
    return [card._question.id for card in dialog.findChildren(QuestionCard)]


def texts(dialog: ImportDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def test_every_guess_is_shown_as_found(opened):
    dialog = opened(SHOPS)
    assert shown(dialog) == ["shop", "sales", "day"]
    assert cells(dialog, 1) == ["1,100.50", "2,101.51"]
    assert captions(dialog) == ["Identifier", "Number, decimal comma, thousands “.”", "Date"]
    found = {name: find(dialog, QComboBox, f"import_{name}").currentText() for name in ("delimiter", "encoding", "header", "decimal")}
    assert found == {
        "delimiter": "found: semicolon",
        "encoding": "found: Unicode (UTF-8)",
        "header": "found: the first row of the table",
        "decimal": "found: comma 1,5",
    }
    assert find(dialog, QLabel, "import_skip_found").text() == "Found: 2"
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
    find(dialog, QLineEdit, "question_0_reason").setText("They are labels.")
    click(find(dialog, QPushButton, "question_0_accept"))
    settle(opened.window)
    assert questions(dialog) == []
    click(find(dialog, QPushButton, "import_go"))
    settle(opened.window)
    assert opened.window.controller.project.answers["reading.currencies.quote"].reason == "They are labels."


def test_a_broken_file_is_one_sentence_and_nothing_is_made(opened, tmp_path):
    dialog = opened(bytes(range(8)) * 100)
    assert "is no text file" in dialog.refused.text()
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
    assert {"import_delimiter", "import_encoding", "import_rows", "import_anew", "import_cancel", "import_go"} <= reached


def test_a_large_file_is_shown_by_its_beginning(opened, tmp_path):
    dialog = opened("x,y\n" + "1.5,abc\n" * 100_000)
    assert dialog.facts.text().startswith("First ")
    assert cells(dialog, 0) == ["1.5", "1.5"]
    assert Path(tmp_path / "table.csv").stat().st_size > 500_000
