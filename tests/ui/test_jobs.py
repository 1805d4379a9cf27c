"""The job queues: real threads and real child processes."""

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
from mlops_desktop.ui import jobs as jobs_module
from mlops_desktop.ui.jobs import BackgroundJob, JobRunner
from tests.ui import jobs_calls as calls


class Recorder:
    """Every event of a job, with the thread that it arrived on."""

    def __init__(self) -> None:
        self.events: list[tuple[str, object]] = []
        self.threads: set[object] = set()

    def __call__(self, kind: str):
        def record(*values: object) -> None:
            self.threads.add(QThread.currentThread())
            self.events.append((kind, values[0] if values else None))

        return record

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.events]

    @property
    def outcomes(self) -> list[tuple[str, object]]:
        """All but the progress."""
        return [event for event in self.events if event[0] != "progress"]


def make_job(recorder: Recorder, call: Call) -> BackgroundJob:
    return BackgroundJob(
        call=call,
        title=type(call).__name__,
        on_done=recorder("done"),
        on_progress=recorder("progress"),
        on_refused=recorder("refused"),
        on_crashed=recorder("crashed"),
        on_over=recorder("over"),
    )


def test_an_answer_arrives_on_the_window_s_thread(runner, qtbot):
    recorder = Recorder()
    runner.start("me", make_job(recorder, calls.Echo(value=5)))
    qtbot.waitUntil(lambda: "over" in recorder.kinds(), timeout=20_000)
    assert recorder.outcomes == [("done", 5), ("over", None)]
    assert recorder.threads == {QThread.currentThread()}


def test_refusals_and_faults_are_shown_and_the_queue_goes_on(runner, qtbot):
    for call, kind in ((calls.Refuse(), "refused"), (calls.Fail(), "crashed"), (calls.Die(), "crashed"), (calls.Echo(), "done")):
        recorder = Recorder()
        runner.start(kind, make_job(recorder, call))
        qtbot.waitUntil(lambda recorder=recorder: "over" in recorder.kinds(), timeout=30_000)
        assert [k for k, _ in recorder.outcomes] == [kind, "over"], call
        if kind == "refused":
            assert isinstance(recorder.outcomes[0][1], UserError)
        if kind == "crashed":
            assert isinstance(recorder.outcomes[0][1], Failed if call == calls.Fail() else Crashed)


def test_a_fault_shows_nothing_of_cells(runner, qtbot):
    recorder = Recorder()
    runner.start("me", make_job(recorder, calls.Fail()))
    qtbot.waitUntil(lambda: "over" in recorder.kinds(), timeout=20_000)
    failed = recorder.outcomes[0][1]
    assert "in run" in failed.details
    assert "jobs_calls.py" in failed.details
    assert "4711" not in f"{failed} {failed.details}"


def test_a_newer_question_drops_the_older(runner, qtbot):
    old, new = Recorder(), Recorder()
    runner.start("me", make_job(old, calls.Slow(seconds=20)))
    qtbot.waitUntil(lambda: "progress" in old.kinds(), timeout=20_000)
    runner.start("me", make_job(new, calls.Echo()))
    qtbot.waitUntil(lambda: "over" in new.kinds(), timeout=10_000)
    assert "done" not in old.kinds()
    assert [k for k, _ in new.outcomes] == ["done", "over"]


def test_quick_work_does_not_wait_for_long_work(runner, qtbot):
    long, quick = Recorder(), Recorder()
    work = runner.start("me", make_job(long, calls.Slow(seconds=30)), long=True)
    qtbot.waitUntil(lambda: "progress" in long.kinds(), timeout=20_000)
    runner.start("me", make_job(quick, calls.Echo()))
    qtbot.waitUntil(lambda: "over" in quick.kinds(), timeout=20_000)
    assert runner.busy
    runner.long.cancel(work)
    qtbot.waitUntil(lambda: "over" in long.kinds(), timeout=10_000)


def test_stop_ends_a_call_that_does_not_listen(runner, qtbot):
    recorder = Recorder()
    runner.start("me", make_job(recorder, calls.Deaf(seconds=60)), long=True)
    qtbot.waitUntil(lambda: "progress" in recorder.kinds(), timeout=20_000)
    pid = runner.long._worker.child.pid
    began = time.monotonic()
    runner.stop()
    qtbot.waitUntil(lambda: "over" in recorder.kinds(), timeout=10_000)
    assert time.monotonic() - began < 5.0
    assert [k for k, _ in recorder.outcomes] == ["over"]
    assert not psutil.pid_exists(pid)


class Owner(QLabel):
    """A widget that shows what its job answers."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[object] = []

    def show_answer(self, answer: object) -> None:
        self.results.append(answer)
        self.setText(str(answer))


def test_a_thousand_jobs_whose_owners_vanish(runner, qtbot):
    references, over, stayed = sys.getrefcount(None), [], []
    for i in range(1000):
        owner = Owner()
        made = BackgroundJob(call=calls.Echo(i), title="echo", on_done=owner.show_answer, on_over=lambda: over.append(1))
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
    assert [owner.results for owner in stayed] == [[i] for i in range(0, 1000, 100)]
    assert runner.quick.now is None
    assert runner.long.now is None
    assert sys.getrefcount(None) > references - 100


def test_shutting_down_leaves_no_process(qapp, qtbot, monkeypatch):
    monkeypatch.setattr(jobs_module, "Child", lambda **_: Child(calls="tests.ui.jobs_calls"))
    made = JobRunner()
    recorder = Recorder()
    made.start("me", make_job(recorder, calls.Deaf(seconds=60)), long=True)
    made.start("me", make_job(recorder, calls.Echo()))
    qtbot.waitUntil(lambda: made.long._worker.child.pid is not None and made.quick._worker.child.pid is not None, timeout=20_000)
    pids = [made.long._worker.child.pid, made.quick._worker.child.pid]
    made.shut_down()
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)
    assert not any(queue._thread.isRunning() for queue in (made.quick, made.long, made.io))
