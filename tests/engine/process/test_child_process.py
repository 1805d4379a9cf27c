from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from mlops_desktop.base.errors import Cancelled, UserError
from mlops_desktop.engine.process.call import Call
from mlops_desktop.engine.process.child_process import Child, Crashed, Failed, worker_command
from mlops_desktop.engine.process.job_folders import sweep_jobs
from mlops_desktop.engine.process.worker import CALLS_MODULE
from mlops_desktop.engine.processors import cores
from tests.engine.process import child_calls as calls

HERE = Path(__file__).parent
posix = pytest.mark.skipif(os.name != "posix", reason="process groups and signals")


@pytest.fixture(autouse=True)
def _calls_on_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@pytest.fixture(scope="module")
def shared():
    """A child that several tests use one after another, as the window does."""
    with pytest.MonkeyPatch.context() as patch, Child(calls="child_calls") as one:
        patch.setenv("PYTHONPATH", str(HERE))
        one.start()
        yield one


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(pids, seconds=2.0):
    end = time.monotonic() + seconds
    while any(alive(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.01)
    return not [pid for pid in pids if alive(pid)]


def in_thread(function):
    """Run it in a thread; a list that will hold its result or exception."""
    answer = []

    def work():
        try:
            answer.append(function())
        except BaseException as error:
            answer.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, answer


def test_a_call_returns_its_result_unchanged(shared):
    args = {"text": "Größe 价格 😀 \ud800 \n\r\u2028", "n": [1, 2.5, None, True], "nested": {"ключ": {"": []}}}
    assert shared.call(calls.Echo(args)) == args


def test_a_big_request_and_answer_go_through(shared):
    args = {"rows": ["é" * 1000] * 3000}
    assert shared.call(calls.Echo(args)) == args


def test_two_hundred_quick_calls_in_one_process(shared):
    pids = {shared.call(calls.Where())["pid"] for _ in range(3)}
    began = time.monotonic()
    for i in range(200):
        assert shared.call(calls.Echo({"i": i})) == {"i": i}
    assert time.monotonic() - began < 5
    assert {shared.call(calls.Where())["pid"]} == pids == {shared.pid}


@posix
def test_the_child_leads_a_group_of_its_own(shared):
    where = shared.call(calls.Where())
    assert where["group"] == where["pid"] != os.getpgid(0)


def test_nothing_is_imported_from_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "argparse.py").write_text("open('ran', 'w').close()")
    monkeypatch.chdir(tmp_path)
    with Child(calls="child_calls") as one:
        assert not one.call(calls.Where())["cwd_on_path"]
    assert not (tmp_path / "ran").exists()


def test_libraries_get_the_number_of_threads_they_may_use(shared):
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "JOBLIB_TEMP_FOLDER", "PYTHONUNBUFFERED"]
    found = shared.call(calls.Environment(names=names))
    assert found["OMP_NUM_THREADS"] == found["OPENBLAS_NUM_THREADS"] == found["MKL_NUM_THREADS"] == str(max(1, cores() - 1))
    assert Path(found["JOBLIB_TEMP_FOLDER"]).name.startswith(f"mlops_job_{os.getpid()}_")
    assert found["PYTHONUNBUFFERED"] == "1"
    with Child(calls="child_calls", threads=3) as other:
        assert other.call(calls.Environment(names=names[:1])) == {"OMP_NUM_THREADS": "3"}


def test_progress_arrives_in_order_and_at_most_twenty_times_a_second(shared):
    events = []
    began = time.monotonic()
    assert shared.call(calls.Steps(count=3000, pause=0.0002), lambda *event: events.append(event)) == 3000
    seconds = time.monotonic() - began
    fractions = [fraction for fraction, _ in events]
    assert fractions == sorted(fractions)
    assert 3 <= len(events) <= 20 * seconds + 3
    assert events[-1][1] == "step 2999"  # the last of a burst is never lost


