"""Predicts the same score for every row: class frequencies, a mean or a median."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Bools, Floats, Matrix
from ..model import Model


@dataclass(frozen=True, eq=False)
class Constant(Model):
    """`answer` is (classes,) probabilities, or (1,) a number unless `per_class`; none of the `width` features is used."""

    answer: Floats
    width: int
    per_class: bool

    def __post_init__(self) -> None:
        if self.answer.ndim != 1 or not len(self.answer) or (not self.per_class and len(self.answer) != 1):
            raise ValueError("a constant model has one answer")

    def scores(self, matrix: Matrix) -> Floats:
        return np.tile(self.answer, (matrix.rows, 1)) if self.per_class else np.full(matrix.rows, self.answer[0])

    def used(self) -> Bools:
        return np.zeros(self.width, dtype=bool)
