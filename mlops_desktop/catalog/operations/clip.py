"""Clips numbers to limits of their column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, number
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.transforms.clip import Clip as Transform


@dataclass(frozen=True, kw_only=True)
class Clip(Operation):
    """Moves numbers beyond limits onto the limits, which are fitted on the training rows.

    Fences: quartiles -+ `fence` x (third quartile - first quartile). Deviations: mean -+ `deviations` x standard deviation. Quantiles as
    given. Columns of at most two values are left alone, and so are columns whose middle half is one value when fences are asked for: their
    rare value is no error.
    """

    id: ClassVar[str] = "clip"
    label: ClassVar[str] = "Clip extreme values"
    help: ClassVar[str] = "Moves extreme numbers to a limit, so that single outliers do not distort a model. No row is lost."
    stage: ClassVar[Stage] = "prepare"

    columns: tuple[str, ...] = columns("number", help="The columns to clip; all numbers when none is chosen.")
    method: str = choice(
        "iqr",
        {"iqr": "Interquartile range", "z_score": "Standard deviations from the mean", "quantiles": "Quantiles"},
        "Limits",
        help="The interquartile range suits most columns; quantiles always move the given share of the rows.",
        tune=True,
    )
    fence: float = number(
        1.5,
        0.0,
        100.0,
        "Interquartile ranges",
        help="The limits lie this many interquartile ranges beyond the quartiles: 1.5 for outliers, 3 for far outliers.",
    )
    deviations: float = number(3.0, 0.1, 100.0, "Standard deviations", help="Used with “Standard deviations from the mean”.")
    low_quantile: float = number(0.01, 0.0, 1.0, "Lower quantile", help="Used with “Quantiles”: the share of rows below the lower limit.")
    high_quantile: float = number(0.99, 0.0, 1.0, "Upper quantile", help="Used with “Quantiles”: the share of rows below the upper limit.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low_quantile >= self.high_quantile:
            raise UserError("The lower quantile must be less than the upper one.", "For example 0.01 and 0.99.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.numeric_columns(frame.layout)
        values = frame.numbers[:, frame.layout.number_at(chosen)]
        names, lows, highs = [], [], []
        for j, name in enumerate(chosen):
            job.step(j / len(chosen), name)
            limits = self._limits(values[:, j][~np.isnan(values[:, j])])
            if limits:
                names.append(name)
                lows.append(limits[0])
                highs.append(limits[1])
        return Transform(tuple(names), tuple(lows), tuple(highs)), None

    def _limits(self, there: Floats) -> tuple[float, float] | None:
        """The least and the greatest number that stay as they are; None when the column is left alone."""
        if not len(there) or bool(((there == there.min()) | (there == there.max())).all()):
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            if self.method == "iqr":
                quarter, three_quarters = np.quantile(there, [0.25, 0.75]).tolist()
                width = self.fence * (three_quarters - quarter)
                low, high = quarter - width, three_quarters + width
                if quarter == three_quarters:
                    return None
            elif self.method == "z_score":
                mean, width = float(np.mean(there)), self.deviations * float(np.std(there))
                low, high = mean - width, mean + width
            else:
                low, high = np.quantile(there, [self.low_quantile, self.high_quantile]).tolist()
        return (low, high) if np.isfinite(low) and np.isfinite(high) else None