def test_the_last_step_of_a_burst_is_shown_though_silence_follows(shared):
    events = []
    ended = shared.call(calls.BurstThenSilence(), lambda _, message: events.append((time.time(), message)))
    messages = [message for _, message in events]
    assert messages[-1] == "third"
    assert events[-1][0] < ended - 0.2


def test_no_partial_result_is_left_out(shared):
    numbers = []
    shared.call(calls.Partials(count=100), on_partial=lambda found: numbers.append(found["i"]))
    assert numbers == list(range(100))


def test_what_libraries_print_never_mixes_with_answers():
    lines = []
    with Child(calls="child_calls", on_log=lines.append) as one:
        assert one.call(calls.Noise()) == "clean"
        assert one.call(calls.ReadsStdin()) == ""
        assert one.call(calls.LogLines(count=2000, width=500)) == 2000
    log = "\n".join(lines)
    for text in ("printed by Python", "written to descriptor 1", "printed by a grandchild", "ünï", "forged", "1999 xxx"):
        assert text in log


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_log_reader_that_fails_does_not_stop_the_work():
    def broken(line):
        raise RuntimeError("the drawer is gone")

    with Child(calls="child_calls", on_log=broken) as one:
        assert one.call(calls.LogLines(count=3000, width=500)) == 3000


def test_a_refusal_comes_with_its_way_out_and_the_child_lives_on(shared):
    pid = shared.call(calls.Where())["pid"]
    with pytest.raises(UserError) as caught:
        shared.call(calls.Refuses())
    assert (caught.value.message, caught.value.remedy) == ("The column is empty.", "Choose another one.")
    assert shared.call(calls.Where())["pid"] == pid


@pytest.mark.parametrize("call", [calls.OutOfMemory(), calls.DiskFull()])
def test_what_a_person_can_fix_is_a_user_error(shared, call):
    with pytest.raises(UserError, match=r"memory|disk is full"):
        shared.call(call)


def test_a_fault_comes_with_its_traceback_but_without_values(shared):
    with pytest.raises(Failed) as caught:
        shared.call(calls.Fails(value="Mrs Smith"))
    assert "RuntimeError" in str(caught.value)
    assert "child_calls.py" in caught.value.details
    assert "in run" in caught.value.details
    assert "ValueError" in caught.value.details
    assert "Smith" not in caught.value.details + str(caught.value)
    assert shared.call(calls.Echo({"a": 1})) == {"a": 1}


@dataclass(frozen=True)
class Unknown(Call[None, None]):
    """A call that the child does not know."""

    def run(self, job):
        raise AssertionError


@pytest.mark.parametrize("call", [calls.Leaves(), calls.NotJson(), Unknown(), calls.Exits("seven"), calls.WrongResult()])
def test_every_wrong_call_is_answered(shared, call):
    with pytest.raises(Failed):
        shared.call(call)
    assert shared.call(calls.Echo({"a": 1})) == {"a": 1}


def test_arguments_that_are_no_json_are_refused_before_anything_is_sent(shared):
    with pytest.raises(TypeError):
        shared.call(calls.Echo({"a": {1}}))
    assert shared.call(calls.Echo({"a": 1})) == {"a": 1}


@posix
def test_a_segmentation_fault_is_a_crash_with_the_log_and_the_next_call_works():
    with Child(calls="child_calls") as one:
        with pytest.raises(Crashed) as caught:
            one.call(calls.Segfault())
        assert caught.value.code == -signal.SIGSEGV
        assert "SIGSEGV" in str(caught.value)
        assert "about to fail" in caught.value.details
        assert "child_calls.py" in caught.value.details  # where it was, by faulthandler
        assert one.call(calls.Echo({"a": 1})) == {"a": 1}
        with pytest.raises(Crashed) as caught:
            one.call(calls.Exits(code=7))
        assert caught.value.code == 7


def test_a_worker_that_cannot_start_is_a_crash_that_says_why():
    with Child(calls="no_such_module") as one, pytest.raises(Crashed) as caught:
        one.call(calls.Echo())
    assert "no_such_module" in caught.value.details


