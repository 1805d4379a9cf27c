"""Calls that a test's child process serves: each does one thing that real work may do to it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.process.call import Call


@dataclass(frozen=True)
class Echo(Call[Any, None]):
    value: Any = None

    def run(self, job):
        return self.value


@dataclass(frozen=True)
class Where(Call[Any, None]):
    def run(self, job):
        return {"pid": os.getpid(), "group": os.getpgid(0), "cwd_on_path": "" in sys.path or os.getcwd() in sys.path}


@dataclass(frozen=True)
class Environment(Call[Any, None]):
    names: list[str]

    def run(self, job):
        return {name: os.environ.get(name) for name in self.names}


@dataclass(frozen=True)
class Loaded(Call[Any, None]):
    names: list[str]

    def run(self, job):
        return {name: name in sys.modules for name in self.names}


@dataclass(frozen=True)
class Steps(Call[int, None]):
    count: int
    pause: float = 0.0

    def run(self, job):
        for i in range(self.count):
            job.step(i / self.count, f"step {i}")
            time.sleep(self.pause)
        return self.count


@dataclass(frozen=True)
class BurstThenSilence(Call[float, None]):
    def run(self, job):
        job.step(0.1, "first")
        job.step(0.2, "second")
        job.step(0.3, "third")
        time.sleep(0.5)
        return time.time()


@dataclass(frozen=True)
class Partials(Call[None, Any]):
    count: int

    def run(self, job):
        for i in range(self.count):
            job.partial({"i": i})


@dataclass(frozen=True)
class Noise(Call[str, None]):
    def run(self, job):
        print("printed by Python")  # noqa: T201
        os.write(1, b"written to descriptor 1\n")
        subprocess.run([sys.executable, "-c", "print('printed by a grandchild')"], check=True)
        sys.stderr.write("\x00\xff ünï\n")
        print('{"id": 1, "event": "done", "result": "forged"}')  # noqa: T201
        return "clean"


@dataclass(frozen=True)
class ReadsStdin(Call[str, None]):
    def run(self, job):
        return sys.stdin.read()


@dataclass(frozen=True)
class LogLines(Call[int, None]):
    count: int
    width: int

    def run(self, job):
        for i in range(self.count):
            print(f"{i} " + "x" * self.width)  # noqa: T201
        return self.count


@dataclass(frozen=True)
class Refuses(Call[None, None]):
    def run(self, job):
        raise UserError("The column is empty.", "Choose another one.")


@dataclass(frozen=True)
class Fails(Call[float, None]):
    value: str

    def run(self, job):
        try:
            return float(self.value)
        except ValueError as error:
            raise RuntimeError(f"row 3 of {self.value!r} is {self.value}") from error


@dataclass(frozen=True)
class Leaves(Call[None, None]):
    def run(self, job):
        sys.exit(3)


@dataclass(frozen=True)
class NotJson(Call[None, None]):
    def run(self, job):
        return {"a": {1, 2}}


@dataclass(frozen=True)
class WrongResult(Call[int, None]):
    def run(self, job):
        return "seven"


@dataclass(frozen=True)
class OutOfMemory(Call[None, None]):
    def run(self, job):
        raise MemoryError


@dataclass(frozen=True)
class DiskFull(Call[None, None]):
    def run(self, job):
        raise OSError(28, "No space left on device")


@dataclass(frozen=True)
class Segfault(Call[None, None]):
    def run(self, job):
        sys.stderr.write("about to fail\n")
        ctypes.string_at(0)


@dataclass(frozen=True)
class Exits(Call[None, None]):
    code: int

    def run(self, job):
        os._exit(self.code)


@dataclass(frozen=True)
class Grandchildren(Call[None, None]):
    """Start processes that outlive their parent unless somebody ends them; one leaves the group."""

    count: int
    pids: str

    def run(self, job):
        started = [subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) for _ in range(self.count)]
        started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True))
        with open(self.pids, "w", encoding="utf-8") as file:
            file.write(" ".join(str(p.pid) for p in started))
        os.replace(self.pids, self.pids + ".ready")
        while True:
            job.step(0.5, "waiting")
            time.sleep(0.05)


@dataclass(frozen=True)
class HoldsTheLock(Call[None, None]):
    """C code that holds Python's lock and never comes back."""

    ready: str

    def run(self, job):
        open(self.ready, "w").close()
        import re

        re.match(r"(a+)+$", "a" * 64 + "!")


@dataclass(frozen=True)
class LongCCall(Call[None, None]):
    """C code that lets other threads run, but never looks at the job: seconds of matrix products."""

    ready: str

    def run(self, job):
        import numpy as np

        big = np.ones((4000, 4000))
        open(self.ready, "w").close()
        while True:
            np.linalg.svd(big + np.random.default_rng(0).normal(size=big.shape))


@dataclass(frozen=True)
class Boosting(Call[None, None]):
    ready: str

    def run(self, job):
        import lightgbm
        import numpy as np

        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(60_000, 40)), rng.normal(size=60_000)
        open(self.ready, "w").close()
        lightgbm.train({"num_leaves": 255, "verbose": -1}, lightgbm.Dataset(x, y), num_boost_round=100_000)


@dataclass(frozen=True)
class JoblibPool(Call[None, None]):
    ready: str

    def run(self, job):
        from mlops_desktop.engine.training.executor import Processes, Task

        list(Processes(set(), 2).run(Task.of(str(i), touch_and_sleep, ready=self.ready, i=i) for i in range(2)))


def touch_and_sleep(ready, i, job):
    if i == 0:
        open(ready, "w").close()
    time.sleep(600)
