"""Work on columns gives the same results in threads and without."""

from __future__ import annotations

import pytest

from mlops_desktop.base.column_threads import for_columns
from mlops_desktop.base.job import Silent


class Steps(Silent):
    """Keeps the steps of a job."""

    def __init__(self):
        self.steps = []

    def step(self, fraction, message=""):
        self.steps.append((fraction, message))


@pytest.mark.parametrize("rows", [1, 10**6])
def test_results_stand_in_the_order_of_the_columns_and_errors_come_through(rows):
    assert for_columns(lambda one: one * 2, range(50), rows) == list(range(0, 100, 2))
    with pytest.raises(ZeroDivisionError):
        for_columns(lambda one: 1 // one, [1, 0], rows)


@pytest.mark.parametrize("rows", [1, 10**6])
def test_the_progress_over_many_columns_is_reported_at_most_a_hundred_times(rows):
    job = Steps()
    for_columns(str, range(1000), rows, job)
    assert len(job.steps) == 100
    assert job.steps[-1] == (1.0, "")
