"""One result as a panel reads it: its states, and answers that come late."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from mlops_desktop.ui.jobs import JobRunner
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from tests.ui.jobs_calls import Echo, Refuse, Slow


@pytest.fixture
def controller(runner: JobRunner, make_project):
    made = ProjectController(runner)
    made.open(make_project())
    yield made
    made.close()


@pytest.fixture
def query(controller) -> Query[object]:
    return Query(controller, owner="test", title="Working", parent=controller)


def wait_for(query: Query[object], qtbot, state: str) -> None:
    qtbot.waitUntil(lambda: query.state == state, timeout=20_000)


def test_a_result_is_asked_for_once_and_the_same_object_afterwards(query, controller, qtbot):
    assert query.state == "absent"
    query.want("a", Echo(1))
    assert (query.state, query.value, query.asking) == ("pending", None, True)
    wait_for(query, qtbot, "ready")
    found = query.value
    assert found == 1
    query.want("a", Echo(2))
    assert query.value is found
    assert controller.jobs.quick.now is None or query.state == "ready"


def test_an_earlier_value_stays_in_its_scope_until_the_next_is_there(query, qtbot):
    query.want("a", Echo(1), scope="data")
    wait_for(query, qtbot, "ready")
    query.want("b", Echo(2), scope="data")
    assert (query.state, query.value) == ("stale", 1)
    wait_for(query, qtbot, "ready")
    assert query.value == 2
    query.want("c", Echo(3), scope="other data")
    assert (query.state, query.value) == ("pending", None)
    query.want("a", Echo(1), scope="data")  # undo
    assert (query.state, query.value) == ("ready", 1)


def test_what_is_refused_has_its_reason_and_is_asked_for_again_by_retry_alone(query, qtbot):
    over: list[str] = []
    query.changed.connect(lambda: over.append(query.state))
    query.want("a", Refuse())
    qtbot.waitUntil(lambda: over == ["refused"], timeout=20_000)
    assert query.refused
    assert query.reason
    query.want("a", Echo(1))
    assert query.state == "refused"
    query.retry()
    wait_for(query, qtbot, "ready")
    assert not query.refused


def test_what_was_dropped_for_another_key_is_asked_for_again(query, qtbot):
    query.want("a", Slow(0.3))
    query.want("b", Echo(2))
    wait_for(query, qtbot, "ready")
    query.want("a", Echo(1))
    assert query.state == "pending"
    wait_for(query, qtbot, "ready")
    assert query.value == 1


def test_refusals_can_be_forgotten(query, qtbot):
    query.want("a", Refuse())
    wait_for(query, qtbot, "refused")
    query.forget_refusals()
    query.want("a", Echo(1))
    wait_for(query, qtbot, "ready")


def test_nothing_is_asked_before_it_is_to_be(query, controller):
    query.want("a", Echo(1), ask=False)
    assert (query.state, controller.jobs.quick.now) == ("absent", None)
    query.want("", Echo(1))
    assert (query.state, controller.jobs.quick.now) == ("absent", None)


def test_many_changes_are_one_call_after_a_pause(query, controller, qtbot):
    started: list[str] = []
    query.started.connect(lambda: started.append(query.key))
    for at in range(5):
        query.want(f"key {at}", Echo(at), pause=30)
        assert query.state == "pending"
    wait_for(query, qtbot, "ready")
    assert started == ["key 4"]
    assert query.value == 4


def test_an_answer_of_an_earlier_key_or_another_project_is_not_shown(query, controller, qtbot, make_project):
    query.want("a", Slow(0.3), scope="data")
    query.want("b", Echo(2), ask=False)
    qtbot.waitUntil(lambda: controller.jobs.quick.now is None, timeout=20_000)
    assert (query.state, query.value) == ("absent", None)
    query.want("c", Slow(0.3), scope="data")
    controller.open(make_project())
    qtbot.waitUntil(lambda: controller.jobs.quick.now is None, timeout=20_000)
    assert (query.state, query.value, query.get("a"), query.get("c")) == ("absent", None, None, None)


def test_a_call_that_waits_is_not_made_for_another_project(query, controller, qtbot, make_project, monkeypatch):
    query.want("a", Echo(1), pause=30)
    controller.open(make_project())
    monkeypatch.setattr(controller, "ask", lambda *_, **__: pytest.fail("asked"))
    qtbot.wait(100)


def test_a_value_that_was_read_in_passing_is_of_no_scope_until_it_is_wanted(controller):
    query: Query[str] = Query(controller, owner="test", title="Working", parent=QObject(controller), read=lambda key: {"b": "B"}.get(key))
    query.want("a", scope="data", ask=False)
    assert query.get("b") == "B"
    assert (query.state, query.value) == ("absent", None)
    query.want("b", scope="data", ask=False)
    query.want("a", scope="data", ask=False)
    assert (query.state, query.value) == ("stale", "B")


def test_a_stored_result_is_read_without_a_call(controller, qtbot):
    read: list[str] = []

    def stored(key: str) -> dict | None:
        read.append(key)
        return {"key": key} if key == "there" else None

    query: Query[object] = Query(controller, owner="test", title="Working", parent=QObject(controller), read=stored)
    query.want("there", Echo())
    assert query.ready
    assert query.value == {"key": "there"}
    assert read == ["there"]
