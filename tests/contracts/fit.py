"""Fits a member of the algorithms' catalogue on made-up data; run as a program, it prints a digest of every member's compiled model."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

import mlops_desktop.catalog.algorithms
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm
from mlops_desktop.base.registry import Registry
from mlops_desktop.engine.choices import task_spec, tasks
from mlops_desktop.serving.frame import Matrix, round_to_float32
from mlops_desktop.serving.serialization import write_object
from tests.frames import to_csr

ALGORITHMS = Registry(mlops_desktop.catalog.algorithms, Algorithm)
MEMBERS = [(name, task) for name in ALGORITHMS for task in tasks() if ALGORITHMS[name].supports(task_spec(task))]
QUICK = {
    "decision_tree": {"min_samples_leaf": 5},
    "hist_gradient_boosting": {"max_iter": 12, "min_samples_leaf": 5},
    "lightgbm": {"n_estimators": 12, "min_child_samples": 5},
    "mlp": {"max_iter": 40, "hidden_layer_size": 12},
    "random_forest": {"n_estimators": 10, "min_samples_leaf": 5},
}


def quick(name, **more):
    """A member with small parameters."""
    return ALGORITHMS[name](**{**QUICK.get(name, {}), **more})


def matrix_of(values, categories=()):
    values = round_to_float32(np.asarray(values, dtype=float))
    return Matrix(tuple(f"x{i}" for i in range(values.shape[1])), values, None, tuple(categories))


def target_of(task, signal, classes=3):
    """Classes by quantiles of a signal, or the signal itself on a large scale."""
    if task == "regression":
        return 1000.0 + 50.0 * signal
    count = 2 if task == "binary" else classes
    return np.searchsorted(np.quantile(signal, np.arange(1, count) / count), signal).astype(np.intp)


def refusal(name, task, matrix):
    """The sentence with which a member refuses a matrix before any fit, and the way out; None when it takes it."""
    try:
        quick(name).build(task_spec(task), 0, matrix)
    except UserError as error:
        return error
    return None


def takes_missing(name, *, sparse=False):
    """Whether a member learns from rows with gaps, dense or sparse."""
    gaps = matrix_of(np.where(np.arange(80).reshape(40, 2) % 9 == 4, np.nan, 1.0))
    matrix = Matrix(gaps.names, None, to_csr(gaps.to_dense())) if sparse else gaps
    return refusal(name, next(task for member, task in MEMBERS if member == name), matrix) is None


def in_library_form(name, matrix):
    """The matrix as the library takes it."""
    if matrix.csr is None or not ALGORITHMS[name].takes_sparse:
        return matrix.to_dense()
    from scipy.sparse import csr_matrix

    return csr_matrix((matrix.csr.data, matrix.csr.indices, matrix.csr.indptr), shape=(matrix.rows, matrix.width))


def fit(algorithm, task, matrix, y, seed=3, **fit):
    """(the fitted estimator, the compiled model)"""
    estimator = algorithm.build(task_spec(task), seed, matrix)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fits that were cut short on purpose
        estimator.fit(in_library_form(algorithm.id, matrix), y, **fit)
    classes = 0 if task == "regression" else int(y.max()) + 1
    return estimator, algorithm.compile(estimator, task_spec(task), classes, matrix.width)


def digests():
    """Member and task to the hash of its model's files."""
    rng = np.random.default_rng(11)
    values = rng.normal(size=(150, 4))
    found = {}
    for name, task in MEMBERS:
        shares = {field: 0.7 for field in ("subsample", "colsample_bytree", "max_features") if field in ALGORITHMS[name].params()}
        _, model = fit(quick(name, **shares), task, matrix_of(values), target_of(task, values[:, 0] + values[:, 1] ** 2))
        with tempfile.TemporaryDirectory() as folder:
            write_object(model, Path(folder), "model")
            files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
            found[f"{name} {task}"] = hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(digests()))
