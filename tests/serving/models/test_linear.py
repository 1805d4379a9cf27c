"""Linear models on dense and sparse matrices."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.models.linear import IDENTITY, SIGMOID, SOFTMAX, Linear
from tests.frames import to_csr

ROWS = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [-1.0, 3.0, 0.0]])
DENSE, SPARSE = Matrix(("a", "b", "c"), ROWS), Matrix(("a", "b", "c"), None, to_csr(ROWS))


@pytest.mark.parametrize("matrix", [DENSE, SPARSE], ids=["dense", "sparse"])
def test_sums(matrix):
    line = Linear(np.array([[2.0], [0.0], [0.5]]), np.array([1.0]), IDENTITY)
    assert line.scores(matrix).tolist() == [4.0, 1.0, -1.0]
    assert line.used().tolist() == [True, False, True]
    odds = Linear(np.array([[np.log(3)], [0.0], [0.0]]), np.array([0.0]), SIGMOID)
    assert odds.scores(matrix) == pytest.approx(np.array([[0.25, 0.75], [0.5, 0.5], [0.75, 0.25]]), abs=1e-15)
    shares = Linear(np.zeros((3, 3)), np.log([1.0, 2.0, 5.0]), SOFTMAX)
    assert shares.scores(matrix) == pytest.approx(np.array([[0.125, 0.25, 0.625]] * 3), abs=1e-15)
    assert shares.used().tolist() == [False] * 3


def test_no_rows():
    for matrix in (DENSE, SPARSE):
        none = matrix.take(np.array([], dtype=int))
        assert Linear(np.ones((3, 1)), np.zeros(1), IDENTITY).scores(none).shape == (0,)
        assert Linear(np.ones((3, 1)), np.zeros(1), SIGMOID).scores(none).shape == (0, 2)
        assert Linear(np.ones((3, 4)), np.zeros(4), SOFTMAX).scores(none).shape == (0, 4)


@pytest.mark.parametrize(
    ("weights", "intercept", "link"),
    [
        (np.ones(3), np.zeros(1), IDENTITY),
        (np.ones((3, 1)), np.zeros(2), IDENTITY),
        (np.ones((3, 2)), np.zeros(2), SIGMOID),
        (np.ones((3, 1)), np.zeros(1), "cube"),
    ],
)
def test_damaged_parts_are_refused(weights, intercept, link):
    with pytest.raises(ValueError, match=r"fit|outputs"):
        Linear(weights, intercept, link)
