"""Tables: a million rows scroll, sort and filter; small tables know their rows by ids."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QTableView
from pytestqt.qtbot import QtBot

from mlops_desktop.serving.frame import MISSING_DATE
from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.notes_table import NotesTable
from mlops_desktop.ui.widgets.table import AT_ONCE, Cell, DataTable, Row, RowColumn, RowsTable, TableColumn, TableModel

NAN = float("nan")
DAY = 86_400_000_000
ROLE = Qt.ItemDataRole


def columns() -> list[TableColumn]:
    return [
        TableColumn(name="age", kind="number", values=np.array([30.0, NAN, 20.0, 30.0]), bars=[1, 2, 3], caption="3 values"),
        TableColumn(
            name="city", kind="categorical", values=np.array([1, 0, -1, 1]), levels=("oslo", "Bergen"), caption="2 levels", marked=True
        ),
        TableColumn(name="born", kind="date", values=np.array([0, MISSING_DATE, DAY * 365, DAY + 3_600_000_000])),
        TableColumn(name="paid", kind="number", values=np.array([1.0, 0.0, NAN, 1.0]), boolean=True),
    ]


def opened(qtbot: QtBot, shown: list[TableColumn]) -> DataTable:
    view = DataTable(name="preview", title="Preview")
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show_columns(shown)
    view.show()
    return view


def texts(model: TableModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_cells_are_written_by_kind_and_missing_ones_are_marked(qtbot: QtBot) -> None:
    model = opened(qtbot, columns()).table
    assert texts(model, 0) == ["30", "–", "20", "30"]
    assert texts(model, 1) == ["Bergen", "oslo", "–", "Bergen"]
    assert texts(model, 2) == ["1970-01-01", "–", "1971-01-01", "1970-01-02 01:00:00"]
    assert texts(model, 3) == ["yes", "no", "–", "yes"]
    assert model.index(1, 0).data(ROLE.AccessibleTextRole) == "age: missing"
    assert model.headerData(1, Qt.Orientation.Horizontal, ROLE.AccessibleTextRole) == "city, target, categorical, 2 levels"


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1.0, 2.5], ["1.0", "2.5"]),
        ([1897.23, 422.4], ["1,897.23", "422.40"]),
        ([1e-7, 2e-7], ["1e−07", "2e−07"]),
        ([1e15, 2.0], ["1e+15", "2"]),
        ([-0.5, NAN], ["−0.5", "–"]),
        ([1 / 3, 2 / 3], ["0.333333", "0.666667"]),
        ([np.inf, 1.0], ["inf", "1"]),
        ([2012.0, 1998.0], ["2012", "1998"]),  # years
        ([1234.0, 1.0], ["1,234", "1"]),
        ([12345678.25, 1.0], ["12,345,678.25", "1.00"]),  # cents
    ],
)
def test_a_column_has_the_decimals_that_its_values_need(qtbot: QtBot, values: list[float], shown: list[str]) -> None:
    assert texts(opened(qtbot, [TableColumn(name="x", kind="number", values=np.array(values))]).table, 0) == shown


def test_amounts_of_money_show_their_cents(qtbot: QtBot) -> None:
    amounts = TableColumn(name="x", kind="number", values=np.array([1037.0, 2.5]), decimals=2)
    assert texts(opened(qtbot, [amounts]).table, 0) == ["1,037.00", "2.50"]


def test_the_model_keeps_qts_rules_through_sorting_and_filtering(qtbot: QtBot) -> None:
    model = TableModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_columns(columns())
    model.sort_by(0, True)
    model.show_rows(np.array([True, False, True, True]))
    model.sort_by(None)
    model.show_rows(None)
    model.show_columns([])
    assert model.rowCount() == 0


@pytest.mark.parametrize(
    ("column", "up", "down"),
    [
        (0, [2, 0, 3, 1], [0, 3, 2, 1]),
        (1, [0, 3, 1, 2], [1, 0, 3, 2]),
        (2, [0, 3, 2, 1], [2, 3, 0, 1]),
        (3, [1, 0, 3, 2], [0, 3, 1, 2]),
    ],
)
def test_sorting_is_stable_and_missing_cells_come_last_both_ways(qtbot: QtBot, column: int, up: list[int], down: list[int]) -> None:
    view = opened(qtbot, columns())
    for goal, downwards in ((up, False), (down, True)):
        view.sort(column, down=downwards)
        assert [view.table.source_row(row) for row in range(4)] == goal
    view.sort(None)
    assert [view.table.source_row(row) for row in range(4)] == [0, 1, 2, 3]


def test_a_click_on_a_head_sorts_up_then_down_then_as_in_the_file(qtbot: QtBot) -> None:
    view = opened(qtbot, columns())
    head, chosen = view.horizontalHeader(), []
    view.column_chosen.connect(chosen.append)
    states = []
    for _ in range(3):
        qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(head.sectionViewportPosition(0) + 20, 20))
        states.append(view.table.sorted_by)
    assert states == [(0, False), (0, True), None]
    assert chosen == ["age"] * 3
    menu = view.sort_menu(1)
    menu.actions()[1].trigger()
    assert view.table.sorted_by == (1, True)


def test_selected_rows_stay_selected_through_a_sort(qtbot: QtBot) -> None:
    view = opened(qtbot, columns())
    view.show_chosen([1, 2])
    view.sort(0)
    assert sorted(view.table.source_row(index.row()) for index in view.selectionModel().selectedRows()) == [1, 2]
    view.show_rows(np.array([False, True, True, True]))
    assert view.table.rowCount() == 3
    assert view.table.headerData(0, Qt.Orientation.Vertical) == "3"


def test_a_table_is_moved_through_by_keys_and_tab_leaves_it(qtbot: QtBot) -> None:
    view = opened(qtbot, columns())
    view.setFocus()
    view.setCurrentIndex(view.table.index(0, 0))
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert (view.currentIndex().row(), view.currentIndex().column()) == (1, 1)
    assert not view.tabKeyNavigation()
    view.show_column("paid")
    assert view.currentIndex().column() == 3


def test_columns_of_different_lengths_or_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        TableModel().show_columns([*columns(), TableColumn(name="x", kind="number", values=np.zeros(3))])
    with pytest.raises(ValueError, match="number or categorical or date"):
        TableColumn(name="x", kind="text", values=np.zeros(3))


def test_texts_with_markup_line_breaks_and_great_length_are_shown_as_they_are(qtbot: QtBot) -> None:
    wild = ("<b>bold</b>", "two\nlines", "x" * 100_000, "مرحبا", "")
    view = opened(qtbot, [TableColumn(name="<i>" + "n" * 300, kind="categorical", values=np.arange(5), levels=wild)])
    assert texts(view.table, 0) == list(wild)
    view.grab()
    assert view.columnWidth(0) <= 260


def test_an_empty_table_and_one_without_columns_are_shown(qtbot: QtBot) -> None:
    view = opened(qtbot, [TableColumn(name="x", kind="number", values=np.zeros(0))])
    view.sort(0)
    view.grab()
    view.show_columns([])
    view.grab()
    assert view.table.rowCount() == 0


def test_a_million_rows_of_fifty_columns_scroll_sort_and_filter(qtbot: QtBot) -> None:
    rng, rows = np.random.default_rng(1), 1_000_000
    values, codes = np.round(rng.normal(50, 20, rows), 2), rng.integers(-1, 6, rows)
    shown = [TableColumn(name=f"n{i}", kind="number", values=values, bars=[1, 2] * 9) for i in range(40)]
    shown += [TableColumn(name=f"c{i}", kind="categorical", values=codes, levels=tuple("abcdef")) for i in range(10)]
    view = opened(qtbot, shown)
    view.resize(1440, 900)
    view.verticalScrollBar().setValue(977 * 28)
    view.viewport().repaint()
    assert view.rowAt(0) == 977
    view.sort(0, down=True)
    assert view.table.index(0, 0).data() == f"{values.max():,.2f}"
    view.show_rows(values > 60)
    assert view.table.rowCount() == int((values > 60).sum())


def test_a_long_table_is_sorted_in_the_background_and_the_last_wish_counts(qtbot: QtBot) -> None:
    """The window never waits: what is slow is done elsewhere, what is not wanted any more is dropped."""
    rows = AT_ONCE + 1
    values = np.arange(rows, dtype=np.float64) % 7
    levels = [f"Level {at % 3} of {at}" for at in range(rows)]
    shown = [
        TableColumn(name="n", kind="number", values=values),
        TableColumn(name="w", kind="categorical", values=np.arange(rows)[::-1], levels=levels),
    ]
    sent: list[tuple[Callable[[], None], Callable[[Exception | None], None]]] = []
    view = DataTable(name="preview", title="Preview", run_in_background=lambda work, done: sent.append((work, done)))
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show_columns(shown)
    view.show()
    head = view.horizontalHeader()
    at = QPoint(head.sectionViewportPosition(0) + 20, 20)
    for _ in range(2):  # upwards, then downwards before the first is there
        qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert view.table.sorted_by is None
    assert view.cursor().shape() == Qt.CursorShape.BusyCursor
    for work, done in sent:
        work()
        done(None)
    assert view.table.sorted_by == (0, True)
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert view.table.index(0, 0).data() == "6"
    view.show_rows(values == 3)
    assert view.table.rowCount() == int((values == 3).sum())
    sent.clear()
    view.sort(1)
    sent[0][0]()
    sent[0][1](None)
    assert texts(view.table, 1) == sorted(texts(view.table, 1), key=str.casefold)
    sent.clear()
    view.sort(0)
    view.show_columns(columns())  # another table meanwhile
    sent[0][0]()
    sent[0][1](None)
    assert view.table.sorted_by is None
    view.show_columns(shown)
    sent.clear()
    view.sort(0)
    view.sort(None)
    sent[0][0]()
    sent[0][1](None)
    assert view.table.sorted_by is None
    view.sort(0)
    with pytest.raises(MemoryError):
        sent[-1][1](MemoryError())
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_table_follows_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    view = opened(qtbot, columns())
    theme.apply(qapp, "dark")
    QApplication.processEvents()
    picture = view.grab().toImage()
    found = {picture.pixelColor(x, y).name().upper() for x in range(0, 700, 3) for y in range(0, 300, 3)}
    assert theme.DARK["surface"] in found
    assert theme.LIGHT["surface"] not in found


# ---- small tables


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


@pytest.mark.parametrize("make", [lambda qtbot: board(qtbot), lambda _: NotesTable(name="notes", title="Notes")])
def test_a_small_table_is_painted_anew_in_another_theme(qtbot: QtBot, qapp: QApplication, make: Callable[[QtBot], QTableView]) -> None:
    table, paints = make(qtbot), Paints()
    qtbot.addWidget(table)
    table.show()
    QApplication.processEvents()
    table.viewport().installEventFilter(paints)
    theme.choose(qapp, "dark")
    qtbot.waitUntil(lambda: paints.count > 0)
    theme.choose(qapp, "light")


def board(qtbot: QtBot, **more: bool) -> RowsTable:
    table = RowsTable(
        [RowColumn("Model", stretch=True), RowColumn("ROC AUC", bar=True, width=200), RowColumn("± sd", "right", tabular=True)],
        name="board",
        title="Leaderboard",
        **more,
    )
    qtbot.addWidget(table)
    table.resize(600, 300)
    table.show_rows(
        [
            Row("a", ["Boosting", Cell("0.8712", bar=0.87), "0.0061"], strong=True),
            Row("b", ["Forest", Cell("0.8640", bar=0.86), "0.0072"]),
            Row("c", [Cell("Baseline", icon="info", tone="3"), Cell("", bar=None)]),
        ]
    )
    table.show()
    return table


def test_rows_are_chosen_and_opened_by_id(qtbot: QtBot) -> None:
    table, chosen, entered = board(qtbot), [], []
    table.chosen.connect(chosen.append)
    table.opened.connect(entered.append)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    table.selectRow(1)
    assert chosen[-1] == ["b"]
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert entered == ["b"]


def test_what_was_selected_stays_selected_by_id_and_nobody_is_shown(qtbot: QtBot) -> None:
    table, chosen = board(qtbot, several=True), []
    table.select(["c", "a", "gone"])
    table.chosen.connect(chosen.append)
    assert table.ids() == ["a", "c"]
    table.show_rows([Row("c", ["Baseline"]), Row("x", ["New"]), Row("a", ["Boosting"])])
    assert table.ids() == ["c", "a"]
    assert chosen == []


def test_a_cell_shows_its_column_to_a_screen_reader_and_short_rows_are_filled(qtbot: QtBot) -> None:
    table = board(qtbot)
    assert table.rows_model.index(0, 1).data(ROLE.AccessibleTextRole) == "ROC AUC: 0.8712"
    assert table.rows_model.index(2, 2).data() == ""
    assert table.height_for(2) < table.height_for(3)
    table.grab()


def test_a_table_that_shows_alone_has_no_selection(qtbot: QtBot) -> None:
    table = board(qtbot, selectable=False)
    table.selectionModel().setCurrentIndex(table.rows_model.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
    assert table.ids() == []


def test_shaded_cells_of_a_confusion_matrix_are_painted(qtbot: QtBot) -> None:
    table = RowsTable([RowColumn("true"), RowColumn("no", "center"), RowColumn("yes", "center")], name="m", title="Confusion", by_cell=True)
    qtbot.addWidget(table)
    table.show_rows(
        [Row("no", ["no", Cell("90", shade=0.9), Cell("10", shade=0.1)]), Row("yes", ["yes", Cell("5"), Cell("50", shade=0.5)])]
    )
    table.resize(400, 200)
    table.show()
    picture = table.grab().toImage()
    shades = {picture.pixelColor(x, y).name() for x in range(0, 400, 2) for y in range(0, 100, 2)}
    assert len(shades) > 5
