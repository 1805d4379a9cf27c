"""Adds products of pairs of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Frame, Layout
from ..transform import Apply, Transform

_TOP = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class Interactions(Transform):
    """Adds the product of each pair of number columns (squares where both are one) under `names[i]`; missing where either is."""

    pairs: tuple[tuple[str, str], ...]
    names: tuple[str, ...]

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        left, right = (layout.number_at(pair[side] for pair in self.pairs) for side in (0, 1))
        out = layout.with_numbers(self.names, [tuple(dict.fromkeys(pair)) for pair in self.pairs])

        def apply(frame: Frame) -> Frame:
            with np.errstate(over="ignore"):
                made = frame.numbers[:, left] * frame.numbers[:, right]
            # An overflow becomes the largest float64, because an infinity could become NaN in a later sum.
            made = np.minimum(np.maximum(made, -_TOP), _TOP)
            return frame.with_blocks(out, numbers=np.concatenate((frame.numbers, made), axis=1))

        return out, apply
