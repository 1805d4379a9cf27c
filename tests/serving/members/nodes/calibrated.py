"""Calibrated probabilities of two classes: a monotone map of the member's score. A node that only tests have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..frame import Floats, Matrix
from ..model import Model
from ..node import GraphInputs, Node, Score


@dataclass(frozen=True, eq=False)
class Calibrated(Node):
    """The probability of the second class is interpolated between the points (`scores`, `probabilities`), both rising."""

    member: Node
    scores: Floats
    probabilities: Floats

    def connect(self, inputs: GraphInputs) -> Score:
        member = self.member.connect(inputs)

        def calibrated(matrices: Sequence[Matrix]) -> Floats:
            second = np.interp(member(matrices)[:, 1], self.scores, self.probabilities)
            return np.stack([1.0 - second, second], axis=1)

        return calibrated

    def models(self) -> tuple[Model, ...]:
        return self.member.models()
