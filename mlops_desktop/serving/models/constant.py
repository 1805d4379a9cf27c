"""The same answer for every row: class shares, a mean or a median."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Bools, Floats, Matrix
from ..model import Model
from ..prediction_spec import prediction_spec


@dataclass(frozen=True, eq=False)
class Constant(Model):
    """`answer` is (classes,) probabilities, or (1,) a number when the answers of `task` (its id) are values; `width` is the number of
    features, none of which is used. Without a task the answer is probabilities.
    """

    task: str | None
    answer: Floats
    width: int

    def __post_init__(self) -> None:
        if self.answer.ndim != 1 or not len(self.answer) or (not self._per_class and len(self.answer) != 1):
            raise ValueError("a constant model has one answer")

    @property
    def _per_class(self) -> bool:
        return self.task is None or prediction_spec(self.task).per_class

    def scores(self, matrix: Matrix) -> Floats:
        return np.tile(self.answer, (matrix.rows, 1)) if self._per_class else np.full(matrix.rows, self.answer[0])

    def used(self) -> Bools:
        return np.zeros(self.width, dtype=bool)
