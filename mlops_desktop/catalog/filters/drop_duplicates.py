"""Drops duplicate rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import RowFilter
from mlops_desktop.base.params import columns
from mlops_desktop.serving.frame import Bools, Frame


@dataclass(frozen=True, kw_only=True)
class DropDuplicates(RowFilter):
    """Keeps the first of the rows that are alike in the chosen columns, or in all columns, the target among them. Missing equals
    missing.
    """

    id: ClassVar[str] = "drop_duplicates"
    label: ClassVar[str] = "Drop duplicate rows"
    help: ClassVar[str] = "Keeps the first of equal rows, so that no row is both in the training part and in the test part."

    columns: tuple[str, ...] = columns("number", "categorical", "date", help="The columns that must be equal; all when none is chosen.")

    def keep(self, frame: Frame, target: str) -> Bools:
        from pandas import DataFrame

        layout = frame.layout
        names = self.columns or (*layout.numbers, *layout.categoricals, *layout.dates)
        keys = {}
        for name in names:
            kind = layout.kind(name)
            # + 0.0 makes one of the two zeros
            keys[name] = (
                frame.number(name) + 0.0 if kind == "number" else frame.categorical(name)[0] if kind == "categorical" else frame.date(name)
            )
        if not keys:
            return np.ones(frame.rows, dtype=bool)
        kept: Bools = ~DataFrame(keys).duplicated(keep="first").to_numpy(dtype=bool)
        return kept
