"""Drops columns whose variance is low."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import Dataset
from mlops_desktop.base.params import number
from mlops_desktop.catalog.operations._selection import ColumnSelection, forced_in, forced_out, score_categories
from mlops_desktop.serving.frame import Frame


@dataclass(frozen=True, kw_only=True)
class SelectVariance(ColumnSelection):
    """Keeps columns whose variance over the training rows is above a limit, as VarianceThreshold of scikit-learn; missing values are
    passed over.

    A constant column has variance exactly 0, whatever rounding says. The target is not examined. A categorical column has the sum of the
    variances of its one-hot columns: 1 less the sum of the squared shares of its levels (the index of Gini 1912, “Variabilità e
    mutabilità”); missing is a level. Dates count in days.
    """

    id: ClassVar[str] = "select_variance"
    label: ClassVar[str] = "Drop near-constant columns"
    help: ClassVar[str] = "Drops columns that are the same in all or nearly all rows: nothing can be learned from them."
    ranks: ClassVar[str] = "Variance"
    because: ClassVar[str] = "nearly constant"

    limit: float = number(
        0.0, 0.0, 1e300, "Variance threshold", help="Columns with a variance at or below it are dropped; 0 drops constant columns only."
    )
    categories: bool = score_categories()
    forced_in: tuple[str, ...] = forced_in()
    forced_out: tuple[str, ...] = forced_out()

    def scores(self, dataset: Dataset) -> dict[str, float]:
        frame = self.prepared(dataset.frame)
        found: dict[str, float] = {}
        for j, name in enumerate(frame.layout.numbers):
            values = frame.numbers[:, j]
            values = values[~np.isnan(values)]
            found[name] = float(np.var(values)) if len(values) and values.min() < values.max() else 0.0
        for block, names in zip(frame.sparse, frame.layout.sparse, strict=True):
            rows = max(block.rows, 1)
            mean = np.bincount(block.indices, weights=block.data, minlength=block.width) / rows
            apart = np.bincount(block.indices, weights=(block.data - mean[block.indices]) ** 2, minlength=block.width)
            filled_rows = np.bincount(block.indices, minlength=block.width)
            variance = (apart + (rows - filled_rows) * mean**2) / rows
            found.update(zip(names, variance.tolist(), strict=True))
        for j, name in enumerate(frame.layout.categoricals):
            counts = np.bincount(frame.codes[:, j] + 1)
            constant = np.count_nonzero(counts) <= 1
            found[name] = 0.0 if constant else float(1 - ((counts / frame.rows) ** 2).sum())
        return found

    def pick(self, frame: Frame, scores: Mapping[str, float], inside: Sequence[str]) -> Collection[str]:
        return [name for name, score in scores.items() if score > self.limit]
