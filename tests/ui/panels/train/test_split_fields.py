"""The fields of a split: what a person changes is told whole, what it means is said in words."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from mlops_desktop.engine.project.decisions import Split
from mlops_desktop.ui.panels.train.split_fields import SplitFields
from tests.ui.conftest import find

FACTS = {
    "train": 1200,
    "test": 300,
    "folds": [[960, 240]],
    "warnings": [],
    "refused": "",
    "fitting": asdict(Split(method="stratified")),
    "reason": "Fits.",
}


@pytest.fixture
def made(qtbot):
    widget = SplitFields()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_only_the_fields_that_matter_are_there(made):
    made.show_split(Split(method="stratified"), ["day"], {})
    assert not made.gap.isVisible()
    assert not made.column.isVisible()
    made.show_split(Split(method="time"), ["day"], {"time": "day"})
    assert made.gap.isVisible()
    assert made.column.currentText() == "day (by its role)"
    made.show_split(Split(method="column", column="gone"), ["day"], {})
    assert not made.test.isVisible()
    assert made.column.chosen() == "gone"  # what is decided is shown, though it is not there


def test_changes_are_told_whole(made):
    received = []
    made.changed.connect(lambda split, field: received.append((split, field)))
    made.show_split(Split(method="grouped", column="shop"), ["shop", "day"], {})
    made.folds.setValue(7)
    assert received.pop() == (Split(method="grouped", column="shop", folds=7), "folds")
    made.test.setValue(35)
    assert received.pop() == (Split(method="grouped", column="shop", test=0.35), "test")
    made.method.picked.emit("random")
    assert received.pop() == (Split(method="random"), "method")  # another method needs another column
    made.column.picked.emit("day")
    assert received.pop() == (Split(method="grouped", column="day"), "column")
    made.column.picked.emit(" ")
    assert received.pop() == (Split(method="grouped"), "column")


def test_what_a_split_means(made):
    text, warned, fit = find(made, QLabel, "split_said"), find(made, QLabel, "split_warned"), find(made, QPushButton, "split_take_fitting")
    made.show_split(Split(method="stratified"), [], {})
    made.show_facts(FACTS)
    assert text.text() == "1,200 rows to learn from, 300 sealed for the test. Fits."
    assert not warned.isVisible()
    assert not fit.isVisible()
    made.show_facts({**FACTS, "warnings": ["a", "b", "c", "d"]})
    assert warned.text() == "a\nb\nc\n…"
    made.show_split(Split(method="time"), [], {})
    made.show_facts({**FACTS, "folds": [], "refused": "No time."})
    assert warned.text() == "No time."
    assert warned.property("tone") == "err"
    received = []
    made.changed.connect(lambda split, field: received.append(split))
    assert fit.text() == "Take what fits: Stratified"
    fit.click()
    assert received == [Split(method="stratified")]
    made.show_facts(None)
    assert not text.isVisible()
