"""The tour, as a newcomer takes it: ten steps over the sample, with a training that is stopped, and a service at the end."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from mlops_desktop.ui.shell.tour import STEPS, Tour
from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof


def marked(person: Person) -> str:
    """The name of the control that the tour has a frame around."""
    mark = next((one for one in person.window.findChildren(QWidget, "tour_mark") if one.isVisible()), None)
    return str(mark.parentWidget().objectName()) if mark is not None else ""


def test_ten_steps_lead_from_the_sample_to_a_service(person: Person) -> None:
    person.click("take_tour")
    person.until(lambda: person.window.findChild(Tour) is not None, "the tour begins")
    for at, step in enumerate(STEPS, start=1):
        person.until(lambda step=step: marked(person) == step.control, f"the frame around {step.control}")
        person.rest()
        person.reads(step.title, step.text, f"step {at} of 10")
        assert person.window.stage == step.stage
        assert person.banner() == ""
        if step.stage == "train":
            train_and_stop(person)
        elif step.stage == "evaluate":
            person.reads("ROC AUC", "baseline 0.500")
        elif step.stage == "app":
            another_answer_for_a_moved_slider(person)
        elif step.stage == "deploy":
            person.click("export_go")
            person.until(lambda: "serve.py" in person.screen(), "the service is written")
            person.rest()
        person.click("tour_next")
    assert person.window.findChild(Tour) is None or not person.window.findChild(Tour).isVisible()
    assert person.window.stage == "deploy"
    assert list((person.window.controller.folder / "exports").glob("*/serve.py"))


def train_and_stop(person: Person) -> None:
    """Start with what is proposed, stop once there are models: they stay."""
    person.click("start_training")
    person.until(lambda: person.find(QWidget, "stop_training").isVisible(), "training runs")
    person.until(lambda: sum(bool(row[1]) for row in person.leaderboard()) >= 3, "three models with a score")
    person.click("stop_training")
    person.until(lambda: person.find(QWidget, "start_training").isVisible(), "training has stopped")
    person.rest()
    assert person.trained()
    assert len(person.leaderboard()) >= 3


def another_answer_for_a_moved_slider(person: Person) -> None:
    person.until(lambda: person.text("answer_figure").endswith("%"), "an answer")
    first = person.text("answer_figure")
    slider = next(one for one in person.window.panel.form.findChildren(QSlider) if one.isVisible())
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    person.rest()
    low = person.text("answer_figure")
    QTest.keyClick(slider, Qt.Key.Key_End)
    person.rest()
    assert len({first, low, person.text("answer_figure")}) >= 2
    assert person.find(QLabel, "answer_figure").isVisible()
