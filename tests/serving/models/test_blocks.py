"""Rows in blocks, dense and sparse."""

from __future__ import annotations

import numpy as np

from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.models.blocks import cut_rows, dense_rows, spans
from tests.frames import to_csr

ROWS = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [0.0, 3.0, 4.0], [5.0, 0.0, 0.0]])
SPARSE = Matrix(("a", "b", "c"), None, to_csr(ROWS))


def test_spans_cover_all_rows_once():
    assert list(spans(7, 3)) == [(0, 3), (3, 6), (6, 7)]
    assert list(spans(0, 3)) == []


def test_rows_of_both_forms_are_the_same():
    for matrix in (Matrix(("a", "b", "c"), ROWS), SPARSE):
        assert dense_rows(matrix, 1, 3).tolist() == ROWS[1:3].tolist()
        assert dense_rows(matrix, 0, 4, np.array([0, 2])).tolist() == ROWS[:, [0, 2]].tolist()
        assert dense_rows(matrix, 2, 2, np.array([1])).shape == (0, 1)


def test_cut_rows_are_rows():
    assert cut_rows(SPARSE.csr, 1, 4).dense().tolist() == ROWS[1:].tolist()