@posix
def test_a_child_killed_from_outside_is_replaced_when_idle_and_reported_when_busy():
    with Child(calls="child_calls") as one:
        for _ in range(5):
            first = one.call(calls.Where())["pid"]
            os.kill(first, signal.SIGKILL)
            wait_for(lambda pid=first: not alive(pid))
            assert one.call(calls.Where())["pid"] != first
        thread, answer = in_thread(lambda: one.call(calls.Steps(count=10_000, pause=0.01)))
        time.sleep(0.2)
        os.kill(one.pid, signal.SIGKILL)
        thread.join(5)
        assert isinstance(answer[0], Crashed)
        assert answer[0].code == -signal.SIGKILL
        assert "memory" in str(answer[0])


def test_cancel_in_python_code_keeps_the_child_warm(shared):
    pid = shared.call(calls.Where())["pid"]
    thread, answer = in_thread(lambda: shared.call(calls.Steps(count=10_000, pause=0.01)))
    wait_for(lambda: shared._current is not None)
    began = time.monotonic()
    shared.cancel()
    thread.join(5)
    assert isinstance(answer[0], Cancelled)
    assert time.monotonic() - began < 1.0
    assert shared.call(calls.Where())["pid"] == pid


def test_cancel_without_a_call_does_nothing(shared):
    pid = shared.call(calls.Where())["pid"]
    shared.cancel(grace=0.0)
    time.sleep(0.1)
    assert shared.call(calls.Where())["pid"] == pid


def test_a_late_cancel_never_hits_the_next_call(shared):
    for _ in range(30):
        thread, _ = in_thread(lambda: shared.call(calls.Steps(count=3, pause=0.001)))
        time.sleep(0.002)
        shared.cancel(grace=0.3)
        thread.join(5)
        assert shared.call(calls.Steps(count=3, pause=0.001)) == 3
    time.sleep(0.4)
    assert shared.call(calls.Echo({"a": 1})) == {"a": 1}


@posix
@pytest.mark.parametrize("call", [calls.HoldsTheLock, calls.LongCCall, calls.Boosting, calls.JoblibPool])
def test_stop_ends_every_process_within_two_seconds_whatever_is_busy(tmp_path, call):
    ready = tmp_path / "ready"
    with Child(calls="child_calls") as one:
        thread, answer = in_thread(lambda: one.call(call(str(ready))))
        wait_for(ready.exists, 60)
        time.sleep(0.1)
        pid = one.pid
        folder = one._running.folder
        pids = [pid, *(p.pid for p in psutil.Process(pid).children(recursive=True))]
        began = time.monotonic()
        one.cancel()
        thread.join(10)
        assert gone(pids, 2.0 - (time.monotonic() - began))
        assert time.monotonic() - began < 2.0
        assert isinstance(answer[0], Cancelled)
        assert not folder.exists()
        assert not list(Path("/dev/shm").glob(f"sem.loky-{pid}-*"))
        assert one.call(calls.Echo({"a": 1})) == {"a": 1}


def started_grandchildren(one, folder):
    pids = folder / "pids"
    thread, answer = in_thread(lambda: one.call(calls.Grandchildren(count=3, pids=str(pids))))
    ready = Path(f"{pids}.ready")
    wait_for(ready.exists)
    return thread, answer, [one.pid, *map(int, ready.read_text().split())]


@posix
@pytest.mark.parametrize("how", ["cancel", "force", "close"])
def test_no_orphan_is_left(tmp_path, how):
    one = Child(calls="child_calls")
    thread, answer, pids = started_grandchildren(one, tmp_path)
    began = time.monotonic()
    {"cancel": one.cancel, "force": lambda: one.cancel(grace=0.0), "close": one.close}[how]()
    thread.join(10)
    stayed = [pid for pid in pids if not gone([pid], 2.0 - (time.monotonic() - began))]
    for pid in stayed:
        os.kill(pid, signal.SIGKILL)
    assert not stayed
    assert isinstance(answer[0], Cancelled)
    one.close()
    assert not list(Path(tempfile.gettempdir()).glob(f"mlops_job_{os.getpid()}_*/pids*"))


