"""Centres large numbers, so that float32 keeps their differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Frame, Layout
from ..transform import Apply, Transform


@dataclass(frozen=True)
class Centre(Transform):
    """Subtracts `offsets[i]` from the number column `columns[i]` in float64, before the matrix is rounded to float32."""

    columns: tuple[str, ...]
    offsets: tuple[float, ...]

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        offsets = np.zeros(len(layout.numbers))
        offsets[layout.number_at(self.columns)] = self.offsets

        def apply(frame: Frame) -> Frame:
            return frame.with_blocks(layout, numbers=frame.numbers - offsets)

        return layout, apply
