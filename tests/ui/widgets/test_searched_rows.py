"""A long table of rows can be searched; a short one has no search line."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest

from mlops_desktop.ui.widgets.choice_list import SEARCHED
from mlops_desktop.ui.widgets.rows_table import Row, RowColumn, RowsTable
from mlops_desktop.ui.widgets.searched_rows import SearchedRows


@pytest.fixture
def made(qtbot):
    searched = SearchedRows(RowsTable([RowColumn("Column")], name="rows", title="Columns", several=True))
    qtbot.addWidget(searched)
    searched.show()
    return searched


def rows(count: int) -> list[Row]:
    return [Row(str(at), [f"Column {at}"]) for at in range(count)]


def seen(searched: SearchedRows) -> list[str]:
    table = searched.table
    return [one.id for at, one in enumerate(table.rows_model.rows) if not table.isRowHidden(at)]


def test_a_long_table_is_searched(made):
    made.table.show_rows(rows(752))
    assert made.search.isVisible()
    made.table.select(["3"])
    QTest.keyClicks(made.search, "N 74")
    assert seen(made) == ["74", *(str(at) for at in range(740, 750))]
    assert made.table.ids() == []  # what is not seen is not selected
    made.table.show_rows(rows(80))
    assert seen(made) == ["74"]
    made.search.clear()
    assert len(seen(made)) == 80


def test_a_short_table_is_not(made):
    made.table.show_rows(rows(SEARCHED - 1))
    assert not made.search.isVisible()
    assert len(seen(made)) == SEARCHED - 1


def test_several_cells_are_searched_where_a_row_has_several_names(qtbot):
    pairs = SearchedRows(RowsTable([RowColumn("Column"), RowColumn("with")], name="pairs", title="Pairs"), cells=2)
    qtbot.addWidget(pairs)
    pairs.table.show_rows([Row(str(at), [f"a{at}", f"b{at}"]) for at in range(SEARCHED)])
    pairs.search.setText("b7")
    assert seen(pairs) == ["7"]
