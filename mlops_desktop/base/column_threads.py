"""Work on columns in threads: Arrow, numpy and regular expressions of Arrow leave Python free while they work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mlops_desktop.base.job import Job, Silent

T = TypeVar("T")
R = TypeVar("R")
THREADS = 2
FEW_ROWS = 20_000  # with fewer, a column is not worth a thread
STEPS = 100  # of the progress over all columns


def for_columns(work: Callable[[T], R], columns: Iterable[T], rows: int, job: Job | None = None) -> list[R]:
    """The results of some work on each of several columns of so many rows, in their order; in threads where the columns are long.

    `job` gets the progress. Cancelled when it was stopped.
    """
    given, watched = list(columns), job or Silent()
    if rows < FEW_ROWS:
        return _with_progress(map(work, given), len(given), watched)
    with ThreadPoolExecutor(THREADS) as pool:
        return _with_progress(pool.map(work, given), len(given), watched)


def _with_progress(results: Iterable[R], count: int, job: Job) -> list[R]:
    every, found = -(-count // STEPS), list[R]()
    for one in results:
        found.append(one)
        if len(found) % every == 0:
            job.step(len(found) / count)
    return found
