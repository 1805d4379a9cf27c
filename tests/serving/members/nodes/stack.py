"""A second model that learns from the scores of the members. A node that only tests have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..frame import Floats, Matrix, round_to_float32
from ..model import Model
from ..node import GraphInputs, Node, Score


@dataclass(frozen=True, eq=False)
class Stack(Node):
    """`model` reads one feature for each output of each member, rounded to float32 values like every matrix."""

    members: tuple[Node, ...]
    model: Model

    def connect(self, inputs: GraphInputs) -> Score:
        members = [member.connect(inputs) for member in self.members]

        def scores(matrices: Sequence[Matrix]) -> Floats:
            found = np.column_stack([member(matrices) for member in members])
            names = tuple(f"score {i}" for i in range(found.shape[1]))
            return self.model.scores(Matrix(names, round_to_float32(found)))

        return scores

    def models(self) -> tuple[Model, ...]:
        return (*(model for member in self.members for model in member.models()), self.model)
