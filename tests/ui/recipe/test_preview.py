"""A recipe tried by the child: one question after a pause, none without a target, and what is remembered."""

from __future__ import annotations

import time

import pytest

from mlops_desktop.ui.recipe.preview import Trial
from tests.ui.conftest import settle


@pytest.fixture
def trial(window):
    made = Trial(window.controller, "trial", window)
    yield made
    settle(window)
    made.deleteLater()


def rest(trial: Trial, window) -> None:
    end = time.monotonic() + 60
    while trial.asking and time.monotonic() < end:
        settle(window)
        time.sleep(0.01)


def test_an_answer_comes_and_is_about_what_is_shown(trial, window):
    project = window.controller.project
    heard: list[bool] = []
    trial.changed.connect(lambda: heard.append(trial.fresh))
    trial.show(project, 0, -1, 0)
    assert trial.asking
    assert not trial.fresh
    rest(trial, window)
    assert trial.fresh
    assert heard[-1]
    assert trial.columns() == ([tuple(one) for one in trial.answer["columns"]], True)
    trial.show(project, 1, -1, 10_000)
    assert not trial.fresh
    assert trial.asking
    assert trial.columns()[1] is False  # the last known ones meanwhile
    trial.show(project, 0, -1, 10_000)
    assert trial.fresh
    assert not trial.asking


def test_many_changes_are_one_question(trial, window, monkeypatch):
    asked: list[int] = []
    ask = window.controller.ask
    monkeypatch.setattr(window.controller, "ask", lambda name, *rest, **more: asked.append(more["at"]) or ask(name, *rest, **more))
    for at in (0, 1, 2):
        trial.show(window.controller.project, at, -1, 50)
    rest(trial, window)
    assert asked == [2]


def test_nothing_is_asked_without_a_target_or_a_project(trial, window, make_project, monkeypatch):
    monkeypatch.setattr(window.controller, "ask", lambda *_, **__: pytest.fail("asked"))
    window.controller.open(make_project("penguins", proposed=False))
    trial.show(window.controller.project, 0, -1, 0)
    settle(window)
    assert not trial.asking
    assert not trial.fresh


def test_a_project_that_is_closed_meanwhile_is_no_matter(trial, window):
    trial.show(window.controller.project, 0, -1, 0)
    window.controller.close()
    rest(trial, window)
    trial.show(window.controller.project, -1, -1, 0)
    assert not trial.asking
