"""A scorer: schema, transforms, graph of models and threshold. The only way to a prediction, in the application and in the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

from .frame import Floats, Frame, Ints, Matrix
from .model import Model
from .node import BoundNode, MatrixInput, Node
from .nodes.chain import Chain
from .nodes.conformal import Conformal
from .prediction_spec import Class, PredictionSpec, prediction_spec
from .schema import Schema
from .serialization import Serializable
from .transform import Apply, Transform, chain


@dataclass(frozen=True)
class Scorer(Serializable):
    """A chosen model as plain data: `transforms` change the frame of the schema, `node` turns the changed frame into scores.

    `classes` are the typed classes in fitted order (empty for a task without classes), `positive` the position of the positive class of a
    binary task, `threshold` the least rounded score of the positive class that is answered with it. `name` and `version` identify the
    model; no clock is in them.
    """

    name: str
    version: str
    task: str
    target: str
    schema: Schema
    transforms: tuple[Transform, ...]
    node: Node
    classes: tuple[Class, ...] = ()
    positive: int | None = None
    threshold: float | None = None

    @classmethod
    def of_model(
        cls,
        name: str,
        version: str,
        task: str,
        target: str,
        schema: Schema,
        transforms: tuple[Transform, ...],
        model: Model,
        classes: tuple[Class, ...] = (),
        positive: int | None = None,
        threshold: float | None = None,
    ) -> Self:
        """A scorer of one model."""
        return cls(name, version, task, target, schema, transforms, Chain((), model), classes, positive, threshold)

    def __post_init__(self) -> None:
        prediction_spec(self.task)  # UserError when it is unknown

    @cached_property
    def prediction_spec(self) -> PredictionSpec:
        """The shape of the scores and the form of the answers."""
        return prediction_spec(self.task)

    @cached_property
    def _bound(self) -> tuple[Apply, BoundNode]:
        layout, apply = chain(self.transforms, self.schema.layout())
        return apply, self.node.bind(layout)

    @property
    def inputs(self) -> tuple[MatrixInput, ...]:
        """The matrices that the models read, in the order of `matrices`."""
        return self._bound[1].inputs

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the features of all matrices, each once."""
        return tuple(dict.fromkeys(name for one in self.inputs for name in one.layout.names()))

    @cached_property
    def used_sources(self) -> frozenset[str]:
        """The source columns that can change a prediction."""
        return self._bound[1].used_sources

    def matrices(self, frame: Frame) -> list[Matrix]:
        """The matrix of each input, from a frame of the schema's layout."""
        apply, node = self._bound
        return node.matrices(apply(frame))

    def scores(self, frame: Frame) -> Floats:
        """The predictions in the shape of `prediction_spec`: (rows, classes) probabilities or (rows,) values.

        Rounded to 1e-12, so that equal answers compare equal.
        """
        apply, node = self._bound
        return node.scores(apply(frame)).round(12)

    def scores_of(self, matrices: Sequence[Matrix]) -> Floats:
        """The scores of the rows of `matrices`, as `scores`."""
        return self._bound[1].scores_of(matrices).round(12)

    @cached_property
    def has_intervals(self) -> bool:
        """Whether the model gives prediction intervals."""
        return self._bound[1].intervals_of is not None

    def with_intervals(self, record: Any) -> Scorer:
        """The same scorer with the prediction intervals of a `bundle.json`; itself where that holds none (None). UserError when the record
        is damaged.
        """
        return self if record is None else replace(self, node=Conformal.of_record(record, self.node, self.prediction_spec))

    def intervals(self, frame: Frame, scores: Floats | None = None) -> Floats | None:
        """The lower and upper bound of each prediction, (rows, 2), rounded as scores; None when the model has no prediction intervals.

        `scores` are those of the frame, where they are known: most intervals then need no second look at the rows.
        """
        if not self.has_intervals:
            return None
        if scores is not None and (known := self.node.bounds(scores)) is not None:
            return known.round(12)
        apply, node = self._bound
        found = node.intervals(apply(frame))
        return None if found is None else found.round(12)

    def decide(self, scores: Floats, threshold: float | None = None) -> Ints:
        """The position of the predicted class of each row, (rows,), by `threshold` or the stored one; all 0 for a task without classes."""
        return self.prediction_spec.decide(scores, self.positive, self.threshold if threshold is None else threshold)
