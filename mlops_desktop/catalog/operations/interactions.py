"""Adds products of pairs of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import columns, flag, number
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.interactions import Interactions as Transform


@dataclass(frozen=True, kw_only=True)
class Interactions(Operation):
    """Adds `a × b` for each pair of the chosen numbers, and `a²` on request, as PolynomialFeatures of scikit-learn of degree 2 does."""

    id: ClassVar[str] = "interactions"
    label: ClassVar[str] = "Interactions"
    help: ClassVar[str] = "Multiplies pairs of numbers, so that a linear model can use their joint effect."
    stage: ClassVar[Stage] = "engineer"

    columns: tuple[str, ...] = columns("number", help="The columns to multiply; all numbers when none is chosen.")
    squares: bool = flag(False, "Include squares", help="Adds each chosen column times itself.", tune=True)
    most: int = number(200, 1, 5000, "Maximum new columns", help="More new columns than this are refused.", whole=True, log=True)

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.numeric_columns(frame.layout)
        if len(self.columns) == 1 and not self.squares:
            raise UserError(
                msg("The step “{label}” needs two columns to multiply.", label=self.label), "Choose another column too, or turn squares on."
            )
        count = len(chosen) * (len(chosen) - 1) // 2 + (len(chosen) if self.squares else 0)
        if count > self.most:
            raise UserError(
                msg(
                    "The step “{label}” would make {count:,} columns out of {n_chosen}, more than the {most:,} that are allowed.",
                    label=self.label,
                    count=count,
                    n_chosen=len(chosen),
                    most=self.most,
                ),
                "Choose fewer columns, or raise “Maximum new columns” in this step.",
            )
        pairs = (*((name, name) for name in chosen if self.squares), *combinations(chosen, 2))
        return Transform(pairs, tuple(f"{a}²" if a == b else f"{a} × {b}" for a, b in pairs)), None
