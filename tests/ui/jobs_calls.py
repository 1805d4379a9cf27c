"""Calls for the tests of the job queues: quick, slow, refusing, failing, dying."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job


def echo(job: Job, *, value: Any = None, **_: Any) -> dict[str, Any]:
    return {"value": value}


def slow(job: Job, *, seconds: float, **_: Any) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job.step(1 - (end - time.monotonic()) / seconds, "at it")
        time.sleep(0.01)
    return {"value": "over"}


def deaf(job: Job, *, seconds: float) -> dict[str, Any]:
    time.sleep(seconds)
    return {}


def refuse(job: Job, **_: Any) -> dict[str, Any]:
    raise UserError("It cannot be done.", "Do another thing.")


def fail(job: Job) -> dict[str, Any]:
    raise ValueError("a fault with the cell value 4711-secret")


def die(job: Job) -> dict[str, Any]:
    os.kill(os.getpid(), signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    return {}


CALLS: dict[str, Callable[..., dict[str, Any]]] = {call.__name__: call for call in (echo, slow, deaf, refuse, fail, die)}
