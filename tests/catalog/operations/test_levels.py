"""Which levels of a category may be stored in a model."""

from __future__ import annotations

import pytest

from mlops_desktop.catalog.operations._levels import frequent_levels, rows_needed
from tests.frames import make_frame


@pytest.mark.parametrize(("rows", "needed"), [(0, 2), (150, 2), (250, 3), (500, 5), (10**6, 5)])
def test_rows_needed_by_themselves(rows, needed):
    assert rows_needed(rows) == needed


def test_rows_needed_as_count_and_share():
    assert rows_needed(1000, 7) == 7
    assert rows_needed(1000, 2, 0.05) == 50
    assert rows_needed(10, 2, 0.05) == 2


def test_frequent_levels_are_counted_among_the_rows_that_are_there():
    frame = make_frame(categoricals={"w": ["c", "c", "b", "b", "a", None, None, None]})
    assert frequent_levels(frame, "w", 2) == (["b", "c"], True)
    assert frequent_levels(frame, "w", 1, 1) == (["b"], True)
    assert frequent_levels(frame.take(frame.categorical("w")[0] == 0), "w", 2) == (["c"], False)
