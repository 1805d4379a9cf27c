"""Work on columns gives the same results in threads and without."""

from __future__ import annotations

import pytest

from mlops_desktop.base.column_threads import for_columns


@pytest.mark.parametrize("rows", [1, 10**6])
def test_results_stand_in_the_order_of_the_columns_and_errors_come_through(rows):
    assert for_columns(lambda one: one * 2, range(50), rows) == list(range(0, 100, 2))
    with pytest.raises(ZeroDivisionError):
        for_columns(lambda one: 1 // one, [1, 0], rows)
