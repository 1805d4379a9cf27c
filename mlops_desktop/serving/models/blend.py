"""The weighted mean of the scores of several models that read the same matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Bools, Floats, Matrix
from ..model import Model


@dataclass(frozen=True, eq=False)
class Blend(Model):
    """`weights` (models,) are positive and add up to 1; all models have the same features and classes."""

    models: tuple[Model, ...]
    weights: Floats

    def __post_init__(self) -> None:
        if not self.models or self.weights.shape != (len(self.models),) or not (self.weights > 0).all():
            raise ValueError("a blend has a positive weight for each of its models")

    def scores(self, matrix: Matrix) -> Floats:
        return blended([model.scores(matrix) for model in self.models], self.weights)

    def used(self) -> Bools:
        used: Bools = np.any([model.used() for model in self.models], axis=0)
        return used

    def inner_models(self) -> tuple[Model, ...]:
        return self.models

    def thresholds(self) -> dict[int, Floats]:
        """The thresholds of all its models."""
        found: dict[int, list[Floats]] = {}
        for model in self.models:
            for feature, values in model.thresholds().items():
                found.setdefault(feature, []).append(values)
        return {feature: np.unique(np.concatenate(values)) for feature, values in found.items()}


def blended(scores: list[Floats], weights: Floats) -> Floats:
    """The weighted mean of scores of one shape, added in the order of the models: the same for one row and many."""
    mean: Floats = scores[0] * weights[0]
    for one, weight in zip(scores[1:], weights[1:], strict=True):
        mean = mean + one * weight
    return mean
