"""Fills missing categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, flag, text
from mlops_desktop.serving.frame import Frame
from mlops_desktop.serving.transforms.impute_categories import ImputeCategories as Transform


@dataclass(frozen=True, kw_only=True)
class ImputeCategories(Operation):
    """Fills missing categories and texts with one level per column.

    The most frequent level is taken only when at least two rows have it (it travels with the model, and must not be one person's); of
    several the first in the alphabet. A column with nothing but gaps in training gets the fixed text. Dates are not filled: the parts of a
    missing date are missing numbers, and “Fill missing numbers” after “Date parts” fills them.
    """

    id: ClassVar[str] = "impute_categories"
    label: ClassVar[str] = "Fill missing categories"
    help: ClassVar[str] = "Each empty cell of a category or text gets a level of its own, or the most frequent one of its column."
    stage: ClassVar[Stage] = "prepare"

    columns: tuple[str, ...] = columns("categorical", help="The columns to fill; all categories and texts when none is chosen.")
    strategy: str = choice(
        "constant",
        {"constant": "A fixed text", "most_frequent": "Most frequent level"},
        "Fill with",
        help="A fixed text shows the model that the value is missing; the most frequent level hides it.",
        tune=True,
    )
    constant: str = text(
        "missing", "Fixed text", help="Used with “A fixed text”, and where a column has no level that two rows share.", required=True
    )
    missing_flag: bool = flag(
        False,
        "Add a column “… is missing”",
        help="One 0 / 1 column for each column with missing values in the training rows: that a value is missing is often informative.",
        tune=True,
    )

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.chosen(frame.layout)
        fills, flags = [], []
        for j, name in enumerate(chosen):
            job.step(j / len(chosen), name)
            fills.append(self._fill(frame, name))
            if self.missing_flag and frame.missing(name).any():
                flags.append(name)
        return Transform(chosen, tuple(fills), tuple(flags)), None

    def _fill(self, frame: Frame, name: str) -> str:
        """The level that replaces a gap of one column."""
        codes, levels = frame.categorical(name)
        counts = np.bincount(codes[codes >= 0], minlength=len(levels)).tolist()
        most = max(counts, default=0)
        if self.strategy == "constant" or most < 2:
            return self.constant
        return min(level for level, count in zip(levels, counts, strict=True) if count == most)
