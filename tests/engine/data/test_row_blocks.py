"""An array that is made some rows at a time is the array that is made at once."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.engine.data import row_blocks
from mlops_desktop.engine.data.row_blocks import RowBlocks


@pytest.mark.parametrize(("rows", "columns"), [(0, 2), (7, 0), (1, 1), (30_000, 3)])
def test_the_parts_are_the_rows(rows, columns, monkeypatch):
    monkeypatch.setattr(row_blocks, "_ROWS", 1000)
    draw = np.random.default_rng(0)
    pairs = [(np.append(draw.normal(size=5), np.nan), draw.integers(-1, 5, rows).astype(np.int32)) for _ in range(columns)]
    blocks = RowBlocks(rows, np.dtype(np.float64), pairs)
    expected = np.column_stack([values[codes] for values, codes in pairs]) if columns else np.empty((rows, 0))
    assert blocks.shape == (rows, columns)
    np.testing.assert_array_equal(blocks.array(), expected)
    parts = list(blocks.parts())
    assert max(map(len, parts), default=0) <= 1000
    np.testing.assert_array_equal(np.concatenate([np.empty((0, columns)), *parts]), expected)


def test_a_part_of_a_wide_array_is_small():
    blocks = RowBlocks(20_000, np.dtype(np.int64), [(np.zeros(2, np.int64), np.zeros(20_000, np.int8))] * 500)
    assert next(blocks.parts()).nbytes <= row_blocks._BYTES
