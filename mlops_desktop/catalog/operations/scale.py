"""Scales numbers: standard, min-max or robust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.transforms.scale import Scale as Transform


@dataclass(frozen=True, kw_only=True)
class Scale(Operation):
    """Brings numbers to one scale, as StandardScaler, MinMaxScaler and RobustScaler of scikit-learn do.

    Columns without any spread are divided by 1; missing stays missing. Values beyond the training range go beyond the new range.
    """

    id: ClassVar[str] = "scale"
    label: ClassVar[str] = "Scale numbers"
    help: ClassVar[str] = "Brings all numbers to one scale, which linear models, nearest neighbours and neural networks need; trees do not."
    stage: ClassVar[Stage] = "prepare"

    columns: tuple[str, ...] = columns("number", help="The columns to scale; all numbers when none is chosen.")
    method: str = choice(
        "standard",
        {"standard": "Standard (mean 0, deviation 1)", "min_max": "Min-max (0 to 1)", "robust": "Robust (median 0, interquartile range 1)"},
        "Method",
        help="Robust is not affected by a few extreme values.",
        tune=True,
    )

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.numeric_columns(frame.layout)
        values = frame.numbers[:, frame.layout.number_at(chosen)]
        shifts, scales = [], []
        for j, name in enumerate(chosen):
            job.step(j / len(chosen), name)
            shift, scale = self._of(values[:, j][~np.isnan(values[:, j])])
            shifts.append(shift)
            scales.append(scale)
        return Transform(chosen, tuple(shifts), tuple(scales)), None

    def _of(self, there: Floats) -> tuple[float, float]:
        """What is taken off and what is divided by."""
        if not len(there):
            return 0.0, 1.0
        low, high = float(there.min()), float(there.max())
        if low == high:  # a mean of equal numbers can miss them by a rounding, and the rest would be blown up
            return low, 1.0
        with np.errstate(over="ignore", invalid="ignore"):
            if self.method == "standard":
                shift, scale = float(np.mean(there)), float(np.std(there))
            elif self.method == "min_max":
                shift, scale = low, high - low
            else:
                quarter, shift, three_quarters = np.quantile(there, [0.25, 0.5, 0.75]).tolist()
                scale = three_quarters - quarter
        if not np.isfinite(shift):
            shift = 0.0
        return shift, scale if np.isfinite(scale) and scale >= np.finfo(np.float64).tiny else 1.0
