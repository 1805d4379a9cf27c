"""Recognises rows of a table by their cells, whatever was decided about its columns: a 64-bit hash of each row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.engine.data.row_equality import mixed, value_bits

Hashes = NDArray[np.uint64]


def row_hashes(cells: Cells) -> Hashes:
    """A hash of each row, (rows,) uint64, by names and cells of all columns in any order. Equal rows are told apart by how many of them
    come before, so that the rows of one table have hashes of their own, and those of a table that holds them again have the same ones.
    """
    total: Hashes = np.zeros(cells.rows, dtype=np.uint64)
    for raw in cells.columns():
        total += _cell_hashes(raw)
    order = np.argsort(total, kind="stable")
    place = np.arange(len(total))
    starts = np.ones(len(total), dtype=bool)
    starts[1:] = total[order][1:] != total[order][:-1]
    repeated = np.empty(len(total), dtype=np.uint64)
    repeated[order] = place - np.maximum.accumulate(np.where(starts, place, 0))
    return mixed(mixed(total) ^ repeated)


def _cell_hashes(raw: RawColumn) -> Hashes:
    from pandas.util import hash_array

    name = hash_array(np.array([raw.name], dtype=object))[0]
    distinct = hash_array(np.array(raw.texts, dtype=object)) if raw.values is None else mixed(value_bits(raw.values))
    by_value: Hashes = mixed(np.append(distinct, np.uint64(0)) ^ name)  # code -1, a cell without a value, is the last
    return by_value[raw.codes]
