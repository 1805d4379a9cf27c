"""Combines several columns into one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..formula.values import Texts, each_distinct, write_number
from ..frame import NUMBER, Floats, Frame, Layout, encode
from ..transform import Apply, Transform

_STEPS: dict[str, tuple[Callable[[Any, Any], Any], float]] = {
    "sum": (np.add, 0.0),
    "mean": (np.add, 0.0),
    "product": (np.multiply, 1.0),
    "min": (np.minimum, np.inf),
    "max": (np.maximum, -np.inf),
    "difference": (np.subtract, 0.0),
    "ratio": (np.divide, 1.0),
}


@dataclass(frozen=True)
class CombineColumns(Transform):
    """Adds the column `name`: the number columns combined by `method`, or with `join` the texts of the columns joined by `separator`.

    Numbers are combined in the order of `columns`. With `skip_missing` missing ones are ignored, else one makes the result missing.
    The result of a division by zero or an overflow is missing.
    """

    name: str
    columns: tuple[str, ...]
    method: str
    separator: str
    skip_missing: bool
    keep: bool

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        add = self._join(layout) if self.method == "join" else self._combine(layout)
        if self.keep:
            return add
        wide, apply = add
        out, drop = wide.without(self.columns)
        return out, lambda frame: drop(apply(frame))

    def _combine(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.number_at(self.columns).tolist()
        out = layout.with_numbers([self.name], [self.columns])

        def apply(frame: Frame) -> Frame:
            made = self._numbers([frame.numbers[:, i] for i in at])
            return frame.with_blocks(out, numbers=np.concatenate((frame.numbers, made[:, None]), axis=1))

        return out, apply

    def _numbers(self, columns: list[Floats]) -> Floats:
        step, neutral = _STEPS[self.method]
        absent = [np.isnan(column) for column in columns]
        if self.skip_missing:
            columns = [np.where(gone, neutral, column) for gone, column in zip(absent, columns, strict=True)]
        total = columns[0]
        with np.errstate(all="ignore"):
            for column in columns[1:]:
                total = step(total, column)
            if self.method == "mean":
                total = total / (len(columns) - sum(gone.astype(np.float64) for gone in absent) if self.skip_missing else len(columns))
        nothing = np.logical_and.reduce(absent)
        out: Floats = np.where(np.isfinite(total) & ~nothing, total, np.nan)
        return out

    def _join(self, layout: Layout) -> tuple[Layout, Apply]:
        sides = [
            (True, int(layout.number_at([name])[0])) if layout.kind(name) == NUMBER else (False, int(layout.categorical_at([name])[0]))
            for name in self.columns
        ]
        out = layout.with_categoricals([self.name], [self.columns])

        def apply(frame: Frame) -> Frame:
            values = [frame.numbers[:, i] if is_number else Texts(frame.codes[:, i], frame.levels[i]) for is_number, i in sides]
            codes, results = each_distinct(self._text, values, with_missing=True)
            place, levels = encode(results)
            return frame.with_blocks(
                out, codes=np.concatenate((frame.codes, place[codes][:, None]), axis=1), levels=(*frame.levels, levels)
            )

        return out, apply

    def _text(self, *parts: str | float | None) -> str | None:
        there = [part if isinstance(part, str) else write_number(part) for part in parts if part is not None]
        if not there or (len(there) < len(parts) and not self.skip_missing):
            return None
        return self.separator.join(there)
