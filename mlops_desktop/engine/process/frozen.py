"""Runs the helper processes that multiprocessing and joblib start with `sys.executable`, which in a frozen program is the program itself.

multiprocessing knows of this; joblib's loky does not (https://github.com/joblib/loky/issues/236), and without this each of its processes
would open another window.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import re
import runpy
import sys
from itertools import pairwise

_WORKER = "joblib.externals.loky.backend.popen_loky_posix"
_TRACKER = "joblib.externals.loky.backend.resource_tracker"
_START_TRACKER = re.compile(re.escape(f"from {_TRACKER} import main; main(") + r"(\d+), (True|False|\d+)\)")


def run_helper() -> None:
    """Do the work of a helper process and end, if this process was started as one; else return. For `main`, before anything else."""
    if not getattr(sys, "frozen", False):
        return
    _forget_own_libraries()
    multiprocessing.freeze_support()
    found = helper(sys.argv)
    if found is None:
        return
    module, arguments = found
    if module == _TRACKER:
        importlib.import_module(module).main(*map(int, arguments))
    else:
        sys.argv = [sys.argv[0], *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit()


def _forget_own_libraries() -> None:
    """Programs of the system that we start, such as a browser, must find the system's libraries, not ours.

    What runs already has its own. Another process of this program sets them again, by the last line.
    """
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    os.environ.pop("LD_LIBRARY_PATH", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"


def helper(argv: list[str]) -> tuple[str, list[str]] | None:
    """The module of loky that a command line asks for, and its arguments; None for every other command line."""
    for at, (switch, value) in enumerate(pairwise(argv)):
        if switch == "-m" and value == _WORKER:
            return _WORKER, argv[at + 2 :]
        started = _START_TRACKER.fullmatch(value) if switch == "-c" else None
        if started:
            verbose = {"True": "1", "False": "0"}.get(started[2], started[2])
            return _TRACKER, [started[1], verbose]
    return None
