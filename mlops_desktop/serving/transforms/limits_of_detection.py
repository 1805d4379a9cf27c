"""Numbers of which some are limits of detection (“<5”, “>200”) as two columns: the number, and on which side of it the value lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..cells import Grammar, clean_text
from ..frame import Frame, Layout
from ..numbers import number_reader
from ..transform import Apply, Transform


@dataclass(frozen=True)
class LimitsOfDetection(Transform):
    """Adds two numbers for each of the categorical `columns`: `values`, with the number that a limit names, and `flags`, -1 where the true
    value lies below it (“<5”), 1 above (“>200”) and 0 where it was measured. Any other text is missing in both.

    `decimal`, `thousands` and `marks` (beside the numbers, left off) are those of a `Grammar`.
    """

    columns: tuple[str, ...]
    values: tuple[str, ...]
    flags: tuple[str, ...]
    decimal: str
    thousands: str
    marks: tuple[str, ...]
    keep: bool

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = [int(i) for i in layout.categorical_at(self.columns)]
        names = [name for pair in zip(self.values, self.flags, strict=True) for name in pair]
        wide = layout.with_numbers(names, [(column,) for column in self.columns for _ in range(2)])
        out, drop = (wide, None) if self.keep else wide.without(self.columns)
        read = number_reader(Grammar(decimal=self.decimal, thousands=self.thousands, affixes=self.marks, notations=("limits",)))

        def pair(text: str) -> tuple[float, float]:
            try:
                value = read(text)
            except ValueError:
                return np.nan, np.nan
            first = clean_text(text)[:1]
            return value, np.nan if np.isnan(value) else -1.0 if first in ("<", "≤") else 1.0 if first in (">", "≥") else 0.0

        def apply(frame: Frame) -> Frame:
            made = []
            for column in at:
                used, place = np.unique(frame.codes[:, column], return_inverse=True)
                rows = [pair(frame.levels[column][code]) if code >= 0 else (np.nan, np.nan) for code in used.tolist()]
                made.append(np.array(rows, dtype=np.float64).reshape(-1, 2)[place])
            new = frame.with_blocks(wide, numbers=np.concatenate((frame.numbers, *made), axis=1))
            return new if drop is None else drop(new)

        return out, apply
