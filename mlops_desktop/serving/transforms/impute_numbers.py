"""Imputes missing numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Frame, Layout
from ..transform import Apply, Transform


@dataclass(frozen=True)
class ImputeNumbers(Transform):
    """Replaces missing numbers of `columns[i]` by `fills[i]` (finite); for each of `flags` a column `… is missing` (0 / 1) is added at
    the end.
    """

    columns: tuple[str, ...]
    fills: tuple[float, ...]
    flags: tuple[str, ...] = ()

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        # NaN for the other columns, so their missing cells stay NaN and the whole block takes one call.
        fills = np.full(len(layout.numbers), np.nan)
        fills[layout.number_at(self.columns)] = self.fills
        flagged = layout.number_at(self.flags)
        out = layout.with_numbers([f"{name} is missing" for name in self.flags], [(name,) for name in self.flags])

        def apply(frame: Frame) -> Frame:
            missing = np.isnan(frame.numbers)
            numbers = np.where(missing, fills, frame.numbers)
            if len(flagged):
                numbers = np.concatenate((numbers, missing[:, flagged]), axis=1)
            return frame.with_blocks(out, numbers=numbers)

        return out, apply
