"""Calls that a test's child process serves: each does one thing that real work may do to it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time

from mlops_desktop.base.errors import UserError


def echo(job, **args):
    return args


def where(job):
    return {"pid": os.getpid(), "group": os.getpgid(0), "cwd_on_path": "" in sys.path or os.getcwd() in sys.path}


def environment(job, names):
    return {name: os.environ.get(name) for name in names}


def loaded(job, names):
    return {name: name in sys.modules for name in names}


def steps(job, count, pause=0.0):
    for i in range(count):
        job.step(i / count, f"step {i}")
        time.sleep(pause)
    return count


def burst_then_silence(job):
    job.step(0.1, "first")
    job.step(0.2, "second")
    job.step(0.3, "third")
    time.sleep(0.5)
    return time.time()


def partials(job, count):
    for i in range(count):
        job.partial({"i": i})


def noise(job):
    print("printed by Python")  # noqa: T201
    os.write(1, b"written to descriptor 1\n")
    subprocess.run([sys.executable, "-c", "print('printed by a grandchild')"], check=True)
    sys.stderr.write("\x00\xff ünï\n")
    print('{"id": 1, "event": "done", "result": "forged"}')  # noqa: T201
    return "clean"


def reads_stdin(job):
    return sys.stdin.read()


def log_lines(job, count, width):
    for i in range(count):
        print(f"{i} " + "x" * width)  # noqa: T201
    return count


def refuses(job):
    raise UserError("The column is empty.", "Choose another one.")


def fails(job, value):
    try:
        return float(value)
    except ValueError as error:
        raise RuntimeError(f"row 3 of {value!r} is {value}") from error


def leaves(job):
    sys.exit(3)


def not_json(job):
    return {"a": {1, 2}}


def out_of_memory(job):
    raise MemoryError


def disk_full(job):
    raise OSError(28, "No space left on device")


def segfault(job):
    sys.stderr.write("about to fail\n")
    ctypes.string_at(0)


def exits(job, code):
    os._exit(code)


def grandchildren(job, count, pids):
    """Start processes that outlive their parent unless somebody ends them; one leaves the group."""
    started = [subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) for _ in range(count)]
    started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True))
    with open(pids, "w", encoding="utf-8") as file:
        file.write(" ".join(str(p.pid) for p in started))
    os.replace(pids, pids + ".ready")
    while True:
        job.step(0.5, "waiting")
        time.sleep(0.05)


def holds_the_lock(job, ready):
    """C code that holds Python's lock and never comes back."""
    open(ready, "w").close()
    import re

    re.match(r"(a+)+$", "a" * 64 + "!")


def long_c_call(job, ready):
    """C code that lets other threads run, but never looks at the job: seconds of matrix products."""
    import numpy as np

    big = np.ones((4000, 4000))
    open(ready, "w").close()
    while True:
        np.linalg.svd(big + np.random.default_rng(0).normal(size=big.shape))


def boosting(job, ready):
    import lightgbm
    import numpy as np

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60_000, 40)), rng.normal(size=60_000)
    open(ready, "w").close()
    lightgbm.train({"num_leaves": 255, "verbose": -1}, lightgbm.Dataset(x, y), num_boost_round=100_000)


def joblib_pool(job, ready):
    from joblib import Parallel, delayed

    Parallel(n_jobs=2)(delayed(_touch_and_sleep)(ready, i) for i in range(2))


def _touch_and_sleep(ready, i):
    if i == 0:
        open(ready, "w").close()
    time.sleep(600)


CALLS = {name: call for name, call in vars().copy().items() if getattr(call, "__module__", "") == __name__}
