"""Runs commands of the command line in this process, with one child process that does the work for all of them.

In processes of their own, the command and its worker take more than a second each to start: for tests that are about the process.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import subprocess
from functools import cache
from unittest.mock import patch

from mlops_desktop.cli import calling, main
from mlops_desktop.engine.process import Child


class Worker(Child):
    """A child process that stays when a command is done with it."""

    def close(self) -> None:
        """Nothing: the next command uses it."""


@cache
def worker() -> Worker:
    """The one of this process, ended with it."""
    made = Worker()
    atexit.register(Child.close, made)
    return made


def run_command(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The exit code and the output of a command."""
    out, err = io.StringIO(), io.StringIO()
    with patch.object(calling, "Child", lambda **_: worker()), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:  # of the parser
            code = int(ended.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())
