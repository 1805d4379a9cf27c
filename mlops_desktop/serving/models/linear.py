"""Linear models: linear and ridge regression, binary and multinomial logistic regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Bools, Floats, Matrix
from ..model import Model
from .blocks import cut_rows, spans
from .links import softmax, two_classes

IDENTITY, SIGMOID, SOFTMAX = "identity", "sigmoid", "softmax"


@dataclass(frozen=True, eq=False)
class Linear(Model):
    """`weights` (features, outputs), `intercept` (outputs,). `link`: identity (regression), sigmoid (one output, two classes), softmax (an
    output per class).
    """

    weights: Floats
    intercept: Floats
    link: str

    def __post_init__(self) -> None:
        if self.weights.ndim != 2 or self.intercept.shape != (self.weights.shape[1],) or self.link not in (IDENTITY, SIGMOID, SOFTMAX):
            raise ValueError("weights, intercept and link of a linear model do not fit together")
        if self.link != SOFTMAX and self.weights.shape[1] != 1:
            raise ValueError("only softmax has several outputs")

    def scores(self, matrix: Matrix) -> Floats:
        sums = matrix.dense @ self.weights if matrix.csr is None and matrix.dense is not None else self._sparse(matrix)
        sums = sums + self.intercept
        if self.link == SOFTMAX:
            return softmax(sums)
        return two_classes(sums[:, 0]) if self.link == SIGMOID else sums[:, 0]

    def used(self) -> Bools:
        used: Bools = np.any(self.weights != 0, axis=1)
        return used

    def _sparse(self, matrix: Matrix) -> Floats:
        out = np.zeros((matrix.rows, self.weights.shape[1]))
        if matrix.csr is not None:
            for start, stop in spans(matrix.rows, 1024):
                out[start:stop] = cut_rows(matrix.csr, start, stop).dot(self.weights)
        return out
