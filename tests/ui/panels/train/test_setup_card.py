"""The set-up of a training: it shows decisions without emitting a signal, and says as text what a start would do."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.metrics.definitions import METRICS
from mlops_desktop.engine.project.decisions import Project, Search
from mlops_desktop.ui.panels.train.setup_card import SetupCard
from mlops_desktop.ui.widgets.inputs import ComboBox
from tests.splitters import splitter
from tests.ui.conftest import find


@pytest.fixture
def made(qtbot):
    widget = SetupCard()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_the_card_is_as_wide_as_its_fields_need(made, qtbot):
    fields, viewport = made._inner, made._area.viewport()
    assert viewport.width() >= fields.minimumSizeHint().width()
    made.measure.setMinimumWidth(400)
    qtbot.waitUntil(lambda: viewport.width() >= fields.minimumSizeHint().width() >= 400)


def test_showing_decisions_emits_nothing(made):
    received = []
    made.edited.connect(lambda *text: received.append(text))
    made.metric_picked.connect(received.append)
    for task, metric, split in (
        ("binary", "roc_auc", splitter(method="stratified")),
        ("regression", "r2", splitter(method="time", gap=3, column="day", test=0.33)),
    ):
        search = Search(trials=7, seconds=None, method="grid")
        project = Project(task=task, metric=metric, split=split, search=search, seed=4, candidates=(choices().algorithms.read("baseline"),))
        made.show_project(project, METRICS[metric], [("day", "date"), ("x", "number")])
        assert find(made, ComboBox, "train_metric").chosen() == metric
        assert find(made, ComboBox, "train_metric").currentText().startswith(METRICS[metric].label)
    assert not received


def test_start_and_stop_take_turns(made):
    made.show_state(start="Go", busy=False, stopping=False, why_not="", note="3 trials kept.")
    start, stop, text = (
        find(made, kind, name)
        for kind, name in ((QPushButton, "start_training"), (QPushButton, "stop_training"), (QLabel, "training_note"))
    )
    assert start.isVisible()
    assert start.isEnabled()
    assert start.text() == start.accessibleName() == "Go"
    assert not stop.isVisible()
    assert text.text() == "3 trials kept."
    made.show_state(start="Go", busy=True, stopping=False, why_not="", note="")
    assert not start.isVisible()
    assert stop.isEnabled()
    made.show_state(start="Go", busy=True, stopping=True, why_not="", note="")
    assert not stop.isEnabled()
    made.show_state(start="Go", busy=False, stopping=False, why_not="Tick one.", note="")
    assert not start.isEnabled()
    assert text.text() == "Tick one."
