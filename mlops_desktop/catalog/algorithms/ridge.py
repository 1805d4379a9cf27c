"""Least squares with a penalty on large weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops_desktop.base.families import NUMBERS, Algorithm, TaskSpec
from mlops_desktop.base.params import number
from mlops_desktop.catalog.algorithms._estimators import OneThread, check_matrix
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.linear import IDENTITY, Linear


@dataclass(frozen=True, kw_only=True)
class Ridge(Algorithm):
    """A weighted sum of the features whose weights are held small."""

    id = "ridge"
    label = "Ridge regression"
    help = "Linear regression with an L2 penalty: more stable when columns are correlated or many."
    learns = frozenset({NUMBERS})

    alpha: float = number(
        1.0, 1e-9, 1e9, "Regularisation strength (alpha)", help="Higher values shrink the coefficients more.", log=True, tune=(1e-3, 1e4)
    )

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        from sklearn.linear_model import Ridge as Penalised

        check_matrix(matrix, self.label)
        return OneThread(Penalised(alpha=self.alpha, random_state=seed))

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        weights = np.asarray(estimator.coef_, dtype=np.float64).reshape(width, 1)
        return Linear(weights, np.asarray(estimator.intercept_, dtype=np.float64).reshape(1), IDENTITY)
