"""A blend: the weighted mean of models that a search has already tried. Nothing is fitted to find it, for out-of-fold scores are there.

The models are chosen greedily with repetition (Caruana, Niculescu-Mizil, Crew and Ksikes, "Ensemble selection from libraries of models",
ICML 2004): begin with the best, add whichever lifts the mean over the folds most, stop when none does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import CLASSES, NUMBERS, Algorithm, TaskSpec
from mlops_desktop.engine.choices import choices
from mlops_desktop.serving.frame import Floats, Matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.blend import Blend as BlendModel
from mlops_desktop.serving.models.blend import blended

ADDED = 9  # models that are added at most to the best one; the last of them weigh little
LEAST_GAIN = 1e-4  # of the distance between the best and the worst run: less is chance, and another model to serve


@dataclass(frozen=True, kw_only=True)
class Blend(Algorithm):
    """Algorithms that are fitted each by itself, and how often each counts. It is made from runs, so it is no candidate of a search."""

    id = "blend"
    label = "Blend"
    help = "The weighted mean of several models: their mistakes differ, so they partly cancel out."
    learns = frozenset({CLASSES, NUMBERS})

    members: tuple[Algorithm, ...] = ()
    counts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.members) < 2 or len(self.members) != len(self.counts) or min(self.counts) < 1:
            raise UserError("A blend needs two models or more, and for each how often it counts.")
        object.__setattr__(self, "label", f"Blend of {len(self.members)} models")

    @property
    def weights(self) -> Floats:
        """The weight of each member; together 1."""
        return np.array(self.counts, dtype=np.float64) / sum(self.counts)

    def said(self) -> str:
        """What is in it, in one sentence; models of one algorithm are put together."""
        alike: dict[str, list[float]] = {}
        for member, weight in zip(self.members, self.weights.tolist(), strict=True):
            alike.setdefault(member.label, []).append(weight)
        shares = (f"{sum(found):.0%} {label}{f' (of {len(found)} settings)' if len(found) > 1 else ''}" for label, found in alike.items())
        return f"The weighted mean of {', '.join(shares)}."

    def to_json(self) -> dict[str, Any]:
        """As any component; members are records themselves."""
        params = {"members": [member.to_json() for member in self.members], "counts": list(self.counts)}
        return {"id": self.id, "version": self.version, "params": params}

    def identity(self) -> dict[str, Any]:
        """As any component; members add what they add themselves."""
        params = {"members": [member.identity() for member in self.members], "counts": list(self.counts)}
        return {"id": self.id, "version": self.version, "params": params}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """The blend of such a record; UserError when it is damaged or a member is unknown here."""
        params = record.get("params")
        if not isinstance(params, dict) or not all(isinstance(params.get(name), list) for name in ("members", "counts")):
            raise UserError("A blend is written with its members and how often each counts.")
        return cls(members=tuple(choices().algorithms.read(member) for member in params["members"]), counts=tuple(params["counts"]))

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        """See Algorithm.build."""
        return _Together([(member.build(task, seed, matrix), member.takes_sparse) for member in self.members], self.weights)

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        """See Algorithm.compile."""
        pairs = zip(self.members, estimator.estimators, strict=True)
        models = tuple(member.compile(fitted, task, classes, width) for member, fitted in pairs)
        return BlendModel(models, self.weights)


class _Together:
    """Estimators that are fitted on the same rows, and the weighted mean of what they answer."""

    def __init__(self, estimators: Sequence[tuple[Any, bool]], weights: Floats) -> None:
        self.estimators = [estimator for estimator, _ in estimators]
        self._takes_sparse = [takes_sparse for _, takes_sparse in estimators]
        self._weights = weights

    def fit(self, X: Any, y: NDArray[Any], sample_weight: NDArray[Any] | None = None) -> _Together:
        """Fit each."""
        arguments = {} if sample_weight is None else {"sample_weight": sample_weight}
        for estimator, form in zip(self.estimators, self._forms(X), strict=True):
            estimator.fit(form, y, **arguments)
        return self

    @property
    def classes_(self) -> NDArray[Any]:
        """The class positions that the fits saw."""
        found: NDArray[Any] = np.asarray(self.estimators[0].classes_)
        return found

    def predict(self, X: Any) -> Floats:
        """Values, (rows,)."""
        return self._mean("predict", X)

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities of the seen classes, (rows, classes)."""
        return self._mean("predict_proba", X)

    def _mean(self, name: str, X: Any) -> Floats:
        pairs = zip(self.estimators, self._forms(X), strict=True)
        return blended([np.asarray(getattr(estimator, name)(form), dtype=np.float64) for estimator, form in pairs], self._weights)

    def _forms(self, X: Any) -> list[Any]:
        """The matrix as each takes it; it was shown to fit into memory when each was tried alone."""
        if isinstance(X, np.ndarray) or all(self._takes_sparse):
            return [X] * len(self.estimators)
        dense = X.toarray()
        return [X if takes else dense for takes in self._takes_sparse]


def read_algorithm(record: Any) -> Algorithm:
    """The algorithm of a run's record: one of the catalogue, or a blend of such. UserError when it is unknown or unfit."""
    if isinstance(record, dict) and record.get("id") == Blend.id:
        return Blend.from_json(record)
    return choices().algorithms.read(record)


def find_blend(
    scores: Mapping[Algorithm, Sequence[Floats]],
    rate: Callable[[Sequence[Floats]], float],
    allowed: Callable[[Sequence[Algorithm]], bool],
) -> Blend | None:
    """The blend whose out-of-fold scores `rate` best, of tried algorithms (best first) with their scores fold by fold; None when no blend
    beats the first.

    `rate` gives the mean over the folds of such scores, `allowed` says whether so many members may be fitted.
    """
    algorithms = [a for a in scores if not a.stores_training_data]  # a mean would hide whose rows are in it
    if len(algorithms) < 2:
        return None
    alone = {algorithm: rate(scores[algorithm]) for algorithm in algorithms}
    best = algorithms[0]
    least = LEAST_GAIN * (alone[best] - min(alone.values()))
    counts, total, reached = {best: 1}, list(scores[best]), alone[best]
    for _ in range(ADDED):
        size = sum(counts.values()) + 1
        rated = {
            algorithm: rate([(fold + more) / size for fold, more in zip(total, scores[algorithm], strict=True)])
            for algorithm in algorithms
            if algorithm in counts or allowed([*counts, algorithm])
        }
        added = max(rated, key=lambda algorithm: rated[algorithm])  # of equals the better one alone, which stands first
        if not rated[added] > reached + least:
            break
        counts[added] = counts.get(added, 0) + 1
        total = [fold + more for fold, more in zip(total, scores[added], strict=True)]
        reached = rated[added]
    return Blend(members=tuple(counts), counts=tuple(counts.values())) if len(counts) > 1 else None
