"""Work on columns in threads: Arrow, numpy and regular expressions of Arrow leave Python free while they work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
THREADS = 2
FEW_ROWS = 20_000  # with fewer, a column is not worth a thread


def for_columns(work: Callable[[T], R], columns: Iterable[T], rows: int) -> list[R]:
    """The results of some work on each of several columns of so many rows, in their order; in threads where the columns are long."""
    if rows < FEW_ROWS:
        return list(map(work, columns))
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, columns))
