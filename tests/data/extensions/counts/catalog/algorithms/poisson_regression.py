"""Poisson regression: the logarithm of the expected count is a weighted sum of the features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops_desktop.base.families import Algorithm, TaskSpec
from mlops_desktop.base.params import number
from mlops_desktop.catalog.algorithms._estimators import OneThread, check_matrix
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.log_linear import LogLinear


@dataclass(frozen=True, kw_only=True)
class PoissonRegression(Algorithm):
    """A generalised linear model with a logarithmic link."""

    id = "poisson_regression"
    label = "Poisson regression"
    help = "Each feature multiplies the expected count. Scale the columns first."
    learns = frozenset({"counts"})

    alpha: float = number(1e-3, 1e-9, 1e6, "Penalty", help="Higher values shrink the coefficients more.", log=True, tune=(1e-6, 10.0))

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        from sklearn.linear_model import PoissonRegressor

        check_matrix(matrix, self.label)
        return OneThread(PoissonRegressor(alpha=self.alpha, max_iter=1000))

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        weights = np.asarray(estimator.coef_, dtype=np.float64).reshape(width, 1)
        return LogLinear(weights, np.asarray(estimator.intercept_, dtype=np.float64).reshape(1))
