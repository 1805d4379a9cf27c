"""k nearest neighbours by Euclidean distance. Ties are resolved by the order of the training rows.

Distances are sums of squared differences in float64, computed pair by pair, so a row has the same neighbours alone and in a batch. A matrix
product finds candidates first; the bound on its rounding error is added to the threshold distance, so that no true neighbour is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from ..frame import Bools, Csr, Floats, Ints, Longs, Matrix
from ..model import Model
from .blocks import cut_rows, dense_rows, spans

_CELLS = 1 << 21  # float64 values in one block of rows: 16 MB


@dataclass(frozen=True, eq=False)
class Neighbours(Model):
    """The training rows: `rows` (n, features) when they are dense; else CSR as `indptr`, `indices`, `data` and `rows` is (0, features).

    `answers` (n, outputs): a number, or 1 for the row's class and 0 for the others. `by_distance`: the weight of a neighbour is
    1 / distance; if there are rows at distance 0, only they count. `regression`: the scores are (rows,) numbers.
    """

    stores_training_data: ClassVar[bool] = True

    rows: Floats
    indptr: Longs
    indices: Longs
    data: Floats
    answers: Floats
    neighbours: int
    by_distance: bool
    regression: bool

    def __post_init__(self) -> None:
        if self.rows.ndim != 2 or self.answers.ndim != 2 or not 1 <= self.neighbours <= len(self.answers):
            raise ValueError("a model of neighbours needs at least as many rows as neighbours")
        dense = len(self.rows) == len(self.answers) and not len(self.indptr)
        sparse = len(self.indptr) == len(self.answers) + 1 and len(self.indices) == len(self.data) == self.indptr[-1]
        if not (dense or sparse) or (len(self.indices) and not 0 <= self.indices.min() <= self.indices.max() < self.rows.shape[1]):
            raise ValueError("the training rows and their answers do not fit together")

    def scores(self, matrix: Matrix) -> Floats:
        out = np.empty((matrix.rows, self.answers.shape[1]))
        for start, stop in spans(matrix.rows, max(1, _CELLS // max(len(self.answers), self.rows.shape[1]))):
            block = dense_rows(matrix, start, stop)
            nearest, squares = self._nearest(block)
            out[start:stop] = self._answer(nearest, np.sqrt(squares))
            out[start:stop][np.isnan(block).any(axis=1)] = np.nan  # a row with missing values has no distances
        return out[:, 0] if self.regression else out

    def used(self) -> Bools:
        return np.ones(self.rows.shape[1], dtype=bool)

    def _nearest(self, block: Floats) -> tuple[Ints, Floats]:
        """The nearest training rows of each row, nearest first, and their squared distances: both (rows, neighbours)."""
        k, own = self.neighbours, np.einsum("ij,ij->i", block, block)
        rough = self._squares - 2.0 * self._products(block)  # the squared distance without the term of the row itself
        limit = np.partition(rough, k - 1, axis=1)[:, k - 1] + 8.0 * (self.rows.shape[1] + 4) * np.finfo(float).eps * (
            own + self._squares.max()
        )
        row, candidate = np.nonzero(~(rough > limit[:, None]))
        squares = self._squared_distances(block, row, candidate)
        order = np.lexsort((candidate, squares, row))
        first = np.searchsorted(row, np.arange(len(block)))
        take = order[first[:, None] + np.arange(k)]
        return candidate[take], squares[take]

    def _squared_distances(self, block: Floats, row: Ints, candidate: Ints) -> Floats:
        out = np.empty(len(row))
        for start, stop in spans(len(row), max(1, _CELLS // self.rows.shape[1])):
            difference = self._dense(candidate[start:stop])
            difference -= block[row[start:stop]]
            np.multiply(difference, difference, out=difference)
            out[start:stop] = np.add.accumulate(difference, axis=1)[:, -1]
        return out

    def _answer(self, nearest: Ints, distances: Floats) -> Floats:
        weights = np.ones_like(distances)
        if self.by_distance:
            same = distances == 0
            with np.errstate(divide="ignore"):
                weights = np.where(same.any(axis=1, keepdims=True), same, 1.0 / distances)
        weighted = self.answers[nearest] * weights[:, :, None]
        shares: Floats = np.add.accumulate(weighted, axis=1)[:, -1] / np.add.accumulate(weights, axis=1)[:, -1:]
        return shares

    @cached_property
    def _squares(self) -> Floats:
        found: Floats
        if not len(self.indptr):
            found = np.einsum("ij,ij->i", self.rows, self.rows)
            return found
        found = np.bincount(self._csr.row_of(), weights=self.data * self.data, minlength=len(self.answers)).astype(np.float64)
        return found

    @cached_property
    def _csr(self) -> Csr:
        return Csr(self.indptr, self.indices, self.data, self.rows.shape[1])

    def _products(self, block: Floats) -> Floats:
        """The products of the rows of a block with all training rows, (rows, n)."""
        if not len(self.indptr):
            return block @ self.rows.T
        row_of = self._csr.row_of()
        out = np.empty((len(block), len(self.answers)))
        for i, values in enumerate(block):
            out[i] = np.bincount(row_of, weights=self.data * values[self.indices], minlength=len(self.answers))
        return out

    def _dense(self, rows: Ints) -> Floats:
        return self._csr.take(rows).dense() if len(self.indptr) else self.rows[rows]


def compile_neighbours(matrix: Matrix, answers: Floats, neighbours: int, by_distance: bool, regression: bool) -> Neighbours:
    """The model of these training rows and their targets, `answers` (rows, outputs)."""
    nothing = np.zeros(0, dtype=np.int64)
    if matrix.csr is None:
        return Neighbours(matrix.to_dense(), nothing, nothing, np.zeros(0), answers, neighbours, by_distance, regression)
    csr = cut_rows(matrix.csr, 0, matrix.rows)
    return Neighbours(np.empty((0, matrix.width)), csr.indptr, csr.indices, csr.data, answers, neighbours, by_distance, regression)
