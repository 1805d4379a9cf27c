"""A model on its own encoding: transforms on the frame, the matrix, the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..frame import Floats, Matrix
from ..model import Model
from ..node import GraphInputs, Node, Score
from ..transform import Transform


@dataclass(frozen=True)
class Chain(Node):
    """`transforms` encode the frame for `model`; they come after the transforms that all members of the graph share."""

    transforms: tuple[Transform, ...]
    model: Model

    def connect(self, inputs: GraphInputs) -> Score:
        position, model = inputs.add(self.transforms, self.model), self.model

        def scores(matrices: Sequence[Matrix]) -> Floats:
            return model.scores(matrices[position])

        return scores

    def models(self) -> tuple[Model, ...]:
        return (self.model,)
