"""What a frozen program is started for: the command lines are loky's own, taken from the installed library."""

from __future__ import annotations

import os
import sys

import pytest

from mlops_desktop.engine.process import frozen


@pytest.fixture
def started(monkeypatch):
    """The command lines with which joblib starts its processes; none of them is started."""
    from joblib.externals.loky.backend import fork_exec, resource_tracker

    lines: list[list[str]] = []
    monkeypatch.setattr(resource_tracker, "spawnv_passfds", lambda path, args, fds: (lines.append([*args]) or 1, None))
    monkeypatch.setattr(fork_exec, "fork_exec", lambda cmd, fds, env=None: lines.append([*cmd]) or 1)
    return lines


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows loky starts its processes as multiprocessing does")
def test_the_tracker_of_the_installed_joblib_is_known(started):
    from joblib.externals.loky.backend import popen_loky_posix, resource_tracker

    assert popen_loky_posix.Popen.__module__ == frozen._WORKER
    tracker = resource_tracker.ResourceTracker()
    tracker.ensure_running()
    os.close(tracker._fd)
    tracker._fd = tracker._pid = None
    (line,) = started
    module, arguments = frozen.helper([str(part) for part in line])
    assert module == resource_tracker.main.__module__
    assert [int(part) for part in arguments][1] in (0, 1)


def test_a_worker_of_loky_is_known_with_its_arguments():
    line = ["program", "-B", "-m", "joblib.externals.loky.backend.popen_loky_posix", "--process-name", "LokyProcess-1", "--pipe", "17"]
    assert frozen.helper(line) == (line[3], line[4:])


@pytest.mark.parametrize(
    "line",
    [
        ["program"],
        ["program", "--worker", "--warm"],
        ["program", "run", "shop", "--jobs", "2"],
        ["program", "-c", "print(1)"],
        ["program", "-c", "from joblib.externals.loky.backend.resource_tracker import main; main(3, 0); print(1)"],
        ["program", "-m", "http.server"],
        ["program", "-m"],
    ],
)
def test_nothing_else_is_taken_for_a_helper(line):
    assert frozen.helper(line) is None


@pytest.fixture
def environment(monkeypatch):
    """What the program changes of its environment is put back afterwards."""
    for name in ("LD_LIBRARY_PATH", "LD_LIBRARY_PATH_ORIG", "PYINSTALLER_RESET_ENVIRONMENT"):
        monkeypatch.setenv(name, "set")
        monkeypatch.delenv(name)
    return monkeypatch


def test_an_ordinary_interpreter_goes_on(environment, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["program", "-m", "joblib.externals.loky.backend.popen_loky_posix", "--pipe", "1"])
    frozen.run_helper()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "argv", ["program", "--version"])
    frozen.run_helper()


@pytest.mark.parametrize("before", [None, "/usr/lib/special"])
def test_programs_of_the_system_get_the_systems_libraries(environment, monkeypatch, before):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "argv", ["program", "--version"])
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/program/_internal")
    if before is not None:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", before)
    frozen.run_helper()
    assert os.environ.get("LD_LIBRARY_PATH") == before
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ
    assert os.environ["PYINSTALLER_RESET_ENVIRONMENT"] == "1", "our own processes would not find our libraries"
