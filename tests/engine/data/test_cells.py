"""Imported cells: each column is coded by its distinct values once."""

from __future__ import annotations

import pytest

from tests.imported import cells_of


def test_a_column_is_coded_once():
    cells = cells_of({"a": ["x", "y", "x"], "b": [1, 2, 3]})
    assert (cells.names, cells.rows) == (["a", "b"], 3)
    assert cells.column("a").codes.tolist() == [0, 1, 0]
    assert cells.columns()[0] is cells.column("a")
    with pytest.raises(KeyError):
        cells.column("c")
