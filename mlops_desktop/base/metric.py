"""The contract of a metric: label, description for a person, and how its value is computed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.number_format import format_number
from mlops_desktop.serving.frame import Bools, Floats, Ints
from mlops_desktop.serving.message import msg, translatable

Statistic = Callable[[Floats], Floats]
"""(resamples, rows) float64 counts of how often a resample holds each row, to (resamples,) float64 values; NaN where undefined."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """Rows with their true values and a model's answers.

    `actual` (rows,) class positions or values, `scores` (rows, classes) or (rows,), `decided` (rows,) class positions, empty when answers
    are values.
    """

    actual: NDArray[Any]
    scores: Floats
    decided: Ints
    positive: int
    classes: int

    def take(self, rows: Ints) -> Predictions:
        """These rows alone."""
        decided = self.decided[rows] if self.classes else self.decided
        return Predictions(self.actual[rows], self.scores[rows], decided, self.positive, self.classes)

    def is_class(self, position: int) -> Bools:
        """Which rows are of a class, (rows,) bool."""
        return np.asarray(self.actual == position, dtype=np.bool_)

    def ranked(self, position: int) -> Floats:
        """The scores of a class as they are compared: rounded to 1e-12."""
        return np.round(self.scores[:, position], 12)


@dataclass(frozen=True, eq=False)
class Metric:
    """One measure of a model.

    `id` is the name of scikit-learn's scorer, so higher is better. `purpose` is what a person who chooses it wants of a model, `trait` the
    trait that a task must have (`TaskSpec.traits`), `sentence` says what the metric is, `meaning` what a value of it means: a format with
    `value` (unsigned), `share` (value in per cent) and `positive` (the positive class; also in `purpose`). `prepare` makes the statistic,
    `bounds` are its least and its greatest value; those of an error may stay out.
    """

    id: str
    label: str
    purpose: str
    trait: str
    sentence: str
    meaning: str
    prepare: Callable[[Predictions], Statistic]
    bounds: tuple[float, float] = (-math.inf, math.inf)

    def __post_init__(self) -> None:
        for name in ("label", "sentence"):
            object.__setattr__(self, name, translatable(getattr(self, name)))

    @property
    def is_error(self) -> bool:
        """Whether people write it as an error, where less is better; its value has a minus sign, as `neg_…` says."""
        return self.id.startswith("neg_")

    def can_be(self, score: float) -> bool:
        """Whether a signed score lies within the bounds; an error is never more than 0."""
        low, high = self.bounds
        return low <= score <= (min(high, 0.0) if self.is_error else high)

    def shown(self, score: float) -> float:
        """The value as people write it: errors without their minus sign."""
        return -score if self.is_error and score != 0 else score

    def describe(self, score: float | None, positive: str = "") -> str:
        """What a score means, in one sentence; of an undefined score (None or NaN), that there is none."""
        if score is None or not math.isfinite(score):
            return msg("{metric} cannot be computed on these rows.", metric=self.label)
        value = self.shown(score)
        return msg(
            self.meaning, value=format_number(value), share=format_number(100 * value, 3), positive=positive or msg("the positive class")
        )

    def purpose_for(self, positive: str) -> str:
        """What a person who chooses it wants of a model, for the name of a positive class."""
        return msg(self.purpose, positive=positive)
