"""A constant prediction, as scikit-learn's DummyClassifier and DummyRegressor: the score that a model must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops_desktop.base.families import CLASSES, NUMBERS, Algorithm, TaskSpec
from mlops_desktop.base.params import choice
from mlops_desktop.catalog.algorithms._estimators import seen_classes
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.constant import Constant
from mlops_desktop.serving.models.some_classes import expand_classes


@dataclass(frozen=True, kw_only=True)
class Baseline(Algorithm):
    """Class shares, or the mean or median of a number."""

    id = "baseline"
    label = "Baseline"
    help = "Predicts the same for every row: the shares of the classes, or the mean or median. Other models are compared with it."
    learns = frozenset({CLASSES, NUMBERS})
    encoding = "native_categories"

    strategy: str = choice(
        "mean", {"mean": "Mean", "median": "Median"}, "Prediction", help="For numbers: the median is less affected by a few extreme values."
    )

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        from sklearn.dummy import DummyClassifier, DummyRegressor

        return DummyRegressor(strategy=self.strategy) if not task.has_classes else DummyClassifier(strategy="prior")

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        if not task.has_classes:
            return Constant(np.asarray(estimator.constant_, dtype=np.float64).reshape(1), width, per_class=False)
        return expand_classes(
            Constant(np.asarray(estimator.class_prior_, dtype=np.float64), width, per_class=True), seen_classes(estimator), classes
        )
