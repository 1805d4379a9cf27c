"""What columns are called in the window: by the label that a person gave, and columns that a step makes in the window's language.

The labels are those of the project that is open. They are here, and not handed from widget to widget, because every sentence of the engine
and every list of columns shows them, as the language of the window is in one place too (`ui.translation`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication

_DAYS_SINCE = re.compile(r"days since (\d{4}-\d{2}-\d{2})")


@dataclass
class _InForce:
    labels: dict[str, str] = field(default_factory=dict)
    version: int = 0  # how often they were changed


_in_force = _InForce()


def set_labels(labels: Mapping[str, str]) -> None:
    """Show columns by these labels from now on, by the name of the column."""
    if _in_force.labels != dict(labels):
        _in_force.labels = dict(labels)
        _in_force.version += 1


def version() -> int:
    """Another number whenever a column is called otherwise: what was translated before has its former name."""
    return _in_force.version


def label_of(column: str) -> str:
    """The label of a column; empty where it has none."""
    return _in_force.labels.get(column, "")


def labels() -> Mapping[str, str]:
    """The labels that are shown, by the name of the column."""
    return _in_force.labels


def shown_name(column: str) -> str:
    """What a person reads for a column of the data or one that a step made of it, such as “Tag: Monat” for “Tag: month”."""
    if label := label_of(column):
        return label
    source, mark, part = column.rpartition(": ")
    made = _made_part(part) if mark else ""
    return f"{label_of(source) or source}: {made}" if made else column


def called(column: str) -> str:
    """A column by its label and by its name in the file, for a search that finds both: “Revenue (umsatz)”."""
    label = label_of(column)
    return f"{label} ({column})" if label else column


def _made_part(part: str) -> str:
    """The part of a date that a column holds, in the window's language; empty for anything else."""
    tr = QCoreApplication.translate
    if since := _DAYS_SINCE.fullmatch(part):
        return tr("Columns", "days since {date}").format(date=since[1])
    names = {
        "year": tr("Columns", "year"),
        "quarter": tr("Columns", "quarter"),
        "month": tr("Columns", "month"),
        "day": tr("Columns", "day"),
        "weekday": tr("Columns", "weekday"),
        "hour": tr("Columns", "hour"),
        "is weekend": tr("Columns", "weekend"),
        "days": tr("Columns", "days"),
    }
    if part in names:
        return names[part]
    of, _, wave = part.rpartition(" ")
    waves = {"sin": tr("Columns", "{part} (sine)"), "cos": tr("Columns", "{part} (cosine)")}
    return waves[wave].format(part=names[of]) if of in names and wave in waves else ""
