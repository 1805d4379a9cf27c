"""Records of version 1, whose parameters had names of our own, are read under the names of the libraries and build the same estimator."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import choices, task_spec
from mlops_desktop.serving.frame import Matrix

VERSION_1 = {  # all parameters of the algorithms that were renamed: a value that is not the default, and today's name
    "hist_gradient_boosting": {
        "learning_rate": (0.2, "learning_rate"),
        "rounds": (77, "max_iter"),
        "leaves": (9, "max_leaf_nodes"),
        "min_samples_leaf": (3, "min_samples_leaf"),
        "penalty": (0.7, "l2_regularization"),
        "max_features": (0.4, "max_features"),
        "loss": ("absolute_error", "loss"),
        "class_weight": ("balanced", "class_weight"),
    },
    "knn": {"neighbours": (3, "n_neighbors"), "weights": ("distance", "weights")},
    "lightgbm": {
        "learning_rate": (0.2, "learning_rate"),
        "rounds": (77, "n_estimators"),
        "leaves": (9, "num_leaves"),
        "min_samples_leaf": (3, "min_child_samples"),
        "penalty": (0.7, "reg_lambda"),
        "share_of_columns": (0.4, "colsample_bytree"),
        "share_of_rows": (0.8, "subsample"),
        "loss": ("regression_l1", "objective"),
        "class_weight": ("balanced", "class_weight"),
    },
    "logistic": {"strength": (0.3, "C"), "class_weight": ("balanced", "class_weight"), "most_steps": (55, "max_iter")},
    "mlp": {
        "layers": (2, "hidden_layers"),
        "width": (8, "hidden_layer_size"),
        "activation": ("tanh", "activation"),
        "penalty": (0.7, "alpha"),
        "learning_rate": (0.02, "learning_rate_init"),
        "epochs": (55, "max_iter"),
    },
    "random_forest": {
        "trees": (77, "n_estimators"),
        "max_features": (0.4, "max_features"),
        "min_samples_leaf": (3, "min_samples_leaf"),
        "max_depth": (5, "max_depth"),
        "class_weight": ("balanced", "class_weight"),
    },
}
MATRIX = Matrix(("x",), np.arange(8.0).reshape(-1, 1))


def read(name, version, params):
    return choices().algorithms.read({"id": name, "version": version, "params": params})


def test_every_algorithm_with_an_older_version_is_here():
    assert {name for name, cls in choices().algorithms.items() if cls.version > 1} == set(VERSION_1)


@pytest.mark.parametrize("name", list(VERSION_1))
def test_a_record_of_version_1_keeps_its_values_and_its_estimator(name):
    params = VERSION_1[name]
    algorithm = read(name, 1, {old: value for old, (value, _) in params.items()})
    assert {new for _, new in params.values()} == set(algorithm.params())
    assert algorithm == read(name, 2, {new: value for value, new in params.values()})
    assert read(name, 2, algorithm.to_json()["params"]) == algorithm
    assert read(name, 1, {}) == read(name, 2, {})
    task = task_spec("binary" if name == "logistic" else "regression")
    estimator = algorithm.build(task, 0, MATRIX)
    if name == "mlp":
        assert estimator.inner.hidden_layer_sizes == (8, 8)
    if name != "knn":  # an estimator of our own
        known = {name: value for name, value in estimator.get_params().items() if name != "class_weight"}  # of classifiers alone
        assert {new: known[new] for _, new in params.values() if new in known} == {
            new: value for value, new in params.values() if new in known
        }


@pytest.mark.parametrize("name", list(VERSION_1))
def test_the_old_names_are_no_names_of_version_2(name):
    for old, (value, new) in VERSION_1[name].items():
        if old != new:
            with pytest.raises(UserError, match="has no parameter"):
                read(name, 2, {old: value})
