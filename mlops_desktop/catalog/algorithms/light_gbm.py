"""LightGBM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.estimators import OneThread, category_columns, refuse_unfit, seen_classes
from mlops_desktop.base.families import TASKS, Algorithm, Task
from mlops_desktop.base.params import choice, number
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.some_classes import spread
from mlops_desktop.serving.models.trees import IDENTITY, SIGMOID, SOFTMAX, RawTree, grow

_MOST_CODES = 4096  # a column with more categories is split as a number: its sets would be longer than the data
_ZERO = float(np.float32(1e-35))  # the library takes values of at most this size as 0 before it compares them


@dataclass(frozen=True, kw_only=True)
class LightGbm(Algorithm):
    """Small trees grown leaf by leaf; categories and missing values as they are."""

    id = "lightgbm"
    label = "LightGBM"
    help = "Many small trees, each mending what those before it got wrong. Exact and quick on tables; takes missing values as they are."
    tasks = frozenset(TASKS)

    learning_rate: float = number(
        0.08,
        1e-4,
        1.0,
        "Learning rate",
        help="How much each tree may mend: the lower, the more trees are needed.",
        log=True,
        tune=(0.01, 0.3),
    )
    rounds: int = number(
        200,
        1,
        10_000,
        "Rounds",
        help="Trees, one after the other (for each class, when there are more than two).",
        whole=True,
        log=True,
        tune=(50, 600),
    )
    leaves: int = number(
        31, 2, 2048, "Leaves of a tree", help="How many different answers a tree may give.", whole=True, log=True, tune=(7, 127)
    )
    min_samples_leaf: int = number(
        20,
        1,
        100_000,
        "Rows for an answer",
        help="So many training rows at least stand behind each tree's answer.",
        whole=True,
        log=True,
        tune=(3, 100),
    )
    penalty: float = number(0.0, 0.0, 1e6, "Penalty", help="Holds the answers of the trees small.", log=True, tune=(1e-4, 10.0))
    share_of_columns: float = number(
        1.0, 0.05, 1.0, "Share of columns", help="The share of the columns that each tree may look at.", tune=(0.4, 1.0)
    )
    share_of_rows: float = number(
        1.0, 0.05, 1.0, "Share of rows", help="The share of the rows that each tree learns from.", tune=(0.5, 1.0)
    )
    loss: str = choice(
        "regression",
        {"regression": "Squared error (the mean)", "regression_l1": "Absolute error (the median)"},
        "Error, for numbers",
        help="The median is less moved by a few extreme values.",
    )
    class_weight: str = choice(
        "none",
        {"none": "As they come", "balanced": "Balanced"},
        "Weight of the classes",
        help="Balanced gives rare classes as much say as frequent ones; probabilities are then no shares any more.",
    )

    def build(self, task: Task, seed: int, matrix: Matrix) -> Any:
        from lightgbm import LGBMClassifier, LGBMRegressor

        refuse_unfit(matrix, self.label, missing=True)
        options: dict[str, Any] = {
            "learning_rate": self.learning_rate,
            "n_estimators": self.rounds,
            "num_leaves": self.leaves,
            "min_child_samples": self.min_samples_leaf,
            "reg_lambda": self.penalty,
            "colsample_bytree": self.share_of_columns,
            "subsample": self.share_of_rows,
            "subsample_freq": 1,
            "random_state": seed,
            "n_jobs": 1,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }
        categories = category_columns(matrix, _MOST_CODES)
        if task == "regression":
            return OneThread(LGBMRegressor(**options, objective=self.loss), categorical_feature=categories)
        weight = None if self.class_weight == "none" else self.class_weight
        return OneThread(LGBMClassifier(**options, class_weight=weight), categorical_feature=categories)

    def compile(self, estimator: Any, task: Task, classes: int, width: int) -> Model:
        sets: list[list[int]] = []
        levels = np.zeros(width, dtype=np.intp)
        text = estimator.booster_.model_to_string(num_iteration=-1, importance_type="split")
        trees = [_tree(part, sets, levels) for part in text.partition("\nend of trees")[0].split("\nTree=")[1:]]
        seen = () if task == "regression" else seen_classes(estimator)
        link = IDENTITY if task == "regression" else SIGMOID if len(seen) == 2 else SOFTMAX
        outputs = len(seen) if link == SOFTMAX else 1
        model = grow(trees, link=link, width=width, outputs=outputs, levels=levels, sets=sets)
        return model if task == "regression" else spread(model, seen, classes)


def _tree(text: str, sets: list[list[int]], levels: NDArray[np.intp]) -> RawTree:
    """One tree of LightGBM's model text (numbers stand there with 17 digits, so none is changed). Its sets of categories are added to
    `sets`, and `levels` is raised to the codes that they name.
    """
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def array(name: str, dtype: type) -> NDArray[Any]:
        return np.array(fields.get(name, "").split(), dtype=dtype)

    splits = int(fields["num_leaves"]) - 1
    nothing = np.zeros(splits + 1)
    values = np.append(np.zeros(splits), array("leaf_value", np.float64))
    feature, threshold = array("split_feature", np.intp)[:splits], array("threshold", np.float64)[:splits]
    decision = array("decision_type", np.intp)[
        :splits
    ]  # bit 0: categories; bit 1: missing goes left; bits 2 and 3: what is missing (2: NaN)
    missing_left = np.where((decision >> 2) & 3 == 2, decision & 2 == 2, threshold >= 0)  # where nothing was missing, NaN is taken as 0
    bounds, words = array("cat_boundaries", np.intp), array("cat_threshold", np.uint32)
    for at in np.flatnonzero(decision & 1).tolist():
        which = int(threshold[at])
        mask = words[bounds[which] : bounds[which + 1]]
        codes = np.flatnonzero((mask[:, None] >> np.arange(32, dtype=np.uint32)) & 1)
        missing_left[at], threshold[at] = False, len(sets)  # missing and unknown categories go right
        sets.append(codes.tolist())
        levels[feature[at]] = max(int(levels[feature[at]]), int(codes.max(initial=0)) + 1)
    is_number = decision & 1 == 0
    threshold[is_number & (threshold >= -_ZERO) & (threshold < 0)] = np.nextafter(-_ZERO, -1.0)
    threshold[is_number & (threshold >= 0) & (threshold < _ZERO)] = _ZERO
    left, right = (array(f"{side}_child", np.int64)[:splits] for side in ("left", "right"))
    return RawTree(
        np.append(feature, nothing.astype(np.intp)),
        np.append(threshold, nothing),
        np.append(np.where(left < 0, splits + ~left, left), nothing.astype(np.int64) - 1),
        np.append(np.where(right < 0, splits + ~right, right), nothing.astype(np.int64) - 1),
        np.append(missing_left, nothing > 0),
        values,
    )
