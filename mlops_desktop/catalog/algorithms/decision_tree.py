"""One decision tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlops_desktop.base.families import CLASSES, NUMBERS, Algorithm, TaskSpec
from mlops_desktop.base.params import number
from mlops_desktop.catalog.algorithms import _parameters as shared
from mlops_desktop.catalog.algorithms._estimators import OneThread, check_matrix, seen_classes
from mlops_desktop.catalog.algorithms._tree_nodes import grow, scikit_nodes
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.some_classes import expand_classes
from mlops_desktop.serving.models.trees import MEAN


@dataclass(frozen=True, kw_only=True)
class DecisionTree(Algorithm):
    """Questions of the form “is x at most t?”, one after the other."""

    id = "decision_tree"
    label = "Decision tree"
    help = "A sequence of yes/no questions that anyone can read. Less accurate than an ensemble of trees."
    learns = frozenset({CLASSES, NUMBERS})
    encoding = "ordinal_codes"

    max_depth: int | None = number(
        8, 1, 64, "Maximum depth", help="The most questions on the way to a prediction.", whole=True, tune=(2, 16)
    )
    min_samples_leaf: int = shared.rows_of_a_leaf(5, tune=(1, 100))
    ccp_alpha: float = number(0.0, 0.0, 1e12, "Pruning", help="Higher values remove more branches that gain little.")
    class_weight: str = shared.class_weight()

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

        check_matrix(matrix, self.label, missing=matrix.csr is None)
        options: dict[str, Any] = {
            "max_depth": self.max_depth,
            "min_samples_leaf": self.min_samples_leaf,
            "ccp_alpha": self.ccp_alpha,
            "random_state": seed,
        }
        if not task.has_classes:
            return OneThread(DecisionTreeRegressor(**options))
        return OneThread(DecisionTreeClassifier(**options, class_weight=None if self.class_weight == "none" else self.class_weight))

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        nodes = scikit_nodes([estimator.tree_])
        if not task.has_classes:
            return grow(nodes, link=MEAN, width=width)
        seen = seen_classes(estimator)
        return expand_classes(grow(nodes, link=MEAN, width=width, outputs=len(seen)), seen, classes)
