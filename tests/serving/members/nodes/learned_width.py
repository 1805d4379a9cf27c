"""Prediction intervals around a value, as wide as a second model says. A node that only tests have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..frame import Floats, Matrix
from ..model import Model
from ..node import GraphInputs, Node, Score


@dataclass(frozen=True, eq=False)
class LearnedWidth(Node):
    """The bounds lie `factor` times the answer of `width` (not negative) below and above the answer of `member`."""

    member: Node
    width: Node
    factor: float

    def connect(self, inputs: GraphInputs) -> Score:
        return self.member.connect(inputs)

    def connect_intervals(self, inputs: GraphInputs) -> Score:
        member, width = self.member.connect(inputs), self.width.connect(inputs)

        def bounds(matrices: Sequence[Matrix]) -> Floats:
            middle, reach = member(matrices), self.factor * width(matrices)
            return np.stack([middle - reach, middle + reach], axis=1)

        return bounds

    def models(self) -> tuple[Model, ...]:
        return (*self.member.models(), *self.width.models())
