"""The fields of a splitter: a change brings the whole new one; beneath stands what it means for the table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton

from mlops_desktop.engine.pipeline.split_results import SplitSummary
from mlops_desktop.engine.profiling import ColumnOverview, TargetOption
from mlops_desktop.ui.panels.train.split_fields import SplitFields, split_columns
from tests.splitters import splitter
from tests.ui.conftest import find

FACTS = SplitSummary(1200, 300, ((960, 240),), fitting=splitter("stratified"), reason="Fits.")


@pytest.fixture
def made(qtbot):
    widget = SplitFields()
    qtbot.addWidget(widget)
    widget.show()
    return widget


TYPES = ("integer", "id", "date", "number")
COLUMNS = [("shop", "categorical"), ("day", "date")]


def test_the_form_has_the_settings_of_the_method(made):
    made.show_split(splitter("stratified"), COLUMNS)
    assert list(made.form.fields) == ["test", "folds", "equal_together", "alike_together"]
    made.show_split(splitter("time"), COLUMNS)
    assert list(made.form.fields) == ["test", "folds", "gap", "column"]
    box = find(made, QComboBox, "split_column")
    assert [box.itemText(i) for i in range(box.count())] == ["The column with the role “time”", "day"]
    made.show_split(splitter("column", column="gone"), COLUMNS)
    assert list(made.form.fields) == ["folds", "column"]
    assert made.form.fields["column"].value() == ("gone",)  # what is decided is shown, though it is not there


def test_several_columns_that_were_proposed_stay_one_choice(made):
    received = []
    made.changed.connect(lambda split, field: received.append(split))
    both = splitter("time", column=("year", "month"))
    made.show_split(both, COLUMNS)
    box = find(made, QComboBox, "split_column")
    assert [box.itemText(i) for i in range(box.count())] == ["The column with the role “time”", "year, month", "day"]
    for place, split in ((2, splitter("time", column="day")), (1, both)):
        box.setCurrentIndex(place)
        box.activated.emit(place)
        assert received.pop() == split
        made.show_split(split, COLUMNS)
        assert box.currentIndex() == place


def test_columns_are_offered_by_their_kind():
    columns = [ColumnOverview(name, type_, 0, 5, (), (), TargetOption()) for name, type_ in zip("abcy", TYPES, strict=True)]
    assert split_columns(columns, "y") == [("a", "number"), ("b", "categorical"), ("c", "date")]


def test_a_change_brings_the_whole_splitter_and_its_field(made):
    received = []
    made.changed.connect(lambda split, field: received.append((split, field)))
    made.show_split(splitter("grouped", column="shop"), COLUMNS)
    made.form.fields["folds"].control.setValue(7)
    made.form.flush()
    assert received.pop() == (splitter("grouped", column="shop", folds=7), "folds")
    made.show_split(splitter("grouped", column="shop", folds=7), COLUMNS)
    made.form.fields["test"].control.setValue(35)
    made.form.flush()
    assert received.pop() == (splitter("grouped", column="shop", folds=7, test=0.35), "test")
    made.method.picked.emit("random")
    assert received.pop() == (splitter("random", folds=7, equal_together=True), "method")
    made.show_split(splitter("grouped", column="shop", test=0.35), COLUMNS)
    box = find(made, QComboBox, "split_column")
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert received.pop() == (splitter("grouped", test=0.35), "column")


def test_what_a_split_means(made):
    summary, warnings, fit = (
        find(made, QLabel, "split_summary"),
        find(made, QLabel, "split_warnings"),
        find(made, QPushButton, "split_take_fitting"),
    )
    made.show_split(splitter("stratified"), [])
    made.show_facts(FACTS)
    assert summary.text() == "1,200 rows for training, 300 held out for testing. Fits."
    assert not warnings.isVisible()
    assert not fit.isVisible()
    made.show_facts(replace(FACTS, warnings=("a", "b", "c", "d")))
    assert warnings.text() == "a\nb\nc\n…"
    made.show_split(splitter("time"), [])
    made.show_facts(replace(FACTS, folds=(), refused="No time."))
    assert warnings.text() == "No time."
    assert warnings.property("tone") == "err"
    received = []
    made.changed.connect(lambda split, field: received.append(split))
    assert fit.text() == "Use what fits: Stratified"
    fit.click()
    assert received == [splitter("stratified")]
    made.show_facts(None)
    assert not summary.isVisible()
