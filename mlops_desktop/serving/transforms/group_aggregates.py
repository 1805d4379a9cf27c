"""Adds statistics of the group that a row belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Frame, Layout, lookup
from ..transform import Apply, Transform


@dataclass(frozen=True)
class GroupAggregates(Transform):
    """Adds `names[i]`: the number of `tables[i]` for the row's level of the categorical column `group`; `others[i]` for other
    levels and missing ones.

    `compare` relates it to the row's own value: `value` adds the number itself, `difference` the row's value of `columns[i]` minus
    it, `ratio` the row's value divided by it (missing where that is no finite number).
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    group: str
    tables: tuple[dict[str, float], ...]
    others: tuple[float, ...]
    compare: str

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.number_at(self.columns)
        group = np.repeat(layout.categorical_at([self.group]), len(self.columns))
        sources = [(self.group, column) for column in self.columns]
        out = layout.with_numbers(self.names, sources)

        def apply(frame: Frame) -> Frame:
            made = lookup(frame, group, self.tables, self.others, self.others)
            if self.compare != "value":
                own = frame.numbers[:, at]
                with np.errstate(all="ignore"):
                    made = own - made if self.compare == "difference" else own / made
                made = np.where(np.isfinite(made), made, np.nan)
            return frame.with_blocks(out, numbers=np.concatenate((frame.numbers, made), axis=1))

        return out, apply
