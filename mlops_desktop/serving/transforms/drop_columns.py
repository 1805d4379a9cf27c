"""Drops columns."""

from __future__ import annotations

from dataclasses import dataclass

from ..frame import Layout
from ..transform import Apply, Transform


@dataclass(frozen=True)
class DropColumns(Transform):
    """Drops columns of any kind from a frame."""

    columns: tuple[str, ...]

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        here = frozenset(layout.names())  # thousands of text features may be dropped
        for name in self.columns:
            if name not in here:
                layout.kind(name)  # UserError for an unknown column
        return layout.without(self.columns)
