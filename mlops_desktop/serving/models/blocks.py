"""Splits a matrix into blocks of rows, so that no model needs memory for all rows at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..frame import Csr, Floats, Ints, Longs, Matrix


def spans(rows: int, size: int) -> Iterator[tuple[int, int]]:
    """Consecutive (start, stop) of at most `size` rows each."""
    for start in range(0, rows, size):
        yield start, min(start + size, rows)


def cut_rows(block: Csr, start: int, stop: int) -> Csr:
    """Consecutive rows of a CSR block, without a copy of their values."""
    first, last = block.indptr[start], block.indptr[stop]
    return Csr(block.indptr[start : stop + 1] - first, block.indices[first:last], block.data[first:last], block.width)


def dense_rows(matrix: Matrix, start: int, stop: int, columns: Ints | None = None) -> Floats:
    """Some rows as (stop - start, features) float64, or only the given columns of them (positions that rise)."""
    if matrix.csr is None:
        block = matrix.to_dense()[start:stop]
        return block if columns is None else block[:, columns]
    cut = cut_rows(matrix.csr, start, stop)
    if columns is None:
        return cut.dense()
    place: Longs = np.full(cut.width, -1, dtype=np.int64)
    place[columns] = np.arange(len(columns))
    at = place[cut.indices]
    wanted = at >= 0
    out = np.zeros((stop - start, len(columns)))
    out[cut.row_of()[wanted], at[wanted]] = cut.data[wanted]
    return out
