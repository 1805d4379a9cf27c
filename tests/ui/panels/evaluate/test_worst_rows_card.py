"""What the model relies on, and the rows that it missed most."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from mlops_desktop.ui.panels.evaluate.worst_rows_card import MOST_BARS, ImportanceCard, WorstCard
from mlops_desktop.ui.widgets.table_model import TableColumn
from tests.ui.conftest import find


@pytest.fixture
def importance(qtbot):
    widget = ImportanceCard()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_the_largest_falls_are_shown_and_the_rest_is_counted(importance):
    columns = [{"column": f"c{i}", "mean": 1.0 / (i + 1), "std": 0.1, "used": True} for i in range(MOST_BARS + 3)]
    columns += [{"column": "idle", "mean": 0.0, "std": 0.0, "used": False}, {"column": "odd", "mean": None, "std": None, "used": True}]
    importance.show_importance({"columns": columns}, "ROC AUC", held_out=False)
    bars = importance.chart._bars
    assert [bar.name for bar in bars] == [f"c{i}" for i in range(MOST_BARS)]
    assert (bars[0].low, bars[0].high) == pytest.approx((0.9, 1.1))
    text = find(importance, QLabel, "importance_note").text()
    assert "3 more columns matter less." in text
    assert "Never used: 1." in text


def test_without_an_importance_the_reason_is_shown(importance):
    importance.show_importance(None, "", held_out=True)
    assert importance.chart.is_empty()
    assert "when the test part is opened" in importance.chart._empty.text()
    importance.show_importance(None, "", held_out=False)
    assert "on the test part only" in importance.chart._empty.text()


@pytest.fixture
def worst(qtbot):
    widget = WorstCard()
    qtbot.addWidget(widget)
    widget.resize(600, 320)
    widget.show()
    return widget


def test_rows_with_their_values(worst):
    ages = TableColumn(name="age", kind="number", values=np.array([10.0, 20.0, np.nan]))
    found = {
        "task": "binary",
        "worst": [
            {"row": 0, "table_row": 2, "actual": True, "answer": False, "score": 0.0213},
            {"row": 1, "table_row": 0, "actual": "a", "answer": "b", "score": 0.2},
        ],
    }
    worst.show_worst(found, [ages])
    rows = [[row.cell(at).text for at in range(5)] for row in worst.table.rows_model.rows]
    assert rows[0][:4] == ["3", "true", "false", "0.021"]
    assert rows[1][:4] == ["1", "a", "b", "0.200"]
    assert rows[1][4].startswith("10")
    assert rows[0][4] != rows[1][4]


def test_rows_of_another_place_have_no_values(worst):
    found = {"task": "regression", "worst": [{"row": 41, "actual": 3.0, "answer": 1.5, "score": 1.5}]}
    worst.show_worst(found, [TableColumn(name="age", kind="number", values=np.array([1.0]))])
    assert [worst.table.rows_model.rows[0].cell(at).text for at in range(4)] == ["42", "3", "1.5", "−1.50"]
    assert len(worst.table.rows_model.columns) == 4
    worst.show_worst({"task": "binary", "worst": []}, [])
    assert not worst.table.isVisible()
    assert find(worst, QLabel, "worst_note").text() == "Every row was answered rightly."
