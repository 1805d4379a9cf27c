"""Makes one date of columns that hold its parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..dates import DAY
from ..frame import CATEGORICAL, DATE, MISSING_DATE, NUMBER, Floats, Frame, Layout, Longs
from ..month_names import month_number
from ..transform import Apply, Transform

PARTS = ("year", "month", "day", "hour", "minute", "second", "clock", "date", "time")
_SECONDS = {"hour": 3600.0, "minute": 60.0, "second": 1.0}
_RANGES = {
    "year": (1, 9999),
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 24),
    "minute": (0, 59),
    "second": (0, 59.999999),
    "clock": (0, 2400),
}


@dataclass(frozen=True)
class ComposeDate(Transform):
    """Adds the date `name`: `parts[i]` says what `columns[i]` holds, one of `PARTS`.

    `clock` is a number such as 930 for 9:30, `date` a date without a clock, `time` a time of day. Where a part is missing, no whole number
    (seconds may have decimals) or makes no day of the calendar, the date is missing.
    """

    name: str
    columns: tuple[str, ...]
    parts: tuple[str, ...]
    keep: bool

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        kinds = tuple(layout.kind(name) for name in self.columns)
        for name, part, kind in zip(self.columns, self.parts, kinds, strict=True):
            if part in ("date", "time"):
                layout.date_at([name])
            elif kind != CATEGORICAL or part != "month":
                layout.number_at([name])
        wide = layout.with_dates([self.name], [self.columns])
        out, drop = (wide, None) if self.keep else wide.without(self.columns)

        def apply(frame: Frame) -> Frame:
            made = frame.with_blocks(wide, dates=np.concatenate((frame.dates, self._dates(frame, kinds)[:, None]), axis=1))
            return made if drop is None else drop(made)

        return out, apply

    def _dates(self, frame: Frame, kinds: tuple[str, ...]) -> Longs:
        there = np.ones(frame.rows, dtype=bool)
        days, clock = np.zeros(frame.rows, dtype=np.int64), np.zeros(frame.rows)
        fields = {"year": np.full(frame.rows, 1970.0), "month": np.ones(frame.rows), "day": np.ones(frame.rows)}
        for name, part, kind in zip(self.columns, self.parts, kinds, strict=True):
            if kind == DATE:
                moments = frame.date(name)
                there &= np.not_equal(moments, MISSING_DATE)
                days = days + np.where(there, moments, 0)
                continue
            values = frame.number(name) if kind == NUMBER else _months(frame, name)
            low, high = _RANGES[part]
            with np.errstate(invalid="ignore"):
                fine = (values >= low) & (values <= high) & ((values % 1 == 0) | (part == "second"))
            there &= fine
            values = np.where(fine, values, low)
            if part == "clock":
                there &= values % 100 < 60
                clock += (values // 100) * 3600 + (values % 100) * 60
            elif part in _SECONDS:
                clock += values * _SECONDS[part]
            else:
                fields[part] = values
        if "year" in self.parts:
            months = ((fields["year"] - 1970) * 12 + fields["month"] - 1).astype(np.int64).astype("datetime64[M]")
            length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
            there &= fields["day"] <= length
            days = days + (months.astype("datetime64[D]").astype(np.int64) + fields["day"].astype(np.int64) - 1) * DAY
        there &= clock <= 86_400
        return np.where(there, days + np.round(clock * 1e6).astype(np.int64), MISSING_DATE)


def _months(frame: Frame, name: str) -> Floats:
    """The month of each text: a name in one of the known languages, or a number; NaN where it is neither."""
    codes, levels = frame.categorical(name)
    table = [float(level) if level.isdecimal() else float(month_number(level) or np.nan) for level in levels]
    return np.array([*table, np.nan])[codes]
