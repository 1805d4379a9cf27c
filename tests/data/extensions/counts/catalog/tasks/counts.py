"""How often something happens: whole numbers from 0, answered with the number to expect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import NUMBERS, Target, TaskSpec
from mlops_desktop.base.metric import Metric, Predictions, Statistic
from mlops_desktop.base.target_columns import TargetColumn, read_numbers
from mlops_desktop.serving.frame import Bools, Floats
from mlops_desktop.serving.tasks.counts import SPEC

COUNTS = "counts"


def deviance(predictions: Predictions) -> Statistic:
    """Minus the mean Poisson deviance; answers at or below 0, which have none, count as the smallest number."""
    actual = predictions.actual.astype(np.float64)
    expected = np.maximum(predictions.scores, np.finfo(np.float64).eps)
    ratio = np.where(actual > 0, actual, 1.0) / np.where(actual > 0, expected, 1.0)
    losses = 2 * (actual * np.log(ratio) - actual + expected)

    def statistic(weights: Floats) -> Floats:
        rows = weights.sum(axis=1)
        return np.divide(-(weights @ losses), rows, out=np.full(len(weights), np.nan), where=rows > 0)

    return statistic


@dataclass(frozen=True, kw_only=True)
class Counts(TaskSpec):
    """Whole numbers from 0, whose chance grows with what is expected."""

    id = "counts"
    label = "A count"
    title = "Prediction of a count"
    baseline = "always answers the mean count"
    prediction = SPEC
    traits = frozenset({NUMBERS, COUNTS})
    own_metrics = (
        Metric(
            "neg_mean_poisson_deviance",
            "Poisson deviance",
            "Expect the right count",
            COUNTS,
            "How unlikely the true counts are under the answers: 0 is perfect. Misses of small counts weigh more.",
            "The true counts deviate by {value} from the answers; 0 is perfect.",
            deviance,
        ),
    )
    leading = ("neg_mean_poisson_deviance", "neg_mean_absolute_error")

    def fits(self, column: TargetColumn) -> bool:
        return column.is_number and not _no_count(column).any()

    def read(self, column: TargetColumn) -> Target:
        values = read_numbers(column)
        if _no_count(column).any():
            raise UserError(f"“{column.name}” holds values that are no counts.", "Choose a column of whole numbers from 0.")
        return Target(self.id, values)

    def default_metric(self, target: Target, positive: int | None = None) -> tuple[str, str]:
        return "neg_mean_poisson_deviance", "Large counts vary more, so the same miss weighs less there."


def _no_count(column: TargetColumn) -> Bools:
    values = column.frame.number(column.name)
    found: Bools = ~np.isnan(values) & ((values < 0) | (values != np.floor(values)))
    return found
