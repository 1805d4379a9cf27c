"""The lanes: real threads and real child processes."""

from __future__ import annotations

import sys
import time

import psutil
import shiboken6
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QLabel

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.process.call import Call
from mlops_desktop.engine.process.child_process import Child, Crashed, Failed
from mlops_desktop.ui import jobs as lanes
from mlops_desktop.ui.jobs import JobRunner, Ticket
from tests.ui import jobs_calls as calls


class Heard:
    """Everything that a ticket told, with the thread it was told on."""

    def __init__(self) -> None:
        self.events: list[tuple[str, object]] = []
        self.threads: set[object] = set()

    def __call__(self, kind: str):
        def hear(*values: object) -> None:
            self.threads.add(QThread.currentThread())
            self.events.append((kind, values[0] if values else None))

        return hear

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.events]

    @property
    def told(self) -> list[tuple[str, object]]:
        """All but the progress."""
        return [event for event in self.events if event[0] != "progress"]


def ticket(heard: Heard, call: Call) -> Ticket:
    return Ticket(
        call=call,
        title=type(call).__name__,
        on_done=heard("done"),
        on_progress=heard("progress"),
        on_refused=heard("refused"),
        on_crashed=heard("crashed"),
        on_over=heard("over"),
    )


def test_an_answer_arrives_on_the_window_s_thread(runner, qtbot):
    heard = Heard()
    runner.start("me", ticket(heard, calls.Echo(value=5)))
    qtbot.waitUntil(lambda: "over" in heard.kinds(), timeout=20_000)
    assert heard.told == [("done", 5), ("over", None)]
    assert heard.threads == {QThread.currentThread()}


def test_refusals_and_faults_are_told_and_the_lane_goes_on(runner, qtbot):
    for call, kind in ((calls.Refuse(), "refused"), (calls.Fail(), "crashed"), (calls.Die(), "crashed"), (calls.Echo(), "done")):
        heard = Heard()
        runner.start(kind, ticket(heard, call))
        qtbot.waitUntil(lambda heard=heard: "over" in heard.kinds(), timeout=30_000)
        assert [k for k, _ in heard.told] == [kind, "over"], call
        if kind == "refused":
            assert isinstance(heard.told[0][1], UserError)
        if kind == "crashed":
            assert isinstance(heard.told[0][1], Failed if call == calls.Fail() else Crashed)


def test_a_fault_says_nothing_of_cells(runner, qtbot):
    heard = Heard()
    runner.start("me", ticket(heard, calls.Fail()))
    qtbot.waitUntil(lambda: "over" in heard.kinds(), timeout=20_000)
    failed = heard.told[0][1]
    assert "in run" in failed.details
    assert "jobs_calls.py" in failed.details
    assert "4711" not in f"{failed} {failed.details}"


def test_a_newer_question_drops_the_older(runner, qtbot):
    old, new = Heard(), Heard()
    runner.start("me", ticket(old, calls.Slow(seconds=20)))
    qtbot.waitUntil(lambda: "progress" in old.kinds(), timeout=20_000)
    runner.start("me", ticket(new, calls.Echo()))
    qtbot.waitUntil(lambda: "over" in new.kinds(), timeout=10_000)
    assert "done" not in old.kinds()
    assert [k for k, _ in new.told] == ["done", "over"]


def test_quick_work_does_not_wait_for_long_work(runner, qtbot):
    long, quick = Heard(), Heard()
    work = runner.start("me", ticket(long, calls.Slow(seconds=30)), long=True)
    qtbot.waitUntil(lambda: "progress" in long.kinds(), timeout=20_000)
    runner.start("me", ticket(quick, calls.Echo()))
    qtbot.waitUntil(lambda: "over" in quick.kinds(), timeout=20_000)
    assert runner.busy
    runner.long.cancel(work)
    qtbot.waitUntil(lambda: "over" in long.kinds(), timeout=10_000)


def test_stop_ends_a_call_that_does_not_listen(runner, qtbot):
    heard = Heard()
    runner.start("me", ticket(heard, calls.Deaf(seconds=60)), long=True)
    qtbot.waitUntil(lambda: "progress" in heard.kinds(), timeout=20_000)
    pid = runner.long._worker.child.pid
    began = time.monotonic()
    runner.stop()
    qtbot.waitUntil(lambda: "over" in heard.kinds(), timeout=10_000)
    assert time.monotonic() - began < 5.0
    assert [k for k, _ in heard.told] == ["over"]
    assert not psutil.pid_exists(pid)


class Owner(QLabel):
    """A widget that shows what its job answers."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []

    def show_answer(self, answer: object) -> None:
        self.heard.append(answer)
        self.setText(str(answer))


def test_a_thousand_jobs_whose_owners_vanish(runner, qtbot):
    references, over, stayed = sys.getrefcount(None), [], []
    for i in range(1000):
        owner = Owner()
        made = Ticket(call=calls.Echo(i), title="echo", on_done=owner.show_answer, on_over=lambda: over.append(1))
        runner.start(f"owner {i}", made, long=i % 2 == 0)
        if i % 100 == 0:
            stayed.append(owner)
        elif i % 3:
            owner.deleteLater()
        else:
            shiboken6.delete(owner)
        del owner, made
        if i % 10 == 0:
            qtbot.wait(1)  # answers arrive while more is asked
    qtbot.waitUntil(lambda: len(over) == 1000, timeout=60_000)
    assert [owner.heard for owner in stayed] == [[i] for i in range(0, 1000, 100)]
    assert runner.quick.now is None
    assert runner.long.now is None
    assert sys.getrefcount(None) > references - 100


def test_shutting_down_leaves_no_process(qapp, qtbot, monkeypatch):
    monkeypatch.setattr(lanes, "Child", lambda **_: Child(calls="tests.ui.jobs_calls"))
    made = JobRunner()
    heard = Heard()
    made.start("me", ticket(heard, calls.Deaf(seconds=60)), long=True)
    made.start("me", ticket(heard, calls.Echo()))
    qtbot.waitUntil(lambda: made.long._worker.child.pid is not None and made.quick._worker.child.pid is not None, timeout=20_000)
    pids = [made.long._worker.child.pid, made.quick._worker.child.pid]
    made.shut_down()
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)
    assert not any(lane._thread.isRunning() for lane in (made.quick, made.long, made.aside))
