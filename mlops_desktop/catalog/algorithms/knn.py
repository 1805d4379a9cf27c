"""k nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import CLASSES, NUMBERS, Algorithm, TaskSpec
from mlops_desktop.base.params import choice, number
from mlops_desktop.catalog.algorithms._estimators import check_matrix, renamed_params
from mlops_desktop.serving.frame import Csr, Floats, Matrix
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.neighbours import Neighbours, compile_neighbours
from mlops_desktop.serving.models.some_classes import expand_classes

_RENAMED = {"neighbours": "n_neighbors"}  # parameters of version 1


@dataclass(frozen=True, kw_only=True)
class KNearest(Algorithm):
    """The mean of the most similar training rows."""

    id = "knn"
    label = "Nearest neighbours"
    version = 2
    help = "Predicts the mean of the most similar training rows, which the model therefore contains."
    learns = frozenset({CLASSES, NUMBERS})
    stores_training_data = True

    n_neighbors: int = number(
        10, 1, 10_000, "Number of neighbours", help="How many of the most similar rows are averaged.", whole=True, log=True, tune=(1, 60)
    )
    weights: str = choice(
        "uniform",
        {"uniform": "Uniform", "distance": "By distance"},
        "Weights of the neighbours",
        help="By distance, nearer rows count more, and a row equal to a training row gets its value.",
        tune=True,
    )

    @classmethod
    def upgrade(cls, params: dict[str, Any], version: int) -> dict[str, Any]:
        return renamed_params(params, _RENAMED) if version < 2 else params

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        check_matrix(matrix, self.label)
        if matrix.rows < self.n_neighbors:
            raise UserError(
                msg(
                    "{label} cannot use {n_neighbors} neighbours when there are {rows} training rows.",
                    label=self.label,
                    n_neighbors=self.n_neighbors,
                    rows=matrix.rows,
                ),
                "Choose fewer neighbours, or use more rows.",
            )
        return NearestRows(task, self.n_neighbors, self.weights == "distance")

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        model: Model = estimator.model
        return model if not task.has_classes else expand_classes(model, estimator.seen, classes)


class NearestRows:
    """An estimator in the manner of scikit-learn's KNeighbors, which it equals wherever distances differ. There, the order of rows at equal
    distance is left to chance and distances are rounded; here the row that came first in training counts as the nearer one (DESIGN, rule
    8).
    """

    model: Neighbours
    seen: tuple[int, ...]
    classes_: NDArray[np.intp]

    def __init__(self, task: TaskSpec, neighbours: int, by_distance: bool) -> None:
        self._task, self._neighbours, self._by_distance = task, neighbours, by_distance

    def fit(self, X: Any, y: NDArray[Any]) -> NearestRows:
        """Keep the rows: `X` dense or scipy CSR."""
        if not self._task.has_classes:
            answers: Floats = np.asarray(y, dtype=np.float64).reshape(-1, 1)
            self.seen = ()
        else:
            self.classes_, at = np.unique(np.asarray(y, dtype=np.intp), return_inverse=True)
            answers = np.eye(len(self.classes_))[at.reshape(-1)]
            self.seen = tuple(self.classes_.tolist())
        self.model = compile_neighbours(_matrix(X), answers, self._neighbours, self._by_distance, not self._task.has_classes)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Numbers (rows,), or the class positions with the most say."""
        scores = self.model.scores(_matrix(X))
        return scores if not self._task.has_classes else self.classes_[np.argmax(scores, axis=1)]

    def predict_proba(self, X: Any) -> Floats:
        """(rows, seen classes) shares."""
        return self.model.scores(_matrix(X))


def _matrix(X: Any) -> Matrix:
    names = tuple(map(str, range(X.shape[1])))
    if isinstance(X, np.ndarray):
        return Matrix(names, np.asarray(X, dtype=np.float64))
    return Matrix(names, None, Csr(X.indptr.astype(np.int64), X.indices.astype(np.int64), X.data.astype(np.float64), X.shape[1]))
