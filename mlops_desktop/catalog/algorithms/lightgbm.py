"""LightGBM."""

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

_MOST_CODES = 4096  # a column with more categories is split as a number: its sets would be longer than the data
_ZERO = float(np.float32(1e-35))  # the library takes values of at most this size as 0 before it compares them

_RENAMED = {  # parameters of version 1
    "rounds": "n_estimators",
    "leaves": "num_leaves",
    "min_samples_leaf": "min_child_samples",
    "penalty": "reg_lambda",
    "share_of_columns": "colsample_bytree",
    "share_of_rows": "subsample",
    "loss": "objective",
}


@dataclass(frozen=True, kw_only=True)
class LightGbm(Algorithm):
    """Small trees grown leaf by leaf; categories and missing values as they are."""

    id = "lightgbm"
    label = "LightGBM"
    version = 2
    help = "Many small trees, each correcting the errors of those before it. Accurate and fast on tables; handles missing values itself."
    learns = frozenset({CLASSES, NUMBERS})
    encoding = "native_categories"
    initial_configs = (  # for small tables; samples of columns and rows; many trees for what is smooth; many leaves for big tables
        {"learning_rate": 0.05, "n_estimators": 250, "num_leaves": 8, "min_child_samples": 10, "colsample_bytree": 0.6, "subsample": 0.8},
        {"learning_rate": 0.05, "n_estimators": 400, "num_leaves": 24, "min_child_samples": 10, "colsample_bytree": 0.5, "subsample": 0.8},
        {"learning_rate": 0.05, "n_estimators": 600, "num_leaves": 63, "min_child_samples": 20, "colsample_bytree": 0.6, "subsample": 0.9},
        {"learning_rate": 0.1, "n_estimators": 600, "num_leaves": 12, "min_child_samples": 4, "colsample_bytree": 0.9, "subsample": 0.9},
    )

    learning_rate: float = shared.learning_rate(0.06)
    n_estimators: int = shared.rounds(200, 10_000, tune=(50, 600))
    num_leaves: int = shared.leaves(24)
    min_child_samples: int = shared.rows_of_a_leaf(20, tune=(3, 100))
    reg_lambda: float = shared.leaf_penalty()
    colsample_bytree: float = number(
        0.7, 0.05, 1.0, "Share of columns per tree", help="The share of the columns that each tree may use.", tune=(0.4, 1.0)
    )
    subsample: float = number(
        1.0, 0.05, 1.0, "Share of rows per tree", help="The share of the rows that each tree learns from.", tune=(0.5, 1.0)
    )
    objective: str = choice(
        "regression",
        {"regression": "Squared error (the mean)", "regression_l1": "Absolute error (the median)"},
        "Loss function (for numbers)",
        help="The median is less affected by a few extreme values.",
    )
    class_weight: str = shared.class_weight()

    @classmethod
    def upgrade(cls, params: dict[str, Any], version: int) -> dict[str, Any]:
        return renamed_params(params, _RENAMED) if version < 2 else params

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        from lightgbm import LGBMClassifier, LGBMRegressor

        check_matrix(matrix, self.label, missing=True)
        options: dict[str, Any] = {
            "learning_rate": self.learning_rate,
            "n_estimators": self.n_estimators,
            "num_leaves": self.num_leaves,
            "min_child_samples": self.min_child_samples,
            "reg_lambda": self.reg_lambda,
            "colsample_bytree": self.colsample_bytree,
            "subsample": self.subsample,
            "subsample_freq": 1,
            "random_state": seed,
            "n_jobs": 1,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }
        categories = category_columns(matrix, _MOST_CODES)
        if not task.has_classes:
            return OneThread(LGBMRegressor(**options, objective=self.objective), categorical_feature=categories)
        weight = None if self.class_weight == "none" else self.class_weight
        return OneThread(LGBMClassifier(**options, class_weight=weight), categorical_feature=categories)

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        nodes, levels, sets = _read(estimator.booster_.model_to_string(num_iteration=-1, importance_type="split"), width)
        seen = () if not task.has_classes else seen_classes(estimator)
        link = IDENTITY if not task.has_classes else SIGMOID if len(seen) == 2 else SOFTMAX
        outputs = len(seen) if link == SOFTMAX else 1
        model = grow(nodes, link=link, width=width, outputs=outputs, levels=levels, sets=sets)
        return model if not task.has_classes else expand_classes(model, seen, classes)


def _read(text: str, width: int) -> tuple[Nodes, Ints, list[list[int]]]:
    """The trees of LightGBM's model text (numbers have 17 digits in it, so none is changed): all splits, then all leaves; the number
    of category codes of each feature; and the sets of codes that go left.
    """
    trees = [
        dict(line.split("=", 1) for line in part.splitlines() if "=" in line)
        for part in text.partition("\nend of trees")[0].split("\nTree=")[1:]
    ]
    leaves = np.array([int(tree["num_leaves"]) for tree in trees])

    def all_of(name: str, dtype: type) -> NDArray[Any]:
        return np.array(" ".join(tree.get(name, "") for tree in trees if tree["num_leaves"] != "1").split(), dtype=dtype)

    feature, written, decision = all_of("split_feature", np.intp), all_of("threshold", np.float64), all_of("decision_type", np.intp)
    threshold = np.where((written >= -_ZERO) & (written < 0), np.nextafter(-_ZERO, -1.0), written)
    threshold = np.where((written >= 0) & (written < _ZERO), _ZERO, threshold)
    # Of a decision, bit 0 says that it is on categories, bit 1 that missing goes left; the rest is 2 where NaN is missing, else NaN is 0.
    missing_left = np.where(decision >> 2 == 2, decision & 2 == 2, threshold >= 0)
    tree = np.repeat(np.arange(len(trees)), leaves - 1)
    levels = np.zeros(width, dtype=np.intp)
    sets: list[list[int]] = []
    for at in np.flatnonzero(decision & 1).tolist():
        codes = _set(trees[tree[at]], int(written[at]))
        missing_left[at], threshold[at] = False, len(sets)  # missing and unknown categories go right
        sets.append(codes.tolist())
        levels[feature[at]] = max(int(levels[feature[at]]), int(codes.max(initial=0)) + 1)
    first_split, first_leaf = np.cumsum(leaves - 1) - leaves + 1, np.cumsum(leaves) - leaves + len(tree)
    left, right = (
        np.where(child >= 0, child + first_split[tree], ~child + first_leaf[tree])
        for child in (all_of("left_child", np.int64), all_of("right_child", np.int64))
    )
    values = np.array(" ".join(found["leaf_value"] for found in trees).split(), dtype=np.float64)
    at_leaves = np.zeros(len(values), dtype=np.int64)
    nodes = Nodes(
        roots=np.where(leaves > 1, first_split, first_leaf),
        feature=np.append(feature, at_leaves),
        threshold=np.append(threshold, at_leaves),
        left=np.append(left, at_leaves - 1),
        right=np.append(right, at_leaves - 1),
        missing_left=np.append(missing_left, at_leaves > 0),
        values=np.append(np.zeros(len(tree)), values)[:, None],
    )
    return nodes, levels, sets


def _set(tree: dict[str, str], number: int) -> Ints:
    """The codes of one of a tree's sets of categories."""
    start, stop = (int(bound) for bound in tree["cat_boundaries"].split()[number : number + 2])
    bitset = np.array(tree["cat_threshold"].split()[start:stop], dtype=np.uint32)
    return np.flatnonzero((bitset[:, None] >> np.arange(32, dtype=np.uint32)) & 1)
