"""Prediction of a number."""

from __future__ import annotations

from dataclasses import dataclass

from mlops_desktop.base.families import NUMBERS, Target, TaskSpec
from mlops_desktop.base.target_columns import TargetColumn, read_numbers
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.tasks.regression import SPEC


@dataclass(frozen=True, kw_only=True)
class Regression(TaskSpec):
    """A number on a scale without ends."""

    id = "regression"
    label = "A number"
    title = "Prediction of a number"
    baseline = "always answers the mean"
    prediction = SPEC
    traits = frozenset({NUMBERS})
    leading = ("neg_root_mean_squared_error", "neg_mean_absolute_error", "r2", "neg_median_absolute_error")

    def fits(self, column: TargetColumn) -> bool:
        return column.is_number

    def guess(self, column: TargetColumn) -> tuple[float, str] | None:
        return (
            (1.0, msg("“{column}” holds {distinct:,} different numbers.", column=column.name, distinct=column.distinct))
            if self.fits(column)
            else None
        )

    def read(self, column: TargetColumn) -> Target:
        return Target(self.id, read_numbers(column))

    def default_metric(self, target: Target, positive: int | None = None) -> tuple[str, str]:
        return "neg_root_mean_squared_error", msg("The typical miss in the target's own unit, where large misses weigh more.")
