"""Names offered while typing: beside the field, by Tab or the arrows; Enter stays the field's own while none is chosen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mlops_desktop.serving.formula.expression import to_text
from mlops_desktop.ui.formula_edit import FormulaEdit
from mlops_desktop.ui.panels.data.filter_line import FilterLine
from mlops_desktop.ui.widgets.name_completer import column_name

Key = Qt.Key
NAMES = ["net income", "income", "in]come", "age"]


@pytest.fixture
def window(qtbot):
    made = QWidget()
    made.resize(500, 400)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def fields(window):
    line, formula = FilterLine(name="rows", title="Filter", check=lambda _: ""), FormulaEdit(name="formula")
    layout = QVBoxLayout(window)
    for widget in (line, formula):
        layout.addWidget(widget)
    window.show()
    line.show_names(NAMES, "age > 1")
    formula.show_completions(NAMES, ["log"])
    return {"filter": line.line, "formula": formula}, line


@pytest.mark.parametrize("kind", ["filter", "formula"])
def test_the_list_covers_nothing_of_its_field(fields, kind):
    field = fields[0][kind]
    field.setFocus()
    QTest.keyClicks(field, "age * inc")
    view = field.names.view
    assert view.isVisible()
    assert view.model().rowCount() == 2
    assert not view.geometry().intersects(QRect(field.mapToGlobal(QPoint(0, 0)), field.size()).adjusted(0, 3, 0, -3))
    view.hide()


def test_enter_applies_a_filter_though_names_are_offered(fields, qtbot):
    line = fields[1]
    applied = []
    line.applied.connect(applied.append)
    line.line.setFocus()
    QTest.keyClicks(line.line, "income > 5 and inco")
    assert line.line.names.view.isVisible()
    QTest.keyClick(line.line.names.view, Key.Key_Return)
    assert applied == ["income > 5 and inco"]
    assert not line.line.names.view.isVisible()


def test_enter_begins_a_line_of_a_formula_though_names_are_offered(fields):
    formula = fields[0]["formula"]
    formula.setFocus()
    QTest.keyClicks(formula, "age + inco")
    QTest.keyClick(formula.names.view, Key.Key_Return)
    assert formula.text() == "age + inco\n"


@pytest.mark.parametrize("kind", ["filter", "formula"])
@pytest.mark.parametrize(("keys", "taken"), [([Key.Key_Tab], "[net income]"), ([Key.Key_Down, Key.Key_Down, Key.Key_Return], "income")])
def test_tab_and_arrows_take_a_name_in_one_notation(fields, kind, keys, taken):
    field = fields[0][kind]
    field.setFocus()
    QTest.keyClicks(field, "1 < inc")
    for key in keys:
        QTest.keyClick(field.names.view, key)
    text = field.text()
    assert text == f"1 < {taken}"
    assert field.hasFocus()


@pytest.mark.parametrize("name", ["age", "net income", "in]come", "in", "a`b"])
def test_names_are_written_as_the_engine_writes_them(name):
    assert column_name(name) == to_text(("column", "number", name))
