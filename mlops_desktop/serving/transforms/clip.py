"""Clips numbers to limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Frame, Layout
from ..transform import Apply, Transform


@dataclass(frozen=True)
class Clip(Transform):
    """Each number of `columns[i]` clipped to lows[i] ... highs[i]; missing stays missing."""

    columns: tuple[str, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.number_at(self.columns)
        lows, highs = np.full(len(layout.numbers), -np.inf), np.full(len(layout.numbers), np.inf)
        lows[at], highs[at] = self.lows, self.highs

        def apply(frame: Frame) -> Frame:
            return frame.with_blocks(layout, numbers=np.minimum(np.maximum(frame.numbers, lows), highs))

        return layout, apply
