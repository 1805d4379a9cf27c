"""The list of algorithms: those of the task, ticked as decided, with a form that changes one of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QCheckBox, QToolButton

from mlops_desktop.engine.choices import choices, task_spec, tasks
from mlops_desktop.engine.project.decisions import Project
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.panels.train.algorithm_list import AlgorithmList
from tests.ui.conftest import find


def algorithms(*ids: str):
    return tuple(choices().algorithms.read(id_) for id_ in ids)


@pytest.fixture
def made(qtbot):
    widget = AlgorithmList()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_an_algorithm_that_cannot_learn_from_the_pinned_encoding_cannot_be_ticked(made):
    pinned = {"*": choices().encodings["native_categories"]()}
    made.show_project(Project(task="binary", candidates=algorithms("lightgbm"), encodings=pinned))
    assert not find(made, QCheckBox, "algorithm_knn").isEnabled()
    assert "cannot learn" in find(made, QCheckBox, "algorithm_knn").toolTip()
    assert find(made, QCheckBox, "algorithm_lightgbm").isEnabled()


@pytest.mark.parametrize("task", tasks())
def test_every_algorithm_of_the_task_can_be_set_by_its_form(made, task):
    fitting = [id_ for id_, kind in choices().algorithms.items() if kind.supports(task_spec(task))]
    made.show_project(Project(task=task, candidates=algorithms(*fitting)))
    assert [tick.objectName() for tick in made.ticks()] == [f"algorithm_{id_}" for id_ in fitting]
    for id_ in fitting:
        find(made, QToolButton, f"parameters_{id_}").click()
        form = find(made, ComponentForm, f"algorithm_{id_}")
        assert set(form.fields) == set(choices().algorithms[id_].params())
        assert form.component() == choices().algorithms.read(id_)


def test_ticks_emit_the_whole_new_list(made):
    received = []
    made.changed.connect(lambda new, text, merge: received.append(([a.id for a in new], text, merge)))
    project = Project(task="binary", candidates=algorithms("logistic"))
    made.show_project(project)
    assert not received  # showing emits nothing
    find(made, QCheckBox, "algorithm_knn").click()
    assert received[-1] == (["logistic", "knn"], "Try Nearest neighbours", "")
    find(made, QCheckBox, "algorithm_baseline").click()
    assert received[-1][0] == ["baseline", "logistic"]  # it is tried first
    find(made, QCheckBox, "algorithm_logistic").click()
    assert received[-1][0] == []


def test_a_changed_parameter_replaces_that_candidate_alone(made):
    received = []
    made.changed.connect(lambda new, text, merge: received.append((new, merge)))
    some = algorithms("baseline", "decision_tree", "logistic")
    made.show_project(Project(task="binary", candidates=some))
    find(made, QToolButton, "parameters_decision_tree").click()
    changed = replace(some[1], min_samples_leaf=9)
    find(made, ComponentForm, "algorithm_decision_tree").changed.emit(changed)
    assert received == [((some[0], changed, some[2]), "candidates.decision_tree")]
    made.show_project(Project(task="binary", candidates=received[0][0]))
    assert find(made, ComponentForm, "algorithm_decision_tree").component() == changed
    made.show_project(Project(task="binary", candidates=some[:1]))
    assert not find(made, QToolButton, "parameters_decision_tree").isEnabled()
