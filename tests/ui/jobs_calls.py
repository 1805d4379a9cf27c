"""Calls for the tests of the job queues: quick, slow, refusing, failing, dying."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.engine.process.call import Call


@dataclass(frozen=True)
class Echo(Call[object, None]):
    value: object = None

    def run(self, job: Job) -> object:
        return self.value


@dataclass(frozen=True)
class Slow(Call[str, None]):
    seconds: float

    def run(self, job: Job) -> str:
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            job.step(1 - (end - time.monotonic()) / self.seconds, "at it")
            time.sleep(0.01)
        return "over"


@dataclass(frozen=True)
class Deaf(Call[None, None]):
    seconds: float

    def run(self, job: Job) -> None:
        time.sleep(self.seconds)


@dataclass(frozen=True)
class Refuse(Call[None, None]):
    def run(self, job: Job) -> None:
        raise UserError("It cannot be done.", "Do another thing.")


@dataclass(frozen=True)
class Fail(Call[None, None]):
    def run(self, job: Job) -> None:
        raise ValueError(f"a fault with the cell value {4700 + 11}-secret")


@dataclass(frozen=True)
class Die(Call[None, None]):
    def run(self, job: Job) -> None:
        os.kill(os.getpid(), signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
