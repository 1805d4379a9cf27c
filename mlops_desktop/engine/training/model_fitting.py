"""Fits an algorithm on a matrix, compiles the estimator to plain data and checks the compiled model against the library."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm, Target
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.serving.frame import Floats, Matrix
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.model import Model

CHECKED_ROWS = 300  # rows on which a compiled model is compared with its library's own answer
DENSE_LIMIT = 4 * 2**30  # bytes that a sparse matrix may take when it is made dense


@dataclass(frozen=True, eq=False)
class Fitted:
    """A compiled model, and the warnings of the library during the fit (sentences, each once)."""

    model: Model
    notes: tuple[str, ...]


def fit(algorithm: Algorithm, matrix: Matrix, target: Target, weights: Floats | None, seed: int) -> Fitted:
    """Fit one algorithm and compile it; the compiled model is checked against the library on rows of the matrix.

    UserError when the algorithm cannot learn from this matrix, or when the compiled model answers otherwise than the library (DESIGN:
    1e-9).
    """
    _check_training_data(matrix, target)
    X = _wrap(algorithm, matrix)
    task = task_spec(target.task)
    estimator = algorithm.build(task, seed, matrix)
    arguments: dict[str, Any] = {}
    if weights is not None:
        if "sample_weight" not in inspect.signature(estimator.fit).parameters:
            raise UserError(
                msg("{algorithm} cannot learn with row weights.", algorithm=algorithm.label),
                "Leave it out, or take away what gives the weights: the role “weight” of a column, or the sampler.",
            )
        arguments["sample_weight"] = weights
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(X, target.values, **arguments)
    notes = tuple(dict.fromkeys(str(w.message).split("\n")[0] for w in caught if issubclass(w.category, UserWarning)))
    model = algorithm.compile(estimator, task, len(target.classes), matrix.width)
    _check_compiled(algorithm, estimator, model, matrix, target)
    return Fitted(model, notes)


def _check_training_data(matrix: Matrix, target: Target) -> None:
    if target.classes and len(np.unique(target.values)) < 2:
        raise UserError(
            "The training rows hold one class alone, so there is nothing to tell apart.",
            "Use more rows, fewer folds, or a stratified split.",
        )
    values = matrix.dense if matrix.dense is not None else matrix.csr.data if matrix.csr is not None else np.empty(0)
    if np.isinf(values).any():
        raise UserError("A column holds infinite values.", "Clip it, or correct the formula that makes them.")


def _wrap(algorithm: Algorithm, matrix: Matrix) -> Any:
    """The matrix as the library takes it; CSR is wrapped without a copy."""
    if matrix.csr is None:
        return matrix.dense
    if algorithm.takes_sparse:
        from scipy.sparse import csr_matrix

        csr = matrix.csr
        return csr_matrix((csr.data, csr.indices, csr.indptr), shape=(csr.rows, csr.width), copy=False)
    if matrix.rows * matrix.width * 8 > DENSE_LIMIT:
        raise UserError(
            msg(
                "{algorithm} would need {number:.0f} GB for these {width:,} features.",
                algorithm=algorithm.label,
                number=matrix.rows * matrix.width * 8 / 2**30,
                width=matrix.width,
            ),
            "Leave it out, or keep fewer words in the text step.",
        )
    return matrix.to_dense()


def _check_compiled(algorithm: Algorithm, estimator: Any, model: Model, matrix: Matrix, target: Target) -> None:
    """Rule 1: the compiled model answers as its library, on rows of the matrix and on rows that sit on the model's thresholds."""
    rows = np.unique(np.linspace(0, matrix.rows - 1, min(CHECKED_ROWS, matrix.rows)).astype(np.intp))
    sample = _on_thresholds(matrix.take(rows), model)
    X = _wrap(algorithm, sample)
    wanted: Floats
    if target.classes:
        wanted = np.zeros((sample.rows, len(target.classes)))
        wanted[:, np.asarray(estimator.classes_, dtype=np.intp)] = estimator.predict_proba(X)
    else:
        wanted = np.asarray(estimator.predict(X), dtype=np.float64).reshape(-1)
    worst = float(np.max(np.abs(model.scores(sample) - wanted) / np.maximum(1.0, np.abs(wanted))))
    if not worst <= 1e-9:
        raise UserError(
            msg(
                "{algorithm}: the model that would be served differs from the library's own answer by {worst:.1e}.",
                algorithm=algorithm.label,
                worst=worst,
            ),
            "Leave this algorithm out, and report it.",
        )


def _on_thresholds(sample: Matrix, model: Model) -> Matrix:
    """The sample, and as many rows again with one value each moved onto a threshold of the model, or to the float32 beside it."""
    places = [(feature, value) for feature, values in sorted(model.thresholds().items()) for value in values.tolist() if np.isfinite(value)]
    places = [place for place in places if place[0] not in sample.category_codes]
    if sample.dense is None or not places or not sample.rows:
        return sample
    chosen = [places[i] for i in np.unique(np.linspace(0, len(places) - 1, min(CHECKED_ROWS, len(places))).astype(np.intp))]
    moved = sample.dense[np.arange(len(chosen)) % sample.rows].copy()
    for i, (feature, value) in enumerate(chosen):
        near = np.float32(value)
        beside = (near, np.nextafter(near, np.float32(np.inf)), np.nextafter(near, np.float32(-np.inf)))
        moved[i, feature] = float(beside[i % 3])
    return replace(sample, dense=np.concatenate([sample.dense, moved]))
