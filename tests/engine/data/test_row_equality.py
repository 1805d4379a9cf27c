"""Equal rows are found whichever columns distinguish the others."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.engine.data import row_equality
from mlops_desktop.engine.data.row_equality import equal_rows
from mlops_desktop.serving.frame import Frame, Layout

NAMES = ("a", "b", "c", "d", "e")


@pytest.mark.parametrize("values", [(900, 2, 40, 900, 3), (3, 3, 3, 3, 3), (60, 50, 1, 1, 7), (10**6, 1, 1, 1, 1)])
def test_rows_share_a_code_when_all_their_cells_are_equal(values, monkeypatch):
    monkeypatch.setattr(row_equality, "_PART", 300)
    draw = np.random.default_rng(3)
    numbers = np.column_stack([draw.integers(0, most, 2000) for most in values]).astype(float)
    numbers[draw.random(numbers.shape) < 0.01] = np.nan
    found = equal_rows(Frame(Layout(NAMES), 2000, numbers, np.empty((2000, 0), np.intp), (), np.empty((2000, 0), np.int64)), NAMES)
    rows = [tuple("" if np.isnan(cell) else str(cell) for cell in row) for row in numbers.tolist()]
    if len(set(rows)) == len(rows):
        assert found is None
    else:
        assert found is not None
        assert len(set(zip(found.tolist(), rows, strict=True))) == len(set(found.tolist())) == len(set(rows))
