"""Random forest: many deep trees, each grown on a sample of the rows, averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlops_desktop.base.families import CLASSES, NUMBERS, Algorithm, TaskSpec
from mlops_desktop.base.params import number
from mlops_desktop.catalog.algorithms import _parameters as shared
from mlops_desktop.catalog.algorithms._estimators import OneThread, check_matrix, renamed_params, seen_classes
from mlops_desktop.catalog.algorithms._tree_nodes import grow, scikit_nodes
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.message import as_message
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.some_classes import expand_classes
from mlops_desktop.serving.models.trees import MEAN

_RENAMED = {"trees": "n_estimators"}  # parameters of version 1


@dataclass(frozen=True, kw_only=True)
class RandomForest(Algorithm):
    """The mean of trees that each saw other rows, and at each question other columns."""

    id = "random_forest"
    label = "Random forest"
    version = 2
    help = "The average of many decision trees. Good without tuning and robust; the models are large."
    learns = frozenset({CLASSES, NUMBERS})
    encoding = "ordinal_codes"
    initial_configs = ({"max_features": 0.5, "min_samples_leaf": 2},)

    n_estimators: int = number(
        200,
        1,
        5000,
        "Number of trees",
        help="More trees are more stable and slower; beyond a few hundred little is gained.",
        whole=True,
        log=True,
    )
    max_features: float | None = number(
        None,
        0.01,
        1.0,
        "Share of columns per split",
        help="The share of the columns that each split may choose from. Empty: the square root of their number for "
        "classes, a third for numbers.",
        tune=(0.1, 1.0),
    )
    min_samples_leaf: int = shared.rows_of_a_leaf(1, tune=(1, 30))
    max_depth: int | None = number(None, 1, 64, "Maximum depth", help="The most questions on the way to a prediction.", whole=True)
    class_weight: str = shared.class_weight(balanced_subsample=as_message("Balanced per tree"))

    @classmethod
    def upgrade(cls, params: dict[str, Any], version: int) -> dict[str, Any]:
        return renamed_params(params, _RENAMED) if version < 2 else params

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        check_matrix(matrix, self.label, missing=matrix.csr is None)
        usual: str | float = 1 / 3 if not task.has_classes else "sqrt"
        options: dict[str, Any] = {
            "n_estimators": self.n_estimators,
            "max_features": usual if self.max_features is None else self.max_features,
            "min_samples_leaf": self.min_samples_leaf,
            "max_depth": self.max_depth,
            "n_jobs": 1,
            "random_state": seed,
        }
        if not task.has_classes:
            return OneThread(RandomForestRegressor(**options))
        return OneThread(RandomForestClassifier(**options, class_weight=None if self.class_weight == "none" else self.class_weight))

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        nodes = scikit_nodes([member.tree_ for member in estimator.estimators_])
        if not task.has_classes:
            return grow(nodes, link=MEAN, width=width)
        seen = seen_classes(estimator)
        return expand_classes(grow(nodes, link=MEAN, width=width, outputs=len(seen)), seen, classes)
