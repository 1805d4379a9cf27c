"""Garbage is collected, and on the window's thread alone."""

from __future__ import annotations

import gc
import threading
from typing import ClassVar

import pytest

from mlops_desktop.ui.garbage_collector import Collector


class Knot:
    """Something that only the collector can free; it records in which thread that was."""

    freed: ClassVar[list[int]] = []

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        self.freed.append(threading.get_ident())


@pytest.fixture
def collector(qapp):
    Knot.freed.clear()
    made = Collector()
    yield made
    made.stop()
    assert gc.isenabled()


def knots(count: int) -> None:
    for _ in range(count):
        Knot()


def test_another_thread_collects_nothing_and_the_window_everything(collector, qtbot):
    thread = threading.Thread(target=knots, args=(5000,))
    thread.start()
    thread.join()
    assert Knot.freed == []
    qtbot.waitUntil(lambda: len(Knot.freed) == 5000, timeout=5000)
    assert set(Knot.freed) == {threading.get_ident()}


def test_older_generations_are_collected_in_time(collector):
    keep = [Knot() for _ in range(100)]
    gc.collect(0)
    gc.collect(1)  # they are old now
    keep.clear()
    for _ in range(400):
        knots(1000)
        collector.collect()
    assert len(Knot.freed) > 400_000 - 2000
    assert gc.get_count()[2] <= 12
