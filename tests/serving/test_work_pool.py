from __future__ import annotations

import threading
import time

from mlops_desktop.serving import work_pool
from mlops_desktop.serving.deadline import Deadline, check_deadline
from mlops_desktop.serving.work_pool import WorkPool


def test_a_short_piece_of_work_does_not_wait_for_long_ones(monkeypatch):
    monkeypatch.setattr(work_pool, "SLICE", 0.005)
    pool, ended, running, most = WorkPool("test", 4, 1), [], [0], [0]
    release = threading.Event()

    def long(name):
        running[0] += 1
        most[0] = max(most[0], running[0])
        for _ in range(10_000):
            if release.is_set():
                break
            time.sleep(0.001)
            running[0] -= 1
            check_deadline()
            running[0] += 1
            most[0] = max(most[0], running[0])
        ended.append(name)
        running[0] -= 1

    def submit(work):
        deadline = Deadline(60, pool.turns.pass_on)
        return pool.submit(lambda: deadline.run(work))

    slow = [submit(lambda name=name: long(name)) for name in ("a", "b")]
    submit(lambda: ended.append("short")).result(30)
    assert ended == ["short"]
    release.set()
    for one in slow:
        one.result(30)
    assert sorted(ended) == ["a", "b", "short"]
    assert most == [1]


def test_work_that_fails_ends_its_turn():
    pool = WorkPool("test", 2, 1)
    assert isinstance(pool.submit(lambda: 1 / 0).exception(30), ZeroDivisionError)
    assert pool.submit(lambda: 5).result(30) == 5
