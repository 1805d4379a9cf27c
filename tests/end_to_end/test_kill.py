"""A run that is killed at any moment goes on from there, ends as if nothing had been, and leaves no process behind."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.commands import (
    SAMPLES,
    assert_same_files,
    call,
    done,
    gone_within,
    leaderboard,
    marked,
    new_mark,
    refused,
    start,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


@dataclass(frozen=True)
class Unharmed:
    """A project as it was before its first run, and what an undisturbed run made of it."""

    before: Path
    after: Path
    bundle: Path
    search: tuple[object, ...]

    def copy(self, folder: Path) -> Path:
        """The project before its run, in another place under the same name."""
        return shutil.copytree(self.before, folder / self.before.name)


def unharmed(folder: Path, file: str, target: str, decisions: tuple[str, ...], *search: object) -> Unharmed:
    before, after = folder / "before" / "shop", folder / "after" / "shop"
    done("new", before, "--data", SAMPLES / file, "--target", target)
    if decisions:
        done("set", before, *decisions)
    shutil.copytree(before, after)
    done("run", after, *search)
    done("export", after, "rest_bundle", folder / "bundle")
    return Unharmed(before, after, folder / "bundle", search)


def results(folder: Path) -> dict[str, tuple[int, int]]:
    """Each result in the store with what changes when it is made again."""
    found = {}
    for path in (folder / "store").glob("??/*/entry.json"):
        state = path.stat()
        found[path.parent.name] = (state.st_ino, state.st_mtime_ns)
    return found


class Started:
    """A run under way. Its log is read in a thread of its own, so that it never waits for us."""

    def __init__(self, *arguments: object) -> None:
        self.mark = new_mark()
        self.process = start(self.mark, *arguments)
        self.lines: list[str] = []
        self.began = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr:
            for line in self.process.stderr:
                self.lines.append(line)
                if "fold" in line or "Trial" in line:
                    self.began.set()
        self.began.set()

    def wait_for_output(self) -> None:
        """Wait until it is loaded and says its first word, or is over: before, Python itself answers Ctrl-C."""
        while self.process.poll() is None and not self.lines:
            time.sleep(0.005)

    def until(self, project: Path, count: int) -> None:
        """Wait until so many results are in the store, or the run is over."""
        while self.process.poll() is None and len(results(project)) < count:
            time.sleep(0.005)

    def end(self) -> int:
        """Wait for the end of the command itself; its exit code."""
        code = self.process.wait(60)
        self._reader.join(10)
        return code


def kill_parent(run: Started) -> None:
    """kill -9 of the command alone: its children have to notice."""
    run.process.kill()


def kill_all(run: Started) -> None:
    """kill -9 of every process at once, as a machine that goes down."""
    for process in marked(run.mark):
        with contextlib.suppress(psutil.Error):
            process.kill()


def kill_worker(run: Started) -> None:
    """kill -9 of the processes that do the work: the command has to say so."""
    for process in marked(run.mark):
        with contextlib.suppress(psutil.Error):
            if process.pid != run.process.pid:
                process.kill()


def assert_goes_on(project: Path, whole: Unharmed, bundle: Path) -> int:
    """The next run keeps every result that is there, ends as the undisturbed one did, and exports the same bytes; how many were kept."""
    kept = results(project)
    done("run", project, *whole.search)
    now = results(project)
    assert {key: now.get(key) for key in kept} == kept, "results were made again"
    assert leaderboard(project) == leaderboard(whole.after)
    done("export", project, "rest_bundle", bundle)
    assert_same_files(bundle, whole.bundle)
    return len(kept)


# --- quick ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Unharmed:
    decisions = ('candidates=["logistic", "random_forest", "decision_tree"]', "split.folds=3")
    return unharmed(tmp_path_factory.mktemp("small"), "penguins.csv", "species", decisions, "--trials", 4, "--seed", 3)


def test_a_killed_run_goes_on(small, tmp_path):
    project = small.copy(tmp_path)
    run = Started("run", project, *small.search)
    run.until(project, 4)
    kill_parent(run)
    run.end()
    gone_within(run.mark, 2.0)
    assert assert_goes_on(project, small, tmp_path / "bundle") >= 4


def test_ctrl_c_stops_a_run(small, tmp_path):
    project = small.copy(tmp_path)
    run = Started("run", project, *small.search)
    assert run.began.wait(60)
    os.kill(run.process.pid, signal.SIGINT)
    began = time.monotonic()
    code = run.end()
    assert code == 130, run.lines
    gone_within(run.mark, max(0.0, 2.0 - (time.monotonic() - began)))
    assert "Traceback" not in "".join(run.lines)
    assert "stopped" in run.lines[-1]


# --- the proofs -------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Unharmed:
    return unharmed(tmp_path_factory.mktemp("whole"), "penguins.csv", "species", (), "--trials", 6, "--seed", 3)


# How it is killed, folds at a time, and when: as soon as so many of the 34 results are there, plus a moment by chance.
KILLS: list[tuple[Callable[[Started], None], int, int]] = [
    (kill_parent, 1, 0),
    (kill_all, 1, 4),
    (kill_parent, 2, 8),
    (kill_worker, 1, 11),
    (kill_all, 2, 14),
    (kill_parent, 1, 18),
    (kill_worker, 2, 21),
    (kill_all, 1, 24),
    (kill_parent, 2, 28),
    (kill_all, 1, 31),
]


@pytest.mark.proof
@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", range(len(KILLS)))
def test_kill_at_a_random_moment(number, whole, tmp_path, record_property):
    kill, jobs, count = KILLS[number]
    project = whole.copy(tmp_path)
    run = Started("run", project, *whole.search, "--jobs", jobs)
    run.until(project, count)
    time.sleep(random.Random(1000 + number).uniform(0.0, 0.3))
    kill(run)
    code = run.end()
    took = gone_within(run.mark, 2.0)
    if kill is kill_worker and code != 0:
        assert code == 70, run.lines
        assert "ended from outside" in run.lines[-1]
    kept = assert_goes_on(project, whole, tmp_path / "bundle")
    assert kept >= count
    output = f"{kill.__name__}, {jobs} jobs: {kept} of {len(results(whole.after))} results kept, processes gone in {took:.2f} s"
    record_property("kill", output)


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_kills_one_after_another_on_one_project(whole, tmp_path, record_property):
    """Ten kills of one search: each start goes on where the last one ended, so that it ends at all."""
    project = whole.copy(tmp_path)
    luck = random.Random(77)
    kept = []
    for number in range(10):
        run = Started("run", project, *whole.search, "--jobs", 1 + number % 2)
        run.until(project, 3 * number)
        time.sleep(luck.uniform(0.0, 0.2))
        (kill_parent if number % 3 else kill_all)(run)
        run.end()
        gone_within(run.mark, 2.0)
        kept.append(len(results(project)))
    assert kept == sorted(kept), "results were lost"
    assert all(count >= 3 * number for number, count in enumerate(kept)), kept
    assert_goes_on(project, whole, tmp_path / "bundle")
    record_property("kept after each kill", kept)


@pytest.mark.proof
@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", range(6))
def test_ctrl_c_at_a_random_moment(number, whole, tmp_path, record_property):
    """Ctrl-C as a terminal sends it: to the command's group; the run ends within two seconds and goes on afterwards."""
    jobs = 1 + number % 2
    project = whole.copy(tmp_path)
    run = Started("run", project, *whole.search, "--jobs", jobs)
    run.wait_for_output()
    run.until(project, 5 * number)
    time.sleep(random.Random(2000 + number).uniform(0.0, 0.3))
    began = time.monotonic()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.process.pid, signal.SIGINT)
    code = run.end()
    took = gone_within(run.mark, max(0.1, 2.0 - (time.monotonic() - began)))
    passed = time.monotonic() - began
    assert code in (0, 130), (code, run.lines[-3:])
    assert passed <= 2.1, passed
    assert "Traceback" not in "".join(run.lines)
    kept = assert_goes_on(project, whole, tmp_path / "bundle")
    record_property("Ctrl-C", f"{jobs} jobs: exit {code} and all gone after {passed:.2f} s ({took:.2f} s after the command), {kept} kept")


@pytest.mark.proof
def test_a_second_command_is_refused_while_a_run_is_on_and_works_after_a_kill(whole, tmp_path):
    project = whole.copy(tmp_path)
    run = Started("run", project, *whole.search)
    assert run.began.wait(60)
    assert "open in another window or command" in refused(call("run", project, *whole.search))
    kill_parent(run)
    run.end()
    gone_within(run.mark, 2.0)
    done("set", project, "seed=3")
