"""Principal component analysis: replaces many numbers by few components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, flag, number, text
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.pca import Pca as Transform


@dataclass(frozen=True, kw_only=True)
class Pca(Operation):
    """Principal components of the training rows by a full singular value decomposition, as PCA of scikit-learn; the largest weight
    of each direction is positive, so that signs are the same everywhere. Missing values count as the mean.
    """

    id: ClassVar[str] = "pca"
    label: ClassVar[str] = "Principal components (PCA)"
    help: ClassVar[str] = "Replaces correlated numbers by the few directions in which the rows vary most."
    stage: ClassVar[Stage] = "select"

    columns: tuple[str, ...] = columns("number", help="The columns to summarise; all numbers when none is chosen.")
    keep_by: str = choice("share", {"share": "A share of the variance", "count": "A number of components"}, "How many", tune=False)
    share: float = number(0.95, 0.01, 1.0, "Share of the variance", help="The fewest components that together reach it.", tune=(0.7, 0.99))
    count: int = number(10, 1, 10_000, "Number of components", help="At most as many as there are columns and rows.", whole=True, log=True)
    scaled: bool = flag(True, "Scale the columns first", help="Otherwise columns with large values dominate.")
    prefix: str = text("PC", "Name prefix", required=True)
    keep: bool = flag(False, "Keep the columns", help="Keeps the columns beside the components.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.numeric_columns(frame.layout)
        if not chosen or not frame.rows:
            raise UserError(
                msg("The step “{label}” has no number to work on.", label=self.label), "Choose columns of numbers, or remove this step."
            )
        values = frame.numbers[:, frame.layout.number_at(chosen)]
        there = ~np.isnan(values)
        counts = np.maximum(there.sum(axis=0), 1)
        mean = np.where(there, values, 0.0).sum(axis=0) / counts
        centred = np.where(there, values - mean, 0.0)
        scale = np.ones(len(chosen))
        if self.scaled:
            deviation = np.sqrt((centred**2).mean(axis=0))
            # A column that does not vary but for rounding has no direction: dividing by its deviation would blow the rounding up.
            scale = np.where(deviation > 10 * np.finfo(float).eps * np.abs(mean), deviation, 1.0)
            centred = centred / scale
        job.step(0.1, "Components")
        components = self._components(centred)
        names = tuple(f"{self.prefix}{i + 1}" for i in range(components.shape[1]))
        return Transform(chosen, names, mean, scale, components, self.keep), None

    def _components(self, centred: Floats) -> Floats:
        """The kept components as columns, (columns, kept)."""
        _, lengths, rows = np.linalg.svd(centred, full_matrices=False)
        variance = lengths**2
        count = min(self.count, len(lengths))
        if self.keep_by == "share":
            total = variance.sum()
            share = np.cumsum(variance) / total if total > 0 else np.ones(len(variance))
            count = min(int(np.searchsorted(np.round(share, 12), round(self.share, 12))) + 1, len(lengths))
        rows = rows[:count]
        signs = np.sign(rows[np.arange(count), np.argmax(np.round(np.abs(rows), 12), axis=1)])
        return np.ascontiguousarray((rows * np.where(signs == 0, 1.0, signs)[:, None]).T)
