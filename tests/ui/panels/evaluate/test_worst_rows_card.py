"""The cards of the importance of columns and of the rows that the model missed most."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from mlops_desktop.engine.evaluation.results import Classification, ColumnImportance, Confusion, Evaluation, Importance, WorstRow
from mlops_desktop.engine.project.decisions import ColumnNote, Project
from mlops_desktop.ui.panels.evaluate.worst_rows_card import MOST_BARS, ImportanceCard, WorstCard
from mlops_desktop.ui.widgets.table_model import TableColumn
from tests.ui.conftest import find

PROJECT = Project(columns={"c1": ColumnNote(label="First")})
CLASSES = Classification(("no", "yes"), 1, 0.5, Confusion(("no", "yes"), ((1, 0), (0, 1))), (), ())


def evaluation(worst: tuple[WorstRow, ...], classes: Classification | None = None) -> Evaluation:
    task = "binary" if classes else "regression"
    return Evaluation(task=task, rows=50, resamples=0, confidence=0.95, metrics=(), notes=(), worst=worst, classification=classes)


@pytest.fixture
def importance(qtbot):
    widget = ImportanceCard()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_the_largest_falls_are_shown_and_the_rest_is_counted(importance):
    columns = [ColumnImportance(f"c{i}", 1.0 / (i + 1), 0.1, used=True) for i in range(MOST_BARS + 3)]
    columns += [ColumnImportance("idle", 0.0, 0.0, used=False), ColumnImportance("odd", None, None, used=True)]
    importance.show_importance(Importance("roc_auc", 0.9, 80, 80, tuple(columns)), "ROC AUC", unused=False, project=PROJECT)
    bars = importance.chart._bars
    assert [bar.name for bar in bars] == [f"c{i}" for i in range(MOST_BARS)]
    assert [bar.shown_name for bar in bars][:3] == ["c0", "First", "c2"]
    assert (bars[0].low, bars[0].high) == pytest.approx((0.9, 1.1))
    text = find(importance, QLabel, "importance_note").text()
    assert "3 more columns matter less." in text
    assert "Never used: 1." in text


def test_without_an_importance_the_reason_is_shown(importance):
    importance.show_importance(None, "", unused=True, project=PROJECT)
    assert importance.chart.is_empty()
    assert "when the held-out test set is used" in importance.chart._empty.text()
    importance.show_importance(None, "", unused=False, project=PROJECT)
    assert "on the held-out test set only" in importance.chart._empty.text()


@pytest.fixture
def worst(qtbot):
    widget = WorstCard()
    qtbot.addWidget(widget)
    widget.resize(600, 320)
    widget.show()
    return widget


def test_rows_with_their_values(worst):
    ages = TableColumn(name="age", kind="number", values=np.array([10.0, 20.0, np.nan]))
    rows = (WorstRow(0, True, False, 0.0213, table_row=2), WorstRow(1, "a", "b", 0.2, table_row=0))
    worst.show_worst(evaluation(rows, CLASSES), [ages])
    rows = [[row.cell(at).text for at in range(5)] for row in worst.table.rows_model.rows]
    assert rows[0][:4] == ["3", "true", "false", "0.021"]
    assert rows[1][:4] == ["1", "a", "b", "0.200"]
    assert rows[1][4].startswith("10")
    assert rows[0][4] != rows[1][4]


def test_rows_of_another_place_have_no_values(worst):
    worst.show_worst(evaluation((WorstRow(41, 3.0, 1.5, 1.5),)), [TableColumn(name="age", kind="number", values=np.array([1.0]))])
    assert [worst.table.rows_model.rows[0].cell(at).text for at in range(4)] == ["42", "3", "1.5", "−1.50"]
    assert len(worst.table.rows_model.columns) == 4
    worst.show_worst(evaluation((), CLASSES), [])
    assert not worst.table.isVisible()
    assert find(worst, QLabel, "worst_note").text() == "Every row was predicted correctly."
