"""Drops rows without a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import RowFilter
from mlops_desktop.serving.frame import Bools, Frame


@dataclass(frozen=True, kw_only=True)
class DropMissingTarget(RowFilter):
    """Keeps the rows whose target is there."""

    id: ClassVar[str] = "drop_missing_target"
    label: ClassVar[str] = "Drop rows without a target"
    help: ClassVar[str] = "Rows with an empty target cannot be learned from or scored."

    def keep(self, frame: Frame, target: str) -> Bools:
        kept: Bools = np.logical_not(frame.missing(target))
        return kept
