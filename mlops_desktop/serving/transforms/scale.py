"""Scales numbers linearly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Frame, Layout
from ..transform import Apply, Transform

_TOP = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class Scale(Transform):
    """(x - shifts[i]) / scales[i] for each number column `columns[i]`; missing stays missing. `scales` are positive."""

    columns: tuple[str, ...]
    shifts: tuple[float, ...]
    scales: tuple[float, ...]

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.number_at(self.columns)
        shifts, scales = np.zeros(len(layout.numbers)), np.ones(len(layout.numbers))
        shifts[at], scales[at] = self.shifts, self.scales

        def apply(frame: Frame) -> Frame:
            with np.errstate(over="ignore"):
                numbers = (frame.numbers - shifts) / scales
            # An overflow becomes the largest float64, because an infinity could become NaN in a later sum.
            return frame.with_blocks(layout, numbers=np.minimum(np.maximum(numbers, -_TOP), _TOP))

        return layout, apply
