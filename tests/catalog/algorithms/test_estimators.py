"""Helpers around a library's estimator."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.algorithms._estimators import OneThread, category_columns, check_matrix
from mlops_desktop.serving.frame import Matrix
from tests.frames import to_csr


class Watching:
    """An estimator that says how many threads it was given."""

    classes_ = (0, 1)

    def fit(self, X, y, sample_weight=None, more=None):
        from threadpoolctl import threadpool_info

        self.threads = [pool["num_threads"] for pool in threadpool_info()]
        self.given = (sample_weight, more)


def test_a_fit_takes_one_thread_and_passes_its_arguments_on():
    estimator = OneThread(Watching(), more=5)
    assert estimator.fit(np.zeros((2, 1)), np.zeros(2)) is estimator
    assert set(estimator.threads) == {1}
    assert estimator.given == (None, 5)
    assert estimator.fit(np.zeros((2, 1)), np.zeros(2), sample_weight=[1, 2]).given == ([1, 2], 5)
    assert copy.deepcopy(estimator).classes_ == (0, 1)


def test_codes_of_categories():
    nan = float("nan")
    columns = [[0, 2, nan, 5], [0.5, 1, 2, 3], [-1, 0, 1, 2], [nan] * 4, [0, 1, 2, 3], [0, 1, 1, 0], [0, 1, 2, 2**25]]
    values = np.array(columns, dtype=float).T
    matrix = Matrix(tuple("abcdefg"), values, None, (0, 1, 2, 3, 5, 6))  # the fifth column stands for no category
    assert category_columns(matrix, 3) == [0, 5]
    assert category_columns(matrix, 2) == [5]
    sparse = Matrix(tuple("abcdefg"), None, to_csr(np.nan_to_num(values)), (0, 1, 2, 3, 5, 6))
    assert category_columns(sparse, 3) == [0, 3, 5]


def test_many_gaps_are_counted_and_some_named():
    with pytest.raises(UserError, match=r"“x0”, “x1”, “x2”, “x3”, “x4” and 2 more have some"):
        check_matrix(Matrix(tuple(f"x{i}" for i in range(7)), np.full((2, 7), np.nan)), "It")
    check_matrix(Matrix(("x0",), np.full((2, 1), np.nan)), "It", missing=True)
