"""A chosen model, whole: schema, transforms, compiled model, threshold. The only way to a prediction, in the app and in the service."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .frame import Floats, Frame, Ints, Layout, Matrix, to_matrix
from .model import Model
from .prediction_spec import PredictionSpec, prediction_spec
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

    def __post_init__(self) -> None:
        prediction_spec(self.task)  # UserError when it is unknown

    @cached_property
    def task_spec(self) -> PredictionSpec:
        """The shape of the scores and the form of the answers."""
        return prediction_spec(self.task)

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
        """The predictions in the shape of `task_spec`: (rows, classes) probabilities or (rows,) values.

        Rounded to 1e-12, so that equal answers compare equal.
        """
        return self.model.scores(self.matrix(frame)).round(12)

    def decide(self, scores: Floats, threshold: float | None = None) -> Ints:
        """The position of the predicted class of each row, (rows,), by `threshold` or the stored one; all 0 for a task without classes."""
        return self.task_spec.decide(scores, self.positive, self.threshold if threshold is None else threshold)
