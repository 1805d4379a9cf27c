"""The fields of a sampler: those that suit the task, the form of the chosen one, and the reason where there is none."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QComboBox, QLabel

from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.panels.train.sampler_fields import NONE, SamplerFields
from tests.ui.conftest import find

BALANCE = choices().samplers["class_balance"]


@pytest.fixture
def made(qtbot):
    widget = SamplerFields()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def received(made):
    found = []
    made.changed.connect(lambda sampler, field: found.append((sampler, field)))
    return found


def test_a_sampler_is_chosen_and_taken_out(made, received):
    box = find(made, QComboBox, "sampler_method")
    made.show_sampler(None, "binary")
    assert (made.method.chosen(), made.form) == (NONE, None)
    assert [box.itemData(i) for i in range(box.count())] == [NONE, "class_balance"]
    made.method.picked.emit("class_balance")
    assert received.pop() == (BALANCE(), "method")
    made.show_sampler(BALANCE(), "binary")
    assert list(made.form.fields) == ["strength"]
    assert find(made, QLabel, "sampler_note").text() == BALANCE.help
    made.method.picked.emit(NONE)
    assert received.pop() == (None, "method")
    made.show_sampler(None, "binary")
    assert made.form is None
    assert not received  # showing emits nothing


def test_a_setting_of_it_carries_the_whole_sampler_and_its_field(made, received):
    made.show_sampler(BALANCE(), "multiclass")
    made.form.fields["strength"].show_value(0.5)
    made.form.fields["strength"].changed.emit()
    assert received == [(BALANCE(strength=0.5), "strength")]


def test_a_task_without_a_suitable_sampler_disables_the_choice_with_the_reason(made):
    made.show_sampler(None, "regression")
    note = find(made, QLabel, "sampler_note")
    assert not made.method.isEnabled()
    assert note.isVisible()
    assert choices().tasks["regression"].label in note.text()
    made.show_sampler(BALANCE(), "regression")  # of a file that was written by hand: it can be taken out
    assert made.method.isEnabled()
    made.show_sampler(None, "binary")
    assert made.method.isEnabled()
    assert not note.isVisible()
