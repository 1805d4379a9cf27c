"""Expands the scores of a model that was fitted on some of the classes: the others get probability 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Bools, Floats, Matrix
from ..model import Model
from .constant import Constant


@dataclass(frozen=True, eq=False)
class SomeClasses(Model):
    """`seen[i]` is the position, among all `classes`, of the inner model's class i."""

    inner: Model
    seen: tuple[int, ...]
    classes: int

    def __post_init__(self) -> None:
        if len(set(self.seen)) != len(self.seen) or not all(0 <= position < self.classes for position in self.seen):
            raise ValueError("the seen classes must be different positions among all classes")

    def scores(self, matrix: Matrix) -> Floats:
        out = np.zeros((matrix.rows, self.classes))
        out[:, list(self.seen)] = self.inner.scores(matrix)
        return out

    def used(self) -> Bools:
        return self.inner.used()

    def inner_models(self) -> tuple[Model, ...]:
        return (self.inner,)

    def thresholds(self) -> dict[int, Floats]:
        return self.inner.thresholds()


def expand_classes(model: Model, seen: tuple[int, ...], classes: int) -> Model:
    """The model itself when it was fitted on all classes in their order, else the model with probability 0 for the others.

    A model that was fitted on one class gives it probability 1.
    """
    if len(seen) == 1:
        return SomeClasses(Constant(np.ones(1), len(model.used()), per_class=True), seen, classes)
    return model if seen == tuple(range(classes)) else SomeClasses(model, seen, classes)
