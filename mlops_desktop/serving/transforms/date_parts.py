"""Extracts numbers from dates: year, month, weekday and so on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..frame import MISSING_DATE, Floats, Frame, Layout, Longs
from ..transform import Apply, Transform

HOUR = 3_600_000_000  # microseconds
DAY = 24 * HOUR


@dataclass(frozen=True)
class _Calendar:
    """The inputs of all parts: microseconds, whole days and whole months since 1970, each (rows, dates) int64, and the origin of `days`."""

    stamps: Longs
    days: Longs
    months: Longs
    since: Longs

    def month(self) -> Longs:
        return self.months % 12

    def day(self) -> Longs:
        return self.days - self.months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)

    def weekday(self) -> Longs:
        return (self.days + 3) % 7  # 1 January 1970 was a Thursday

    def hour(self) -> Longs:
        return self.stamps // HOUR % 24

    def quarter(self) -> Longs:
        return self.month() // 3


def _circle(function: Callable[[float], float], size: int) -> Floats:
    """The sine or cosine of `size` equal angles of a circle, rounded so that it is the same on every machine."""
    return np.array([round(function(2 * math.pi * i / size), 12) for i in range(size)])


_ROUND: dict[str, tuple[Callable[[_Calendar], Longs], int]] = {
    "month": (_Calendar.month, 12),
    "day": (_Calendar.day, 31),
    "weekday": (_Calendar.weekday, 7),
    "hour": (_Calendar.hour, 24),
    "quarter": (_Calendar.quarter, 4),
}
_FUNCTIONS: dict[str, Callable[[float], float]] = {"sin": math.sin, "cos": math.cos}


def circle_values(part: str, function: str) -> list[float]:
    """The sine ("sin") or cosine ("cos") of each place of a part on its circle, from 0."""
    values: list[float] = _circle(_FUNCTIONS[function], _ROUND[part][1]).tolist()
    return values


def _gather(part: str, function: str) -> Callable[[_Calendar], Floats]:
    place, table = _ROUND[part][0], np.array(circle_values(part, function))
    return lambda calendar: table[place(calendar)]


PARTS: dict[str, Callable[[_Calendar], Floats | Longs]] = {
    "year": lambda c: c.months // 12 + 1970,
    "quarter": lambda c: c.quarter() + 1,
    "month": lambda c: c.month() + 1,
    "day": lambda c: c.day() + 1,
    "weekday": _Calendar.weekday,
    "hour": _Calendar.hour,
    "is_weekend": lambda c: c.weekday() // 5,
    "days": lambda c: (c.stamps - c.since) / DAY,
    **{f"{part}_{function}": _gather(part, function) for part in _ROUND for function in _FUNCTIONS},
}


@dataclass(frozen=True)
class DateParts(Transform):
    """Adds the number columns `names[i]` of the date column `columns[i]`, each by its part (a key of PARTS); a missing date gives
    missing numbers.

    `since[i]` is the origin of the part `days`, in microseconds since 1970. `keep`: the date columns are kept. Proleptic Gregorian
    calendar, years 1 to 9999, Monday is 0; integer arithmetic throughout.
    """

    columns: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    names: tuple[tuple[str, ...], ...]
    since: tuple[int, ...]
    keep: bool = False

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.date_at(self.columns)
        wide = layout.with_numbers(
            [name for names in self.names for name in names],
            [(column,) for column, names in zip(self.columns, self.names, strict=True) for _ in names],
        )
        out, drop = wide.without(() if self.keep else self.columns)
        since = np.array(self.since, dtype=np.int64)
        computed = [part for part in PARTS if any(part in parts for parts in self.parts)]
        # All parts of all dates are computed at once, (part, row, date); `part_at` selects the parts of each date.
        part_at = np.array([computed.index(part) for parts in self.parts for part in parts], dtype=np.intp)
        date_at = np.array([i for i, parts in enumerate(self.parts) for _ in parts], dtype=np.intp)

        def apply(frame: Frame) -> Frame:
            if not len(part_at):
                return drop(frame.with_blocks(wide))
            stamps = frame.dates[:, at]
            missing = stamps == MISSING_DATE
            stamps[missing] = 0
            months = stamps.view("datetime64[us]").astype("datetime64[M]").astype(np.int64)
            calendar = _Calendar(stamps, stamps // DAY, months, since)
            made = np.empty((len(computed), *stamps.shape))
            for i, part in enumerate(computed):
                made[i] = PARTS[part](calendar)
            made[:, missing] = np.nan
            return drop(frame.with_blocks(wide, numbers=np.concatenate((frame.numbers, made[part_at, :, date_at].T), axis=1)))

        return out, apply
