"""Adds principal components of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Floats, Frame, Layout
from ..transform import Apply, Transform

_BLOCK = 1 << 20  # products in memory at a time


@dataclass(frozen=True, eq=False)
class Pca(Transform):
    """Adds the components `names`: ((values - `mean`) / `scale`) times `components` (columns, names).

    A missing value counts as the mean. With `keep` the columns are kept. Products are summed column by column and not by BLAS,
    whose order depends on the number of rows, so a row alone gets bit-identical components.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    mean: Floats
    scale: Floats
    components: Floats
    keep: bool

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.number_at(self.columns)
        wide = layout.with_numbers(self.names, [self.columns] * len(self.names))
        out, drop = (wide, None) if self.keep else wide.without(self.columns)
        # numpy sums a single component pairwise but several column by column, so there are always two.
        weights = self.components if len(self.names) > 1 else np.column_stack((self.components, np.zeros(len(self.columns))))
        block = max(1, _BLOCK // max(1, weights.size))

        def apply(frame: Frame) -> Frame:
            values = frame.numbers[:, at]
            values = np.where(np.isnan(values), 0.0, (values - self.mean) / self.scale)
            made = np.empty((frame.rows, len(self.names)))
            for start in range(0, frame.rows, block):
                part = values[start : start + block]
                made[start : start + block] = (part[:, :, None] * weights).sum(axis=1)[:, : len(self.names)]
            new = frame.with_blocks(wide, numbers=np.concatenate((frame.numbers, made), axis=1))
            return new if drop is None else drop(new)

        return out, apply
