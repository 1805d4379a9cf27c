"""Columns taken out."""

from __future__ import annotations

from dataclasses import dataclass

from ..frame import Layout
from ..transform import Apply, Transform


@dataclass(frozen=True)
class DropColumns(Transform):
    """Takes columns of any kind out of a frame."""

    columns: tuple[str, ...]

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        here = frozenset(layout.names())  # thousands of features of a text may go
        for name in self.columns:
            if name not in here:
                layout.kind(name)  # refuses a column that is not there
        return layout.without(self.columns)
