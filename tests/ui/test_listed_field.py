"""The field of a sheet or a table: a line until it is known what there is, then a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from mlops_desktop.base.component import Component
from mlops_desktop.base.params import listed
from mlops_desktop.ui.forms import ComponentForm
from tests.ui.conftest import find


@dataclass(frozen=True, kw_only=True)
class Sheet(Component):
    id: ClassVar[str] = "sheet"
    label: ClassVar[str] = "Sheet"
    sheet: str = listed("Sheet", help="Which one.")


@pytest.fixture
def form(qapp):
    made = ComponentForm(Sheet(), name="t")
    made.show()
    yield made
    made.deleteLater()


def test_a_name_is_written_while_nothing_is_listed(form):
    line = find(form, QLineEdit, "t_sheet")
    assert line.isVisible()
    QTest.keyClicks(line, "Data")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert form.component().sheet == "Data"


def test_a_name_is_chosen_once_they_are_listed(form):
    form.show_listed({"sheet": ["First", "Data"]})
    form.show_found(Sheet(sheet="First"))
    box = find(form, QComboBox, "t_sheet_list")
    assert [box.itemText(at) for at in range(box.count())] == ["found: First", "First", "Data"]
    assert not find(form, QLineEdit, "t_sheet").isVisible()
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_End)
    assert form.component().sheet == "Data"
    form.show_component(Sheet(sheet="Gone"))
    assert box.currentText() == "Gone"
    form.show_listed({})
    assert find(form, QLineEdit, "t_sheet").text() == "Gone"
