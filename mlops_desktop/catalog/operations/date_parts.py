"""Turns dates into numbers: year, month, weekday and so on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import columns, flag, text
from mlops_desktop.serving.frame import MISSING_DATE, Longs
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.date_parts import DAY
from mlops_desktop.serving.transforms.date_parts import DateParts as Transform

_PART_NAMES = {"is_weekend": "is weekend"}
_ROUND = ("quarter", "month", "day", "weekday", "hour")


@dataclass(frozen=True, kw_only=True)
class DateParts(Operation):
    """Makes numbers such as `date: month` from each chosen date. The parts of a missing date are missing; “Fill missing numbers” after
    this step fills them.

    The hour is made only for dates that have a time of day in training. Days count from the given date, else from the middle of the
    training dates, so that the numbers are small and a single-precision matrix loses no day.
    """

    id: ClassVar[str] = "date_parts"
    label: ClassVar[str] = "Date parts"
    help: ClassVar[str] = "Year, month, weekday and other parts of a date as numbers: they carry trends and seasons."
    stage: ClassVar[Stage] = "engineer"

    columns: tuple[str, ...] = columns("date", help="The dates to split; all dates when none is chosen.")
    year: bool = flag(True, "Year")
    quarter: bool = flag(False, "Quarter", help="1 to 4.")
    month: bool = flag(True, "Month", help="1 to 12.")
    day: bool = flag(True, "Day of the month", help="1 to 31.")
    weekday: bool = flag(True, "Weekday", help="0 is Monday, 6 is Sunday.")
    hour: bool = flag(True, "Hour", help="0 to 23; only for dates that have a time of day.")
    is_weekend: bool = flag(False, "Is weekend", help="1 on Saturday and Sunday, else 0.")
    days: bool = flag(True, "Days since a date", help="Carries trends. Times of day count as parts of a day.")
    since: str = text("", "Days count from", help="A date such as 2020-01-31. Nothing: the middle of the training dates.")
    cyclic: bool = flag(
        False,
        "Sine and cosine",
        help="Adds each cyclic part (quarter to hour) as a point on a circle, so that December is next to January.",
    )
    keep: bool = flag(False, "Keep the date", help="For a later step that uses it; a date itself cannot go into a model.")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "since", self.since.strip())
        _microseconds(self.since)
        if not self._parts(True):
            raise UserError(msg("The step “{label}” makes nothing.", label=self.label), "Choose at least one part.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.chosen(frame.layout)
        given = _microseconds(self.since)
        parts, names, since = [], [], []
        for j, name in enumerate(chosen):
            job.step(j / len(chosen), name)
            stamps = frame.date(name)
            there = stamps[stamps != MISSING_DATE]
            parts.append(self._parts(bool((there % DAY != 0).any())))
            names.append(tuple(f"{name}: {self._part_name(part)}" for part in parts[-1]))
            since.append(_middle(there) if given is None else given)
        return Transform(chosen, tuple(parts), tuple(names), tuple(since), self.keep), None

    def _parts(self, with_hour: bool) -> tuple[str, ...]:
        """The parts to make of a date, in order."""
        plain = [part for part in ("year", *_ROUND, "is_weekend", "days") if getattr(self, part) and (with_hour or part != "hour")]
        return (*plain, *(f"{part}_{f}" for part in plain if part in _ROUND and self.cyclic for f in ("sin", "cos")))

    def _part_name(self, part: str) -> str:
        """The name of a part in the name of its column."""
        if part == "days" and self.since:
            return f"days since {self.since}"
        return _PART_NAMES.get(part, part.replace("_", " "))


def _microseconds(date: str) -> int | None:
    """Microseconds from 1970 to an ISO date; None for an empty text; UserError for any other."""
    if not date:
        return None
    try:
        return (datetime.date.fromisoformat(date) - datetime.date(1970, 1, 1)).days * DAY
    except ValueError:
        raise UserError(
            msg("“Days count from” cannot be “{date}”.", date=date[:40]), "Write a date as year-month-day, such as 2020-01-31."
        ) from None


def _middle(there: Longs) -> int:
    """Midnight of the middle date; 1970 when there is none."""
    return int(np.partition(there, len(there) // 2)[len(there) // 2]) // DAY * DAY if len(there) else 0
