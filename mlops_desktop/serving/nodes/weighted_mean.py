"""The weighted mean of the scores of several nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..frame import Floats, Matrix
from ..model import Model
from ..node import GraphInputs, Node, Score


@dataclass(frozen=True, eq=False)
class WeightedMean(Node):
    """`weights` (members,) are positive and add up to 1; all members score the same classes."""

    members: tuple[Node, ...]
    weights: Floats

    def __post_init__(self) -> None:
        if not self.members or self.weights.shape != (len(self.members),) or not (self.weights > 0).all():
            raise ValueError("a weighted mean has a positive weight for each of its members")

    def connect(self, inputs: GraphInputs) -> Score:
        members = [member.connect(inputs) for member in self.members]

        def scores(matrices: Sequence[Matrix]) -> Floats:
            return weighted_mean([member(matrices) for member in members], self.weights)

        return scores

    def models(self) -> tuple[Model, ...]:
        return tuple(model for member in self.members for model in member.models())


def weighted_mean(scores: Sequence[Floats], weights: Floats) -> Floats:
    """The weighted mean of scores of one shape, summed in the order of the members: the same for one row and many."""
    mean: Floats = scores[0] * weights[0]
    for one, weight in zip(scores[1:], weights[1:], strict=True):
        mean = mean + one * weight
    return mean
