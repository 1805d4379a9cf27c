"""The protocol as it goes through the pipes; `test_child_process.py` has the whole of it with the parent's side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlops_desktop.engine.process import worker
from mlops_desktop.engine.process.child_process import Child
from tests.engine.process import child_calls as calls

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.fixture
def process():
    command = [sys.executable, "-m", "mlops_desktop", "--worker", "--calls", "child_calls"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)])}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=env, start_new_session=os.name == "posix", **pipes) as one:
        yield one
        one.kill()


def ask(process, *messages):
    for message in messages:
        process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()


def template(text):
    """A sentence as it crosses the border: to be translated on the other side."""
    return {"$template": text, "args": {}}


def events(process, number):
    """All events of one call, its last one included."""
    found = []
    while not found or found[-1]["event"] in ("begun", "progress", "partial"):
        event = json.loads(process.stdout.readline())
        assert event["id"] == number
        found.append(event)
    return found


def test_events_of_each_kind(process):
    ask(process, {"id": 1, "call": "Echo", "args": {"value": 1}})
    assert [e["event"] for e in events(process, 1)] == ["begun", "progress", "done"]
    ask(process, {"id": 2, "call": "Partials", "args": {"count": 2}})
    assert events(process, 2)[-3:] == [
        {"id": 2, "event": "partial", "data": {"i": 0}},
        {"id": 2, "event": "partial", "data": {"i": 1}},
        {"id": 2, "event": "done", "result": None},
    ]
    ask(process, {"id": 3, "call": "Refuses", "args": {}})
    assert events(process, 3)[-1] == {
        "id": 3,
        "event": "refused",
        "message": template("The column is empty."),
        "remedy": template("Choose another one."),
    }
    ask(process, {"id": 4, "call": "Fails", "args": {"value": "Smith"}})
    failed = events(process, 4)[-1]
    assert failed["event"] == "failed"
    assert set(failed) == {"id", "event", "message", "details"}


def test_progress_says_how_far_and_what(process):
    ask(process, {"id": 1, "call": "Steps", "args": {"count": 2, "pause": 0.1}})
    progress = [e for e in events(process, 1) if e["event"] == "progress"]
    assert progress[-1] == {"id": 1, "event": "progress", "fraction": 0.5, "message": template("step 1")}


def test_a_call_that_was_cancelled_before_its_turn_never_begins_its_work(process):
    ask(
        process,
        {"id": 1, "call": "Steps", "args": {"count": 3, "pause": 0.05}},
        {"id": 2, "call": "Steps", "args": {"count": 9}},
        {"cancel": 2},
    )
    assert events(process, 1)[-1]["event"] == "done"
    assert [e["event"] for e in events(process, 2)] == ["begun", "cancelled"]


def test_the_end_of_stdin_is_the_end_of_an_idle_worker_in_order(process):
    ask(process, {"id": 1, "call": "Echo", "args": {}})
    events(process, 1)
    process.stdin.close()
    assert process.wait(5) == 0


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_end_of_stdin_is_the_end_of_a_busy_worker_at_once(process):
    ask(process, {"id": 1, "call": "Steps", "args": {"count": 1000, "pause": 0.05}})
    process.stdout.readline()
    began = time.monotonic()
    process.stdin.close()
    assert process.wait(5) == -9
    assert time.monotonic() - began < 0.9


def test_a_warm_worker_imports_while_it_is_idle_and_a_call_never_waits_for_all_of_it(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    with Child(calls="child_calls", warm=True) as one:
        one.start()
        assert one.call(calls.Echo({"a": 1})) == {"a": 1}
        end = time.monotonic() + 60
        while not all(one.call(calls.Loaded(names=list(worker.WARM))).values()):
            time.sleep(0.1)
            assert time.monotonic() < end
    with Child(calls="child_calls") as one:
        assert one.call(calls.Loaded(names=["pandas", "sklearn"])) == {"pandas": False, "sklearn": False}


def test_a_worker_that_is_closed_while_it_warms_up_ends_at_once(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    one = Child(calls="child_calls", warm=True)
    one.start()
    time.sleep(0.3)
    began = time.monotonic()
    one.close()
    assert time.monotonic() - began < 2.0


def test_every_library_that_is_warmed_exists():
    import importlib.util

    assert [name for name in worker.WARM if importlib.util.find_spec(name) is None] == []