@posix
@pytest.mark.parametrize("call", [calls.Grandchildren, calls.HoldsTheLock, calls.JoblibPool])
def test_a_parent_killed_with_nine_leaves_nobody(tmp_path, monkeypatch, call):
    if call is calls.HoldsTheLock and sys.platform != "linux":
        pytest.skip("only Linux lets the kernel do it")
    ready = tmp_path / "r"
    made = calls.Grandchildren(2, str(ready)) if call is calls.Grandchildren else call(str(ready))
    code = f"""
        import sys
        import child_calls
        from mlops_desktop.engine.process.child_process import Child
        one = Child(calls="child_calls")
        one.start()
        print(one.pid, flush=True)
        one.call(child_calls.{made!r})
    """
    temporary = tmp_path / "temporary"  # its own: other tests sweep the common one
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[2]), str(HERE)]), "TMPDIR": str(temporary)}
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, env=env)
    worker = int(parent.stdout.readline())
    wait_for(Path(f"{ready}.ready" if call is calls.Grandchildren else ready).exists)
    time.sleep(0.1)
    pids = [worker, *(p.pid for p in psutil.Process(worker).children(recursive=True) if os.getpgid(p.pid) == worker)]
    assert call is calls.HoldsTheLock or len(pids) > 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    stayed = not gone(pids, 2.0)
    if call is calls.Grandchildren:
        os.kill(int(Path(f"{ready}.ready").read_text().split()[-1]), signal.SIGKILL)  # the one that left the group
    assert not stayed
    folders = list(temporary.glob(f"mlops_job_{parent.pid}_*"))
    assert folders  # nobody was left to remove it ...
    sweep_jobs()
    assert not any(folder.exists() for folder in folders)  # ... so the next start does
    assert not list(Path("/dev/shm").glob(f"sem.loky-{worker}-*"))


def test_the_folders_of_living_parents_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in (f"mlops_job_{os.getppid()}_a", f"mlops_job_{os.getpid()}_b", "mlops_job_x_y", "mlops_job_1_"):
        (tmp_path / name).mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    free = next(pid for pid in range(4_000_000, 0, -1) if not psutil.pid_exists(pid))
    (tmp_path / f"mlops_job_{free}_link").symlink_to(outside, target_is_directory=True)
    (tmp_path / f"mlops_job_{free}_dead").mkdir()
    sweep_jobs()
    left = sorted(path.name for path in tmp_path.iterdir())
    assert f"mlops_job_{free}_dead" not in left
    assert len(left) == 6
    assert (outside / "kept").exists()


@posix
def test_an_idle_child_closes_quickly_and_a_closed_one_can_be_used_again():
    one = Child(calls="child_calls")
    one.close()
    pid = one.call(calls.Where())["pid"]
    began = time.monotonic()
    one.close()
    assert time.monotonic() - began < 1.4
    assert gone([pid], 0.1)
    assert one.pid is None
    assert one.call(calls.Where())["pid"] != pid
    one.close()


def test_an_exception_of_the_listener_ends_the_work(shared):
    def broken(fraction, message):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shared.call(calls.Steps(count=10_000, pause=0.01), broken)
    assert shared.pid is None
    assert shared.call(calls.Echo({"a": 1})) == {"a": 1}


def test_two_threads_take_turns(shared):
    answers = []
    threads = [threading.Thread(target=lambda i=i: answers.append(shared.call(calls.Echo({"i": i}))["i"])) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list(range(8))


def test_a_frozen_program_starts_itself(monkeypatch):
    assert worker_command() == [sys.executable, "-m", "mlops_desktop", "--worker"]
    assert worker_command(CALLS_MODULE, warm=True)[-1] == "--warm"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert worker_command() == [sys.executable, "--worker"]


def test_the_parent_side_is_light():
    code = "import sys, mlops_desktop.engine.process.child_process; print(sorted({m.partition('.')[0] for m in sys.modules} & {'pandas', 'sklearn', 'psutil', 'PySide6', 'filelock'}))"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[2])
    assert done.stdout.strip() == "[]"
