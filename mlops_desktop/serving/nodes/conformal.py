"""Prediction intervals of a fixed width around a value, from the errors of models that had not seen the row (split conformal prediction).

Vovk, Gammerman, Shafer, “Algorithmic Learning in a Random World”, 2005; with out-of-fold errors in place of those of one calibration set,
as in the CV method of Barber, Candès, Ramdas, Tibshirani, “Predictive inference with the jackknife+”, 2021.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ..errors import UserError
from ..frame import Floats
from ..model import Model
from ..node import GraphInputs, Node, Score
from ..prediction_spec import PredictionSpec


@dataclass(frozen=True, eq=False)
class Conformal(Node):
    """The bounds lie `below` and `above` the value of `member`, and none is less than `minimum` (None: there is no such limit)."""

    member: Node
    below: float
    above: float
    minimum: float | None = None

    @classmethod
    def of_record(cls, record: Any, member: Node, spec: PredictionSpec) -> Self:
        """The node by the `interval` of a `bundle.json`: `below` and `above`. UserError when it holds no such numbers."""
        below, above = (_number(record, name) for name in ("below", "above"))
        if not (math.isfinite(below) and math.isfinite(above)) or spec.per_class:
            raise UserError("The intervals of the bundle are damaged.", "Export it again, or fetch a fresh copy.")
        return cls(member, below, above, getattr(spec, "minimum", None))

    def connect(self, inputs: GraphInputs) -> Score:
        return self.member.connect(inputs)

    def connect_intervals(self, inputs: GraphInputs) -> Score:
        member = self.member.connect(inputs)
        return lambda matrices: self.bounds(member(matrices))

    def bounds(self, scores: Floats) -> Floats:
        least = -math.inf if self.minimum is None else self.minimum
        return np.maximum(np.stack([scores - self.below, scores + self.above], axis=1), least)

    def models(self) -> tuple[Model, ...]:
        return self.member.models()


def _number(record: Any, name: str) -> float:
    value = record.get(name) if isinstance(record, dict) else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
