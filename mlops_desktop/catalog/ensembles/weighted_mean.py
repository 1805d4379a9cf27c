"""The weighted mean of models, chosen greedily by their out-of-fold scores.

Models are added with repetition (Caruana, Niculescu-Mizil, Crew and Ksikes, "Ensemble selection from libraries of models", ICML 2004):
begin with the best, add whichever lifts the mean over the folds most, stop when none does. Nothing is fitted to find it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Ensemble
from mlops_desktop.base.params import counts
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.node import Node
from mlops_desktop.serving.nodes.weighted_mean import WeightedMean as WeightedMeanNode
from mlops_desktop.serving.nodes.weighted_mean import weighted_mean

ADDED = 9  # models that are added at most to the best one; the last of them weigh little
LEAST_GAIN = 1e-4  # of the distance between the best and the worst model: less is chance, and another model to serve


@dataclass(frozen=True, kw_only=True)
class WeightedMean(Ensemble):
    """The mean of the scores, each model weighted by how often it was chosen."""

    id: ClassVar[str] = "weighted_mean"
    label: ClassVar[str] = "Blend"
    help: ClassVar[str] = "The weighted mean of several models: their errors differ, so they partly cancel out."

    counts: tuple[int, ...] = counts((1, 1), "Weights", help="The weight of each model.")

    @property
    def weights(self) -> Floats:
        """The weight of each model; together 1."""
        return np.array(self.counts, dtype=np.float64) / sum(self.counts)

    def check(self, models: int) -> None:
        if models < 2 or models != len(self.counts):
            raise UserError("A blend needs two or more models, and a weight for each.")

    def combine(self, scores: Sequence[Floats]) -> Floats:
        return weighted_mean(scores, self.weights)

    def compile(self, members: Sequence[Node]) -> Node:
        return WeightedMeanNode(tuple(members), self.weights)

    def describe(self, labels: Sequence[str]) -> str:
        alike: dict[str, list[float]] = {}
        for label, weight in zip(labels, self.weights.tolist(), strict=True):
            alike.setdefault(label, []).append(weight)
        shares = [
            msg(
                "{share:.0%} {label} (of {n} settings)" if len(found) > 1 else "{share:.0%} {label}",
                share=sum(found),
                label=label,
                n=len(found),
            )
            for label, found in alike.items()
        ]
        return msg("The weighted mean of {shares}.", shares=joined(shares, ", "))

    @classmethod
    def find(
        cls,
        scores: Sequence[Sequence[Floats]],
        rate: Callable[[Sequence[Floats]], float],
        allowed: Callable[[Sequence[int]], bool],
    ) -> tuple[Self, tuple[int, ...]] | None:
        if len(scores) < 2:
            return None
        alone = [rate(found) for found in scores]
        least = LEAST_GAIN * (alone[0] - min(alone))
        chosen, total, reached = {0: 1}, list(scores[0]), alone[0]
        for _ in range(ADDED):
            size = sum(chosen.values()) + 1
            rated = {
                at: rate([(fold + more) / size for fold, more in zip(total, found, strict=True)])
                for at, found in enumerate(scores)
                if at in chosen or allowed([*chosen, at])
            }
            added = max(rated, key=lambda at: rated[at])  # of equals the better one alone, which is first
            if not rated[added] > reached + least:
                break
            chosen[added] = chosen.get(added, 0) + 1
            total = [fold + more for fold, more in zip(total, scores[added], strict=True)]
            reached = rated[added]
        return (cls(counts=tuple(chosen.values())), tuple(chosen)) if len(chosen) > 1 else None
