"""What the evidence for a column's type is made of: hints from other columns, and the cells that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.plural import plural_msg
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.serving.frame import Bools
from mlops_desktop.serving.message import msg
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
    shown: str = msg("values of another type")
    if raw.kind == "text":
        shown = ", ".join(f"“{raw.texts[i][:40]}”" for i in np.flatnonzero(bad)[:3].tolist())
    message = plural_msg(
        count,
        "1 cell cannot be read as a {kind} and counts as missing: {shown} in row {rows}.",
        "{n} cells cannot be read as a {kind} and count as missing: {shown} in rows {rows}.",
        kind=msg("date") if column.type == "date" else msg("boolean") if column.type == "boolean" else msg("number"),
        shown=shown,
        rows=", ".join(map(str, rows[:5])) + (" …" if count > 5 else ""),
    )
    return Evidence(raw.name, "stray", message, rows)
