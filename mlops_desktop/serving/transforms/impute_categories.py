"""Imputes missing categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..frame import Bools, Frame, Layout
from ..transform import Apply, Transform


@dataclass(frozen=True)
class ImputeCategories(Transform):
    """Replaces missing cells of the categorical column `columns[i]` by the level `fills[i]`.

    For each of `flags` a number column `… is missing` (0 / 1) is added.
    """

    columns: tuple[str, ...]
    fills: tuple[str, ...]
    flags: tuple[str, ...] = ()

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.categorical_at(self.columns)
        places = at.tolist()
        flagged = layout.categorical_at(self.flags)
        out = layout.with_numbers([f"{name} is missing" for name in self.flags], [(name,) for name in self.flags])

        def apply(frame: Frame) -> Frame:
            missing = frame.codes < 0
            numbers = np.concatenate((frame.numbers, missing[:, flagged]), axis=1) if len(flagged) else frame.numbers
            gaps: Bools = np.logical_or.reduce(missing[:, at], axis=0)
            if not gaps.any():
                return frame.with_blocks(out, numbers=numbers)
            codes, levels = frame.codes.copy(), list(frame.levels)
            for place, fill, gap in zip(places, self.fills, gaps.tolist(), strict=True):
                if gap:
                    codes[missing[:, place], place], levels[place] = _code_of(fill, levels[place])
            return frame.with_blocks(out, numbers=numbers, codes=codes, levels=tuple(levels))

        return out, apply


def _code_of(level: str, levels: Sequence[str]) -> tuple[int, Sequence[str]]:
    """The code of a level, and the levels with it among them."""
    if level in levels:
        return levels.index(level), levels
    return len(levels), [*levels, level]
