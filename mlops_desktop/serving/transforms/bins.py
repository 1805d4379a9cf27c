"""Bins numbers, as bin numbers or one-hot columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Frame, Layout, indicators
from ..transform import Apply, Transform


@dataclass(frozen=True)
class Bins(Transform):
    """The bin of each number `columns[i]`: the count of its sorted `edges[i]` that are at most the value.

    `names[i]` is one name, for the bin's number (missing stays missing), or as many as there are bins, for 0 / 1 columns (missing: all 0);
    with `keep` the source columns are kept.
    """

    columns: tuple[str, ...]
    edges: tuple[tuple[float, ...], ...]
    names: tuple[tuple[str, ...], ...]
    one_hot: bool
    keep: bool

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.number_at(self.columns)
        wide = layout.with_numbers(
            [name for names in self.names for name in names],
            [(column,) for column, names in zip(self.columns, self.names, strict=True) for _ in names],
        )
        out, drop = wide.without(() if self.keep else self.columns)
        most = max(map(len, self.edges), default=0)
        # Columns with fewer edges are padded with infinity.
        edges = np.array([[*row, *[np.inf] * (most - len(row))] for row in self.edges]).reshape(len(at), most).T
        width = sum(map(len, self.names))
        # A column with one bin has no 0 / 1 column: its position is ignored.
        starts = np.array(
            [start if names else width for start, names in zip(np.cumsum([0, *map(len, self.names)]).tolist(), self.names, strict=False)]
        )

        def apply(frame: Frame) -> Frame:
            values = frame.numbers[:, at]
            bins = np.zeros(values.shape)
            for edge in edges:
                bins += values >= edge
            missing = np.isnan(values)
            if self.one_hot:
                made = indicators(np.where(missing, width, bins + starts).astype(np.intp), width)
            else:
                made = np.where(missing, np.nan, bins)
            return drop(frame.with_blocks(wide, numbers=np.concatenate((frame.numbers, made), axis=1)))

        return out, apply
