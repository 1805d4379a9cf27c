"""The tour leads through every stage to controls that are there, says what a step lacks, and can be left at any time."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from mlops_desktop.engine.project import read_project
from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui.shell import tour
from mlops_desktop.ui.shell.main_window import MainWindow
from mlops_desktop.ui.shell.tour import STEPS, Tour
from tests.ui.conftest import click, find, settle
from tests.ui.panels.conftest import _models, with_model

__all__ = ["_models", "with_model"]  # fixtures


@pytest.fixture
def start_tour(_shared_window, open_project, monkeypatch):
    """The tour over a project that is opened in place of the import of its sample."""

    def start(folder) -> tuple[MainWindow, Tour]:
        window = _shared_window
        window.show_stage("")
        monkeypatch.setattr(tour, "TARGET", read_project(folder).target)
        monkeypatch.setattr(window.start, "take_sample", lambda file, target, finished: (finished(folder), window.controller.open(folder)))
        QApplication.processEvents()
        click(find(window, QPushButton, "take_tour"))
        settle(window)
        return window, find(window, Tour, "tour")

    yield start
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_each_step_shows_its_stage_and_marks_a_control_that_is_there(start_tour, with_model, qtbot):
    window, bar = start_tour(with_model("churn"))
    assert len(STEPS) == 10
    assert {step.stage for step in STEPS} == set(STAGES)
    for at, step in enumerate(STEPS):
        assert window.stage == step.stage
        qtbot.waitUntil(lambda: bar._mark is not None, timeout=20_000)
        assert bar._mark.parentWidget().objectName() == step.control
        assert find(window, QLabel, "tour_title").text() == step.title
        assert find(window, QLabel, "tour_text").text() == step.text
        click(bar.next)
        assert bar.isVisible() == (at < len(STEPS) - 1)
    assert window.stage == "deploy"


def test_a_step_without_its_model_says_so_and_the_tour_ends_with_its_project(start_tour, make_project, qtbot):
    window, bar = start_tour(make_project("penguins", "species"))
    while bar.step.stage != "evaluate":
        click(bar.next)
    assert "needs a model" in find(window, QLabel, "tour_text").text()
    click(bar.back)
    assert window.stage == "train"
    window.controller.close()
    window.controller.open(make_project())
    assert not bar.isVisible()
    assert not any(mark.isVisible() for mark in window.findChildren(QWidget, "tour_mark"))
    settle(window)


def test_the_tour_can_be_left_and_what_was_done_stays(start_tour, make_project):
    folder = make_project("penguins", "species")
    window, bar = start_tour(folder)
    click(bar.next)
    click(find(window, QPushButton, "tour_leave"))
    assert not bar.isVisible()
    assert window.controller.place == folder
    assert window.stage == "problem"


def test_there_is_one_tour_at_a_time_and_none_of_a_sample_that_cannot_be_read(window, open_project, make_project, monkeypatch):
    folder, asked = make_project(), []
    monkeypatch.setattr(window.start, "take_sample", lambda file, target, finished: asked.append(finished))
    window._begin_tour()
    window._begin_tour()
    assert len(asked) == 1
    asked[0](None)
    monkeypatch.setattr(tour, "TARGET", read_project(folder).target)
    open_project(make_project())
    assert not window.findChildren(Tour)
    window._begin_tour()
    asked[1](folder)
    open_project(folder)
    window._begin_tour()
    assert len(asked) == 2
    (bar,) = window.findChildren(Tour)
    bar.leave()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
