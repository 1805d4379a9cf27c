"""Ordinal encoding: categories as numbers in an order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, flag, number, texts
from mlops_desktop.catalog.operations._levels import frequent_levels, min_rows, rows_needed
from mlops_desktop.serving.frame import Frame
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.ordinal import Ordinal as Transform


@dataclass(frozen=True, kw_only=True)
class Ordinal(Operation):
    """Turns each chosen column into numbers 0 ... K - 1 under its own name.

    Levels of too few rows, and those beyond `max_levels`, count as unseen (as in one-hot encoding, for the levels travel with the model);
    levels given by hand are all kept. `as_categories` marks the numbers as unordered: unseen, rare and missing cells are then missing
    values, whatever is chosen for them.
    """

    id: ClassVar[str] = "ordinal"
    label: ClassVar[str] = "Ordinal encoding"
    help: ClassVar[str] = "Each category becomes a number: its place in an order. Suits levels that have an order, and trees."
    stage: ClassVar[Stage] = "prepare"

    columns: tuple[str, ...] = columns("categorical", help="The columns to encode; all categories and texts when none is chosen.")
    order: str = choice(
        "alphabet",
        {"alphabet": "Alphabetical (numbers by value)", "frequency": "Most frequent first", "given": "As given below"},
        "Order of the levels",
    )
    levels: tuple[str, ...] = texts(
        (), "Levels in order", help="From low to high, used with “As given below”; levels that are not in it count as unseen."
    )
    as_categories: bool = flag(
        False,
        "Categories for tree models",
        help="Tells models that know categories that the order means nothing. Unseen, rare and missing are then missing.",
    )
    unseen: str = choice("below", {"below": "−1, below all levels", "missing": "Missing"}, "Unseen and rare levels")
    gaps: str = choice("missing", {"missing": "Missing", "below": "−1, below all levels"}, "Missing cells")
    min_rows: int | None = min_rows("Minimum rows per level", "Levels in fewer rows are rare.")
    max_levels: int = number(
        200, 1, 10_000, "Maximum levels", help="Only the most frequent levels get a number; the others are rare.", whole=True, log=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.levels)) != len(self.levels):
            raise UserError("“Levels in order” names a level twice.", "Each level has one place.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.chosen(frame.layout)
        if self.order == "given" and not self.levels:
            raise UserError(
                msg("The step “{label}” has no levels in order.", label=self.label),
                "Write the levels from low to high, or choose another order.",
            )
        codes = []
        for j, name in enumerate(chosen):
            job.step(j / len(chosen), name)
            codes.append({level: i for i, level in enumerate(self._levels(frame, name))})
        other = {"below": -1.0, "missing": math.nan}
        unseen, gap = ("missing", "missing") if self.as_categories else (self.unseen, self.gaps)
        return Transform(chosen, tuple(codes), other[unseen], other[gap], self.as_categories), None

    def _levels(self, frame: Frame, name: str) -> list[str]:
        """The levels of one column, in their order."""
        if self.order == "given":
            return list(self.levels)
        kept, _ = frequent_levels(frame, name, rows_needed(frame.rows, self.min_rows), self.max_levels)
        if self.order == "frequency":
            return kept
        values = {level: _value(level) for level in kept}
        return sorted(kept) if None in values.values() else sorted(kept, key=lambda level: (values[level], level))


def _value(level: str) -> float | None:
    """The finite number that a level is written as, else None."""
    try:
        value = float(level)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
