"""A weighted sum of the features on a logarithmic scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Bools, Floats, Matrix
from ..model import Model
from .linear import IDENTITY, Linear


@dataclass(frozen=True, eq=False)
class LogLinear(Model):
    """exp of a weighted sum: `weights` (features, 1), `intercept` (1,)."""

    weights: Floats
    intercept: Floats

    def scores(self, matrix: Matrix) -> Floats:
        return np.exp(Linear(self.weights, self.intercept, IDENTITY).scores(matrix))

    def used(self) -> Bools:
        return Linear(self.weights, self.intercept, IDENTITY).used()
