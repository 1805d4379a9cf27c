"""The confusion matrix: counts, shades by the row, a sentence for two classes."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from mlops_desktop.engine.evaluation.results import Classification, ClassRates, Confusion
from mlops_desktop.ui.panels.evaluate.confusion_card import ConfusionCard
from tests.ui.conftest import find


@pytest.fixture
def made(qtbot):
    widget = ConfusionCard()
    qtbot.addWidget(widget)
    widget.resize(420, 500)
    widget.show()
    return widget


def test_two_classes_are_shown_as_text(made):
    made.show_counts(["no", "yes"], [[80, 20], [5, 45]], 1, 0.3125)
    rows = [[row.cell(at).text for at in range(3)] for row in made.matrix.rows_model.rows]
    assert rows == [["no", "80", "20"], ["yes", "5", "45"]]
    assert made.matrix.rows_model.rows[0].cell(1).shade == pytest.approx(0.8)
    assert find(made, QLabel, "confusion_at").text() == "threshold 0.312"
    note = find(made, QLabel, "confusion_note").text()
    assert note == "45 of 50 “yes” are found, 5 are missed; 20 others are incorrectly predicted “yes”."
    made.show_counts(["no", "yes"], [[80, 20], [5, 45]], 0, None)
    assert find(made, QLabel, "confusion_note").text().startswith("80 of 100 “no” are found")
    assert find(made, QLabel, "confusion_at").text() == ""


def test_several_classes_and_a_class_without_rows(made):
    names = [f"class {i}" for i in range(12)]
    counts = [[int(i == j) * 3 for j in range(12)] for i in range(12)]
    counts[4] = [0] * 12
    rates = tuple(ClassRates(name, 1234, 3, 0.5, 0.25, 1 / 3) for name in names)
    found = Classification(tuple(names), None, None, Confusion(tuple(names), tuple(map(tuple, counts))), rates, ())
    made.show_evaluation(found)
    assert made.names == names
    assert made.matrix.rows_model.rows[4].cell(5).shade == 0
    assert not find(made, QLabel, "confusion_note").isVisible()
    assert [made.classes.rows_model.rows[0].cell(at).text for at in range(5)] == ["class 0", "1,234", "0.500", "0.250", "0.333"]
