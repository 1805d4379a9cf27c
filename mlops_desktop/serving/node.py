"""The graph of a scorer: nodes that turn a frame into scores, and a node bound to the layout of its frames.

Scoring has two phases. First each distinct list of transforms makes its matrix from the frame, then the nodes turn the matrices into
scores. So members with the same encoding share one matrix, and an explanation scores matrices whose unused features are masked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from .frame import Bools, Floats, Frame, Layout, Matrix, to_matrix
from .model import Model
from .serialization import Serializable, fingerprint
from .transform import Transform, chain

Score = Callable[[Sequence[Matrix]], Floats]


@dataclass(eq=False)
class MatrixInput:
    """A matrix that models of a graph read: the transforms that make it, its layout, and the features that can change a score."""

    transforms: tuple[Transform, ...]
    layout: Layout
    used: Bools  # (features,)
    matrix: Callable[[Frame], Matrix]  # of a frame; rounded to float32 values
    _models: list[Model] = field(default_factory=list)

    @property
    def used_sources(self) -> frozenset[str]:
        """The source columns that can change a score through this matrix."""
        return frozenset(self.layout.sources_of(name for name, use in zip(self.layout.names(), self.used.tolist(), strict=True) if use))

    def thresholds(self) -> dict[int, Floats]:
        """For each feature (by position) the sorted values at which the score of a model can jump; see `Model.thresholds`."""
        found: dict[int, list[Floats]] = {}
        for model in self._models:
            for feature, values in model.thresholds().items():
                found.setdefault(feature, []).append(values)
        return {feature: np.unique(np.concatenate(values)) for feature, values in sorted(found.items())}

    def read_by(self, model: Model) -> None:
        """Note a model that reads this matrix. ValueError when it has another number of features."""
        used = model.used()
        if len(used) != len(self.used):
            raise ValueError(f"a model of {len(used)} features cannot read a matrix of {len(self.used)}")
        self.used = self.used | used
        self._models.append(model)


class GraphInputs:
    """The matrices of a graph while its nodes are connected: members with equal transforms share one."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._positions: dict[str, int] = {}
        self.inputs: list[MatrixInput] = []

    def add(self, transforms: tuple[Transform, ...], model: Model) -> int:
        """The position of the matrix that `transforms` make for `model`. UserError when a transform does not fit the layout."""
        key = fingerprint(transforms) if transforms else ""
        if key not in self._positions:
            layout, matrix = _encoder(transforms, self._layout)
            self._positions[key] = len(self.inputs)
            self.inputs.append(MatrixInput(transforms, layout, np.zeros(len(layout.names()), dtype=bool), matrix))
        self.inputs[self._positions[key]].read_by(model)
        return self._positions[key]


def _encoder(transforms: tuple[Transform, ...], layout: Layout) -> tuple[Layout, Callable[[Frame], Matrix]]:
    if not transforms:
        return layout, to_matrix
    encoded, apply = chain(transforms, layout)
    return encoded, lambda frame: to_matrix(apply(frame))


@dataclass(frozen=True, eq=False)
class BoundNode:
    """A node bound to the layout of its frames."""

    inputs: tuple[MatrixInput, ...]
    scores_of: Score  # scores from the matrices of all inputs
    intervals_of: Score | None  # (rows, 2) bounds from the same; None when the node has no intervals

    def matrices(self, frame: Frame) -> list[Matrix]:
        """The matrix of each input."""
        return [one.matrix(frame) for one in self.inputs]

    def scores(self, frame: Frame) -> Floats:
        """The scores of a frame of the layout: (rows, classes) probabilities or (rows,) values."""
        return self.scores_of([one.matrix(frame) for one in self.inputs])

    def intervals(self, frame: Frame) -> Floats | None:
        """The lower and upper bound of each prediction, (rows, 2); None when the node has no intervals."""
        return None if self.intervals_of is None else self.intervals_of(self.matrices(frame))

    @property
    def used_sources(self) -> frozenset[str]:
        """The source columns that can change a score."""
        return frozenset().union(*(one.used_sources for one in self.inputs))


class Node(Serializable, ABC):
    """A part of a scorer's graph as plain data: a frozen dataclass in a file of its own in `nodes/`.

    A node scores by models of its own, by member nodes, or both. Scores of a row are the same alone and in a batch.
    """

    @abstractmethod
    def connect(self, inputs: GraphInputs) -> Score:
        """The function from the matrices of `inputs` to the scores of this node. The node adds the matrices that it reads to `inputs`."""

    def connect_intervals(self, inputs: GraphInputs) -> Score | None:
        """The function from the matrices of `inputs` to (rows, 2) bounds of the predictions; None when this node has no intervals."""
        return None

    def bounds(self, scores: Floats) -> Floats | None:
        """The (rows, 2) bounds of predictions with these scores, where they follow from the scores alone; else None."""
        return None

    @abstractmethod
    def models(self) -> tuple[Model, ...]:
        """Every model of this node and of its members."""

    def bind(self, layout: Layout) -> BoundNode:
        """The node bound to the layout of its frames. UserError when a transform does not fit, ValueError when a model does not."""
        inputs = GraphInputs(layout)
        scores, intervals = self.connect(inputs), self.connect_intervals(inputs)
        return BoundNode(tuple(inputs.inputs), scores, intervals)

    @property
    def tier(self) -> int:
        """The highest serving tier of its models; see `Model.tier`."""
        return max((model.tier for model in self._all_models()), default=0)

    @property
    def requirements(self) -> tuple[str, ...]:
        """The packages besides numpy that its models need at run time, sorted."""
        return tuple(sorted({package for model in self._all_models() for package in model.requirements}))

    @property
    def stores_training_data(self) -> bool:
        """Whether one of its models contains training rows."""
        return any(model.stores_training_data for model in self._all_models())

    def _all_models(self) -> Iterator[Model]:
        waiting = list(self.models())
        while waiting:
            model = waiting.pop()
            yield model
            waiting.extend(model.inner_models())
