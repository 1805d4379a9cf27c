"""The service of a bundle as a child process of the window: it ends when the window ends, for whatever reason."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from mlops_desktop.base.extensions import join_extensions
from mlops_desktop.engine.process.child_process import program_command, program_environment
from mlops_desktop.serving.__main__ import main as serve

END_WITH_INPUT = "--end-with-input"
STOP_TIMEOUT = 1.0  # seconds for the requests in progress


def service_command(bundle: Path, port: int, more: Sequence[str] = ()) -> list[str]:
    """The command that serves a bundle until its standard input ends, with `more` flags. Every request writes a line to its output."""
    options = ["--port", str(port), "--drain", "0", "--access-log", "text", *more]
    return [*program_command(), "--serve", END_WITH_INPUT, str(bundle), *options]


def service_environment(key: str = "") -> dict[str, str]:
    """The environment of the service: it imports this program, and nothing from the working directory. `key`: a further API key."""
    return {**program_environment(), "PYTHONUNBUFFERED": "1", **({"SERVING_API_KEY": key} if key else {})}


def serve_bundle(arguments: list[str]) -> int:
    """Serve a bundle as `serving` does; with `--end-with-input` first among the arguments, until standard input ends."""
    join_extensions()
    if arguments[:1] == [END_WITH_INPUT]:
        arguments = arguments[1:]
        threading.Thread(target=_end_with_input, name="end with input", daemon=True).start()
    return serve(arguments)


def _end_with_input() -> None:
    """Wait for the end of standard input, ask this process to stop, and end it if it does not."""
    try:
        while os.read(0, 4096):  # not sys.stdin: its buffer is locked while this thread waits, and Python could not end
            pass
    except OSError:
        pass  # closed by the parent: the end as well
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    else:
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_TIMEOUT)
    os._exit(0)
