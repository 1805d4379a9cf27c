"""A chosen model, whole: schema, transforms, compiled model, threshold. The only way to a prediction, in the app and in the service."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .errors import UserError
from .frame import Floats, Frame, Ints, Layout, Matrix, to_matrix
from .model import Model
from .schema import Schema
from .serialization import Serializable
from .transform import Apply, Transform, chain


@dataclass(frozen=True)
class Scorer(Serializable):
    """What answers rows. Plain data.

    `classes` are the typed classes in fitted order (empty for regression), `positive` the position of the positive class of a binary
    task, `threshold` the least rounded score of the positive class that is answered with it. `name` and `version` identify the model; no
    clock is in them.
    """

    name: str
    version: str
    task: str
    target: str
    schema: Schema
    transforms: tuple[Transform, ...]
    model: Model
    classes: tuple[str | int | float | bool, ...] = ()
    positive: int | None = None
    threshold: float | None = None

    @cached_property
    def _bound(self) -> tuple[Layout, Apply]:
        return chain(self.transforms, self.schema.layout())

    @property
    def matrix_layout(self) -> Layout:
        """The columns that the matrix is made of, with the source columns behind each."""
        return self._bound[0]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the matrix's columns."""
        return self._bound[0].names()

    @property
    def used_sources(self) -> frozenset[str]:
        """The source columns that can change an answer at all."""
        layout, used = self._bound[0], self.model.used()
        return frozenset(layout.sources_of(name for name, use in zip(layout.names(), used.tolist(), strict=True) if use))

    def matrix(self, frame: Frame) -> Matrix:
        """The matrix of a frame of the schema's layout."""
        return to_matrix(self._bound[1](frame))

    def scores(self, frame: Frame) -> Floats:
        """Classification: (rows, classes) probabilities. Regression: (rows,) values. Rounded to 1e-12, so that equal answers compare
        equal.
        """
        return self.model.scores(self.matrix(frame)).round(12)

    def decide(self, scores: Floats, threshold: float | None = None) -> Ints:
        """Class positions from probabilities: by the threshold on the positive class for binary tasks (the stored one unless given), else
        the most probable, the first of equals.
        """
        if self.task == "regression":
            raise UserError("A model that answers with numbers does not decide between classes.")
        limit = self.threshold if threshold is None else threshold
        if self.positive is not None and limit is not None:
            chosen: Ints = np.where(scores[:, self.positive] >= limit, self.positive, 1 - self.positive).astype(np.intp)
            return chosen
        likely: Ints = np.argmax(scores, axis=1)
        return likely
