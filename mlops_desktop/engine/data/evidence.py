"""What the evidence for a column's type is made of: hints from other columns, and the cells that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.serving.frame import Bools
from mlops_desktop.serving.schema import Column

STRAY_SHARE = 0.01  # at most this share of a column's cells may be unreadable for it to be numbers or dates all the same


@dataclass(frozen=True)
class Hints:
    """What the unambiguous columns of a table suggest for its ambiguous ones."""

    decimal: str = ""
    day_first: bool | None = None


def stray_evidence(raw: RawColumn, column: Column, bad: Bools) -> Evidence:
    """What cannot be read in a column of numbers or dates, with rows."""
    rows, count = raw.rows_with(bad), raw.count(bad)
    shown = (
        ", ".join(f"“{raw.texts[i][:40]}”" for i in np.flatnonzero(bad)[:3].tolist()) if raw.kind == "text" else "values of another type"
    )
    where = f"row{'s' if count > 1 else ''} {', '.join(map(str, rows[:5]))}{' …' if count > 5 else ''}"
    kind = "date" if column.type == "date" else "boolean" if column.type == "boolean" else "number"
    cells = f"{count:,} cells cannot be read as a {kind} and count" if count > 1 else f"1 cell cannot be read as a {kind} and counts"
    message = f"{cells} as missing: {shown} in {where}."
    return Evidence(raw.name, "stray", message, rows)
