"""Encodes categories as ordinal numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Frame, Layout, lookup
from ..transform import Apply, Transform


@dataclass(frozen=True)
class Ordinal(Transform):
    """Replaces each categorical column `columns[i]` by a number column of its name: `codes[i][level]`, `unseen` for other levels, `missing`
    for missing cells.

    `categories`: the numbers encode unordered categories (0 ... K - 1, else NaN).
    """

    columns: tuple[str, ...]
    codes: tuple[dict[str, int], ...]
    unseen: float
    missing: float
    categories: bool = False

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.categorical_at(self.columns)
        rest, drop = layout.without(self.columns)
        out = rest.with_numbers(self.columns, [layout.source(name) for name in self.columns], category_codes=self.categories)
        unseen, missing = [self.unseen] * len(at), [self.missing] * len(at)

        def apply(frame: Frame) -> Frame:
            made = lookup(frame, at, self.codes, unseen, missing)
            return drop(frame).with_blocks(out, numbers=np.concatenate((frame.numbers, made), axis=1))

        return out, apply
