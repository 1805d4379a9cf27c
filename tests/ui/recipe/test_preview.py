"""A recipe tried by the child: one question after a pause, none without a target, and what is remembered."""

from __future__ import annotations

import time

import pytest

from mlops_desktop.ui.recipe.preview import PreviewQuery
from tests.ui.conftest import settle


@pytest.fixture
def preview(window):
    made = PreviewQuery(window.controller, "trial", window)
    yield made
    settle(window)
    made.deleteLater()


def rest(preview: PreviewQuery, window) -> None:
    end = time.monotonic() + 60
    while preview.asking and time.monotonic() < end:
        settle(window)
        time.sleep(0.01)


def test_an_answer_comes_and_is_about_what_is_shown(preview, window):
    project = window.controller.project
    received: list[bool] = []
    preview.changed.connect(lambda: received.append(preview.fresh))
    preview.show(project, 0, -1, 0)
    assert preview.asking
    assert not preview.fresh
    rest(preview, window)
    assert preview.fresh
    assert received[-1]
    assert preview.columns() == (list(preview.answer.columns), True)
    preview.show(project, 1, -1, 10_000)
    assert not preview.fresh
    assert preview.asking
    assert preview.columns()[1] is False  # the last known ones meanwhile
    preview.show(project, 0, -1, 10_000)
    assert preview.fresh
    assert not preview.asking


def test_what_was_stopped_is_tried_again_when_it_is_shown_again(preview, window):
    project = window.controller.project
    preview.show(project, 0, -1, 0)
    preview.query.cancel()
    rest(preview, window)
    preview.show(project, 0, -1, 0)
    assert not preview.fresh
    assert not preview.asking
    preview.show(project, 1, -1, 10_000)
    preview.show(project, 0, -1, 10_000)
    assert preview.asking


def test_many_changes_are_one_question(preview, window, monkeypatch):
    asked: list[int] = []
    ask = window.controller.ask
    monkeypatch.setattr(window.controller, "ask", lambda call, *rest, **more: asked.append(call.at) or ask(call, *rest, **more))
    for at in (0, 1, 2):
        preview.show(window.controller.project, at, -1, 50)
    rest(preview, window)
    assert asked == [2]


def test_nothing_is_asked_without_a_target_or_a_project(preview, window, make_project, monkeypatch):
    monkeypatch.setattr(window.controller, "ask", lambda *_, **__: pytest.fail("asked"))
    window.controller.open(make_project("penguins", proposed=False))
    preview.show(window.controller.project, 0, -1, 0)
    settle(window)
    assert not preview.asking
    assert not preview.fresh


def test_a_project_that_is_closed_meanwhile_is_no_matter(preview, window):
    preview.show(window.controller.project, 0, -1, 0)
    window.controller.close()
    rest(preview, window)
    preview.show(window.controller.project, -1, -1, 0)
    assert not preview.asking
