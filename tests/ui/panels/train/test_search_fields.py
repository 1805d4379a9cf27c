"""The budget of a search, its method and its seed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton, QSpinBox

from mlops_desktop.base.params import number
from mlops_desktop.engine.project.decisions import Search
from mlops_desktop.ui.panels.train.search_fields import SECONDS, TRIALS, SearchFields
from tests.ui.conftest import find


@pytest.fixture
def made(qtbot):
    widget = SearchFields(cores=4)
    qtbot.addWidget(widget)
    qtbot.addWidget(widget.more)
    widget.show()
    widget.more.show()
    return widget


def test_either_seconds_or_trials(made):
    received = []
    made.changed.connect(lambda search, field: received.append(search))
    made.show_search(Search(seconds=90.0), 3)
    assert made.seconds.isVisible()
    assert not made.trials.isVisible()
    assert (made.seconds.value(), made.seed.value()) == (90, 3)
    assert not received
    find(made, QPushButton, "budget_kind_trials").click()
    assert received.pop() == Search(trials=TRIALS, seconds=None)
    made.show_search(Search(trials=5, seconds=None), 3)
    assert made.trials.value() == 5
    find(made, QPushButton, "budget_kind_trials").click()
    assert not received  # it is so already
    find(made, QPushButton, "budget_kind_seconds").click()
    assert received.pop() == Search(trials=None, seconds=SECONDS)
    made.trials.setValue(9)
    assert received.pop() == Search(trials=9, seconds=None)


def test_grid_and_seed(made):
    received, seeds = [], []
    made.changed.connect(lambda search, field: received.append((search, field)))
    made.seed_changed.connect(seeds.append)
    assert not made.points.isVisible()
    find(made.more, QPushButton, "search_method_grid").click()
    assert received.pop() == (Search(method="grid"), "method")
    made.show_search(Search(method="grid"), 0)
    assert made.points.isVisible()
    made.points.setValue(5)
    assert received.pop() == (Search(method="grid", grid_points=5), "grid_points")
    made.seed.setValue(11)
    assert seeds == [11]
    assert made.jobs.maximum() == 4


def test_one_core_offers_no_folds_side_by_side(qtbot):
    alone = SearchFields(cores=1)
    qtbot.addWidget(alone)
    qtbot.addWidget(alone.more)
    alone.more.show()
    assert not alone.jobs.isVisible()
    assert alone.jobs.value() == 1


def test_a_declared_setting_has_its_field_without_a_line_here(qtbot):
    @dataclass(frozen=True, kw_only=True)
    class Patient(Search):
        patience: int = number(10, 1, 99, "Trials without progress", whole=True)

    fields = SearchFields(cores=4, settings=Patient)
    qtbot.addWidget(fields)
    qtbot.addWidget(fields.more)
    received = []
    fields.changed.connect(lambda search, field: received.append((search, field)))
    fields.show_search(Patient(patience=20), 0)
    box = find(fields.more, QSpinBox, "search_patience")
    assert (box.value(), box.minimum(), box.maximum()) == (20, 1, 99)
    box.setValue(30)
    box.editingFinished.emit()
    assert received == [(Patient(patience=30), "patience")]


def test_a_refused_setting_is_not_marked_once_another_value_is_shown(qtbot):
    @dataclass(frozen=True, kw_only=True)
    class Careful(Search):
        least_gain: float = number(0.1, 0.0, 1.0, "Least gain")

    fields = SearchFields(cores=1, settings=Careful)
    qtbot.addWidget(fields)
    qtbot.addWidget(fields.more)
    line = find(fields.more, QLineEdit, "search_least_gain")
    line.setText("abc")
    line.done.emit()
    assert line.property("bad") is True
    fields.show_search(Careful(least_gain=0.5), 0)
    assert line.property("bad") is False
    assert "abc" not in fields.others["least_gain"].toolTip()
