"""Ordinary least squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops_desktop.base.families import NUMBERS, Algorithm, TaskSpec
from mlops_desktop.catalog.algorithms._estimators import OneThread, check_matrix
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.linear import IDENTITY, Linear


@dataclass(frozen=True, kw_only=True)
class LinearRegression(Algorithm):
    """A weighted sum of the features, with weights of least squared error."""

    id = "linear"
    label = "Linear regression"
    help = "A weighted sum of the columns. Fast and easy to interpret; misses non-linear effects."
    learns = frozenset({NUMBERS})

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        from sklearn.linear_model import LinearRegression as LeastSquares

        check_matrix(matrix, self.label)
        return OneThread(LeastSquares())

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        weights = np.asarray(estimator.coef_, dtype=np.float64).reshape(width, 1)
        return Linear(weights, np.asarray(estimator.intercept_, dtype=np.float64).reshape(1), IDENTITY)
