"""Fills missing numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, flag, number
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.transforms.impute_numbers import ImputeNumbers as Transform


@dataclass(frozen=True, kw_only=True)
class ImputeNumbers(Operation):
    """Fills missing numbers with one value per column, fitted on the training rows.

    All chosen columns are filled, also those with nothing missing in training: tomorrow's row may have a gap there. A column with nothing
    but gaps in training gets 0. Codes that stand for categories are not filled: a gap means something to the algorithms that know
    categories.
    """

    id: ClassVar[str] = "impute_numbers"
    label: ClassVar[str] = "Fill missing numbers"
    help: ClassVar[str] = (
        "Most models cannot work with missing values: each empty cell gets one value per column, learned from the training rows."
    )
    stage: ClassVar[Stage] = "prepare"

    columns: tuple[str, ...] = columns("number", help="The columns to fill; all numbers when none is chosen.")
    strategy: str = choice(
        "median",
        {"median": "Median", "mean": "Mean", "most_frequent": "Most frequent value", "constant": "A fixed value"},
        "Fill with",
        help="The median is not affected by a few extreme values; of several most frequent values the smallest is taken.",
        tune=True,
    )
    constant: float = number(0.0, -1e15, 1e15, "Fixed value", help="Used with “A fixed value”.")
    missing_flag: bool = flag(
        False,
        "Add a column “… is missing”",
        help="One 0 / 1 column for each column with missing values in the training rows: that a value is missing is often informative.",
        tune=True,
    )
    flag_share: float = number(
        0.0, 0.0, 1.0, "Minimum share of missing values", help="A column gets an indicator from this share of missing values."
    )
    flag_rows: int = number(
        0, 0, 1_000_000, "Minimum missing values", help="A column gets an indicator from this many missing values.", whole=True
    )

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.numeric_columns(frame.layout)
        values = frame.numbers[:, frame.layout.number_at(chosen)]
        gaps = np.isnan(values)
        fills = []
        for j, name in enumerate(chosen):
            job.step(j / len(chosen), name)
            fills.append(self._fill(values[~gaps[:, j], j]))
        shares = gaps.mean(axis=0) if frame.rows else np.zeros(len(chosen))
        flagged = (shares > 0) & (shares >= self.flag_share) & (gaps.sum(axis=0) >= self.flag_rows) & self.missing_flag
        flags = tuple(name for name, flag in zip(chosen, flagged.tolist(), strict=True) if flag)
        return Transform(chosen, tuple(fills), flags), None

    def _fill(self, there: Floats) -> float:
        """The value that replaces a gap, from the values that are there."""
        if self.strategy == "constant":
            return self.constant
        if not len(there):
            return 0.0
        if self.strategy == "most_frequent":
            values, counts = np.unique(there, return_counts=True)
            return float(values[np.argmax(counts)])
        with np.errstate(over="ignore"):
            fill = float(np.mean(there) if self.strategy == "mean" else np.median(there))
        return min(max(fill, float(there.min())), float(there.max()))  # a sum beyond float64 is no infinity
