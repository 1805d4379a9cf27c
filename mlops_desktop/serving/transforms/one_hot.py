"""Encodes categories one-hot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Frame, Layout, indicators, lookup
from ..transform import Apply, Transform


@dataclass(frozen=True)
class OneHot(Transform):
    """Replaces each categorical column `columns[i]` by the number columns `names[i]`, of which at most one is 1 in a row and the others 0.

    `places[i]` maps a level to its position among `names[i]`; a level that is not in it has position `other[i]`, a missing cell
    `missing[i]`. Position -1 is no column.
    """

    columns: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    places: tuple[dict[str, int], ...]
    other: tuple[int, ...]
    missing: tuple[int, ...]

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.categorical_at(self.columns)
        wide = layout.with_numbers(
            [name for names in self.names for name in names],
            [(column,) for column, names in zip(self.columns, self.names, strict=True) for _ in names],
        )
        out, drop = wide.without(self.columns)
        starts = np.cumsum([0, *map(len, self.names)]).tolist()
        width = starts.pop()

        def absolute(start: int, place: int) -> int:
            return width if place < 0 else start + place

        tables = [{level: absolute(start, p) for level, p in places.items()} for start, places in zip(starts, self.places, strict=True)]
        other = [absolute(start, p) for start, p in zip(starts, self.other, strict=True)]
        missing = [absolute(start, p) for start, p in zip(starts, self.missing, strict=True)]

        def apply(frame: Frame) -> Frame:
            made = indicators(lookup(frame, at, tables, other, missing).astype(np.intp), width)
            return drop(frame.with_blocks(wide, numbers=np.concatenate((frame.numbers, made), axis=1)))

        return out, apply
