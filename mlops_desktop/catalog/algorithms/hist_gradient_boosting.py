"""scikit-learn's gradient boosting on histograms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.families import CLASSES, NUMBERS, Algorithm, TaskSpec
from mlops_desktop.base.params import choice, number
from mlops_desktop.catalog.algorithms import _parameters as shared
from mlops_desktop.catalog.algorithms._estimators import OneThread, category_columns, check_matrix, renamed_params, seen_classes
from mlops_desktop.catalog.algorithms._tree_nodes import Nodes, grow
from mlops_desktop.serving.frame import Ints, Matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.some_classes import expand_classes
from mlops_desktop.serving.models.trees import IDENTITY, SIGMOID, SOFTMAX

_MOST_CODES = 255  # categories that the library can distinguish in one column

_RENAMED = {"rounds": "max_iter", "leaves": "max_leaf_nodes", "penalty": "l2_regularization"}  # parameters of version 1


@dataclass(frozen=True, kw_only=True)
class HistGradientBoosting(Algorithm):
    """Small trees, each fitted on the errors of those before it; categories and missing values as they are."""

    id = "hist_gradient_boosting"
    label = "Gradient boosting (scikit-learn)"
    version = 2
    help = (
        "Many small trees, each correcting the errors of those before it. Among the most accurate on tables; handles missing values itself."
    )
    learns = frozenset({CLASSES, NUMBERS})
    encoding = "native_categories"
    takes_sparse = False
    initial_configs = (  # few leaves for small tables; a sample of columns at each question
        {"learning_rate": 0.06, "max_iter": 200, "max_leaf_nodes": 8, "min_samples_leaf": 10, "max_features": 0.5},
        {"learning_rate": 0.06, "max_iter": 300, "max_leaf_nodes": 31, "min_samples_leaf": 10, "max_features": 0.5},
    )

    learning_rate: float = shared.learning_rate(0.1)
    max_iter: int = shared.rounds(150, 5000, tune=(50, 500))
    max_leaf_nodes: int = shared.leaves(31)
    min_samples_leaf: int = shared.rows_of_a_leaf(20, tune=(2, 100))
    l2_regularization: float = shared.leaf_penalty()
    max_features: float = number(
        0.5, 0.01, 1.0, "Share of columns per split", help="The share of the columns that each split may choose from.", tune=(0.3, 1.0)
    )
    loss: str = choice(
        "squared_error",
        {"squared_error": "Squared error (the mean)", "absolute_error": "Absolute error (the median)"},
        "Loss function (for numbers)",
        help="The median is less affected by a few extreme values.",
    )
    class_weight: str = shared.class_weight()

    @classmethod
    def upgrade(cls, params: dict[str, Any], version: int) -> dict[str, Any]:
        return renamed_params(params, _RENAMED) if version < 2 else params

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        check_matrix(matrix, self.label, missing=True)
        options: dict[str, Any] = {
            "learning_rate": self.learning_rate,
            "max_iter": self.max_iter,
            "max_leaf_nodes": self.max_leaf_nodes,
            "min_samples_leaf": self.min_samples_leaf,
            "l2_regularization": self.l2_regularization,
            "max_features": self.max_features,
            "categorical_features": category_columns(matrix, _MOST_CODES) or None,
            "early_stopping": False,
            "random_state": seed,
        }
        if not task.has_classes:
            return _FilledColumns(HistGradientBoostingRegressor(**options, loss=self.loss))
        weight = None if self.class_weight == "none" else self.class_weight
        return _FilledColumns(HistGradientBoostingClassifier(**options, class_weight=weight))

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        known = _known_codes(estimator)
        order = [*known, *(position for position in range(width) if position not in known)]  # the library moves categories to the front
        levels = np.array([int(known[position].max()) + 1 if position in known else 0 for position in range(width)])
        sets: list[list[int]] = []
        trees = [_tree(predictor, np.array(order), known, sets) for one_round in estimator._predictors for predictor in one_round]
        baseline = np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(-1)
        seen = () if not task.has_classes else seen_classes(estimator)
        link = IDENTITY if not task.has_classes else SIGMOID if len(seen) == 2 else SOFTMAX
        model = grow(Nodes.join(trees), link=link, width=width, baseline=baseline, outputs=len(baseline), levels=levels, sets=sets)
        return model if not task.has_classes else expand_classes(model, seen, classes)


class _FilledColumns(OneThread):
    """Fits with 0 in columns without any value, which the library cannot bin. No split is made on them, so scores are the same."""

    def fit(self, X: Any, y: NDArray[Any], sample_weight: NDArray[Any] | None = None) -> OneThread:
        """Fit the estimator."""
        empty = np.isnan(X).all(axis=0)
        return super().fit(np.where(empty, 0.0, X) if empty.any() else X, y, sample_weight)


def _known_codes(estimator: Any) -> dict[int, Ints]:
    """The codes that the fit saw in each column of categories, in the order in which the library numbers them."""
    if estimator.is_categorical_ is None:
        return {}
    categories = estimator._preprocessor.named_transformers_["encoder"].categories_
    positions = np.flatnonzero(estimator.is_categorical_).tolist()
    return {position: found[~np.isnan(found)].astype(np.intp) for position, found in zip(positions, categories, strict=True)}


def _tree(predictor: Any, order: Ints, known: dict[int, Ints], sets: list[list[int]]) -> Nodes:
    """One tree of the library; its sets of categories are added to `sets`, as codes of the matrix."""
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    feature = order[np.where(leaf, 0, nodes["feature_idx"].astype(np.intp))]
    threshold = nodes["num_threshold"].astype(np.float64)
    missing_left = nodes["missing_go_to_left"].astype(bool)
    for at in np.flatnonzero(~leaf & nodes["is_categorical"].astype(bool)).tolist():
        codes, bitset = known[int(feature[at])], predictor.raw_left_cat_bitsets[nodes["bitset_idx"][at]]
        number_of = np.arange(len(codes))
        goes_left = codes[(bitset[number_of // 32] >> (number_of % 32).astype(np.uint32)) & 1 == 1]
        if missing_left[at]:  # a code that the fit never saw goes the missing side
            goes_left = np.union1d(goes_left, np.setdiff1d(np.arange(codes.max() + 1), codes))
        threshold[at] = len(sets)
        sets.append(np.sort(goes_left).tolist())
    left, right = (np.where(leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right"))
    return Nodes(np.zeros(1, dtype=np.int64), feature, threshold, left, right, missing_left, nodes["value"].astype(np.float64)[:, None])
