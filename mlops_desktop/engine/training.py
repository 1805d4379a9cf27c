"""Learning: steps on some rows, an algorithm on their matrix, and the compiled model that comes out."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm, Operation, Target
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.centre import learn_centre
from mlops_desktop.serving.frame import Floats, Frame, Matrix, to_matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.transform import Transform, chain

CHECKED_ROWS = 300  # rows on which a compiled model is compared with its library's own answer
DENSE_LIMIT = 4 * 2**30  # bytes that a sparse matrix may take when it is made dense


@dataclass(frozen=True, eq=False)
class Learned:
    """Steps learned on some rows, and the matrix that these rows train with."""

    transforms: tuple[Transform, ...]
    matrix: Matrix

    def transform(self, frame: Frame) -> Matrix:
        """The matrix of other rows with the columns that the steps were learned on."""
        return to_matrix(chain(self.transforms, frame.layout)[1](frame))


@dataclass(frozen=True, eq=False)
class Fitted:
    """A compiled model, and what the library warned of while it learned (sentences, each once)."""

    model: Model
    notes: tuple[str, ...]


def learn_steps(steps: tuple[Operation, ...], frame: Frame, target: Target, job: Job) -> Learned:
    """Learn every step on these rows, each on what the one before it made. UserError names the step that does not fit."""
    transforms: list[Transform] = []
    for i, step in enumerate(steps):
        part = Part(job, i / len(steps), (i + 1) / len(steps))
        part.step(0.0, step.label)
        try:
            transform, training_frame = step.learn(frame, target, _Wordless(part))
            _, apply = transform.bind(frame.layout)
            frame = apply(frame) if training_frame is None else training_frame
        except UserError as error:
            raise UserError(f"Step {i + 1}, “{step.label}”: {error.message}", error.remedy) from error
        transforms.append(transform)
    if centre := learn_centre(frame):
        frame = centre.bind(frame.layout)[1](frame)
        transforms.append(centre)
    matrix = to_matrix(frame)
    if not matrix.width:
        raise UserError(
            "No column is left to learn from.",
            "Give at least one column the role “feature”, or switch off the step that drops the last one.",
        )
    return Learned(tuple(transforms), matrix)


class _Wordless:
    """A job that passes progress and stops on, but not the words: a step says its columns one by one, which is for its own preview."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def step(self, fraction: float, message: str = "") -> None:
        """See Job.step."""
        self._job.step(fraction)

    def partial(self, data: dict[str, Any]) -> None:
        """See Job.partial."""
        self._job.partial(data)


def fit(algorithm: Algorithm, matrix: Matrix, target: Target, weights: Floats | None, seed: int) -> Fitted:
    """Fit one algorithm and compile it; the compiled model is checked against the library on rows of the matrix.

    UserError when the algorithm cannot learn from this matrix, or when the compiled model answers otherwise than the library (DESIGN:
    1e-9).
    """
    _refuse_unfit(matrix, target)
    X = _wrap(algorithm, matrix)
    estimator = algorithm.build(target.task, seed, matrix)
    arguments: dict[str, Any] = {}
    if weights is not None:
        if "sample_weight" not in inspect.signature(estimator.fit).parameters:
            raise UserError(f"{algorithm.label} cannot learn with row weights.", "Leave it out, or take the role “weight” away.")
        arguments["sample_weight"] = weights
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(X, target.values, **arguments)
    notes = tuple(dict.fromkeys(str(w.message).split("\n")[0] for w in caught if issubclass(w.category, UserWarning)))
    model = algorithm.compile(estimator, target.task, len(target.classes), matrix.width)
    _check_compiled(algorithm, estimator, model, matrix, target)
    return Fitted(model, notes)


def _refuse_unfit(matrix: Matrix, target: Target) -> None:
    if target.task != "regression" and len(np.unique(target.values)) < 2:
        raise UserError(
            "The training rows hold one class alone, so there is nothing to tell apart.",
            "Use more rows, fewer folds, or a stratified split.",
        )
    values = matrix.dense if matrix.dense is not None else matrix.csr.data if matrix.csr is not None else np.empty(0)
    if np.isinf(values).any():
        raise UserError("A column holds infinite values.", "Clip it, or mend the formula that makes them.")


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
            f"{algorithm.label} would need {matrix.rows * matrix.width * 8 / 2**30:.0f} GB for these {matrix.width:,} features.",
            "Leave it out, or keep fewer words in the text step.",
        )
    return matrix.to_dense()


def _check_compiled(algorithm: Algorithm, estimator: Any, model: Model, matrix: Matrix, target: Target) -> None:
    """Rule 1: the compiled model answers as its library, on rows of the matrix and on rows that sit on the model's thresholds."""
    rows = np.unique(np.linspace(0, matrix.rows - 1, min(CHECKED_ROWS, matrix.rows)).astype(np.intp))
    sample = _on_thresholds(matrix.take(rows), model)
    X = _wrap(algorithm, sample)
    if target.task == "regression":
        wanted = np.asarray(estimator.predict(X), dtype=np.float64).reshape(-1)
    else:
        wanted = np.zeros((sample.rows, len(target.classes)))
        wanted[:, np.asarray(estimator.classes_, dtype=np.intp)] = estimator.predict_proba(X)
    worst = float(np.max(np.abs(model.scores(sample) - wanted) / np.maximum(1.0, np.abs(wanted))))
    if not worst <= 1e-9:
        raise UserError(
            f"{algorithm.label}: the model that would be served differs from the library's own answer by {worst:.1e}.",
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
