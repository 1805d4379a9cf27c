"""Logistic regression: a weighted sum of the features as log-odds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops_desktop.base.families import CLASSES, Algorithm, TaskSpec
from mlops_desktop.base.params import number
from mlops_desktop.catalog.algorithms import _parameters as shared
from mlops_desktop.catalog.algorithms._estimators import OneThread, check_matrix, renamed_params, seen_classes
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.linear import SIGMOID, SOFTMAX, Linear
from mlops_desktop.serving.models.some_classes import expand_classes

_RENAMED = {"strength": "C", "most_steps": "max_iter"}  # parameters of version 1


@dataclass(frozen=True, kw_only=True)
class LogisticRegression(Algorithm):
    """Sigmoid for two classes, softmax for more, with a squared penalty on the weights."""

    id = "logistic"
    label = "Logistic regression"
    version = 2
    help = "A weighted sum of the columns, turned into probabilities. Fast, well calibrated, easy to interpret."
    learns = frozenset({CLASSES})

    C: float = number(
        1.0,
        1e-9,
        1e9,
        "Regularisation strength (C)",
        help="The inverse of the penalty: lower values shrink the coefficients more.",
        log=True,
        tune=(1e-4, 1e3),
    )
    class_weight: str = shared.class_weight()
    max_iter: int = number(
        1000, 10, 100_000, "Maximum iterations", help="The solver stops after this many iterations.", whole=True, log=True
    )

    @classmethod
    def upgrade(cls, params: dict[str, Any], version: int) -> dict[str, Any]:
        return renamed_params(params, _RENAMED) if version < 2 else params

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        from sklearn.linear_model import LogisticRegression as Penalised

        check_matrix(matrix, self.label)
        weight = None if self.class_weight == "none" else self.class_weight
        return OneThread(Penalised(C=self.C, class_weight=weight, max_iter=self.max_iter, random_state=seed))

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        weights, seen = np.asarray(estimator.coef_, dtype=np.float64).T.copy(), seen_classes(estimator)
        link = SIGMOID if len(seen) == 2 else SOFTMAX
        return expand_classes(Linear(weights, np.asarray(estimator.intercept_, dtype=np.float64), link), seen, classes)
