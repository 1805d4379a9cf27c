"""Round ticks inside a range, of numbers and of dates, and their short texts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from PySide6.QtCore import QCoreApplication

from mlops_desktop.base.number_format import MINUS
from mlops_desktop.ui.translation import format_number, formatted

_EPOCH = datetime(1970, 1, 1)
FIRST_DAY, LAST_DAY = (float(day.toordinal() - _EPOCH.toordinal()) for day in (date.min, date.max))  # that have a text
_DATE_STEPS = (  # unit, how many, about how many days
    *(("hours", n, n / 24) for n in (1, 2, 3, 6, 12)),
    *(("days", n, float(n)) for n in (1, 2, 5, 10)),
    *(("months", n, n * 30.4) for n in (1, 2, 3, 6)),
    *(("years", n, n * 365.25) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
)


def nice_ticks(low: float, high: float, count: int = 5, *, whole: bool = False) -> list[float]:
    """About `count` round numbers (steps of 1, 2, 2.5 or 5 times a power of ten) from `low` to `high`, both within; never none.

    `whole`: only whole numbers, for counts. A range without extent has its one value.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high < low:
        return []
    span = high - low
    if span <= abs(low) * 1e-12:
        return [low]
    step = nice_step(span / max(count, 1), whole=whole)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)] or [float(f"{(low + high) / 2:.3g}")]


def nice_step(raw: float, *, whole: bool = False) -> float:
    """The round step that is at least `raw`."""
    raw = max(raw, 1.0) if whole else raw
    place = 10.0 ** math.floor(math.log10(raw))
    sizes = (1, 2, 5, 10) if whole and place < 10 else (1, 2, 2.5, 5, 10)
    return next(m * place for m in sizes if m * place >= raw * (1 - 1e-9))


def date_ticks(low: float, high: float, count: int = 5) -> list[tuple[float, str]]:
    """About `count` round dates from `low` to `high`, both days since 1970-01-01, each with its text: 2024, 2024-03, 2024-03-15 or 14:00.

    A range within one day has hours; one without extent has its one day.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high < low or not (low >= FIRST_DAY and high <= LAST_DAY):
        return []
    if high - low < 1 / 1440:
        return [(low, day_text(low))]
    for name, step, days in _DATE_STEPS:
        if (high - low) / days <= max(count, 1):
            found = [(at, text) for at, text in _dates(name, step, low, high) if low <= at <= high]
            return found or [(low, day_text(low))]
    return [(low, day_text(low)), (high, day_text(high))]


def day_text(days: float) -> str:
    """A day, given as days since 1970-01-01, as 2024-03-15; with its time, 2024-03-15 14:30, where it is not midnight."""
    if not FIRST_DAY <= days <= LAST_DAY:
        return format_number(days)
    moment = _EPOCH + timedelta(minutes=round(days * 1440))
    return moment.date().isoformat() if moment.hour == moment.minute == 0 else moment.isoformat(" ", "minutes")


def _dates(name: str, step: int, low: float, high: float) -> Iterator[tuple[float, str]]:
    """Every date of a step of years, months, days or hours around a range."""
    first = _EPOCH + timedelta(days=math.floor(low))
    if name in ("years", "months"):
        months = step * (12 if name == "years" else 1)
        at = (first.year * 12 + first.month - 1) // months * months
        while at // 12 <= date.max.year:
            year, month = max(at // 12, 1), at % 12 + 1
            days = float(date(year, month, 1).toordinal() - _EPOCH.toordinal())
            if days > high:
                return
            yield days, str(year) if name == "years" else f"{year}-{month:02d}"
            at += months
        return
    size = step if name == "days" else step / 24
    for k in range(math.floor(low / size), math.ceil(high / size) + 1):
        yield k * size, day_text(k * size) if name == "days" else (_EPOCH + timedelta(hours=k * step)).strftime("%H:%M")


def tick_text(value: float, step: float) -> str:
    """A tick's text, with just the decimals that its step needs: 0.05, 2.5k, 1M, 2015; in German 2,5 Tsd."""
    if value == 0:
        return "0"
    size = abs(value)
    for limit, form in _units():
        if size >= limit and step >= limit / 10:
            return form.format(number=_plain(float(f"{value / limit:.6g}"), math.inf))
    if size >= 1e9 or (step < 1e-4 and size < 1e-3):
        return formatted(value, ".3g").replace("-", MINUS).replace("e+0", "e").replace(f"e{MINUS}0", f"e{MINUS}")
    return _plain(value, step)


def _units() -> tuple[tuple[float, str], ...]:
    """From which size a tick is written in which unit, the largest first."""
    tr = QCoreApplication.translate
    return (
        (1e12, tr("Ticks", "{number}T")),
        (1e9, tr("Ticks", "{number}G")),
        (1e6, tr("Ticks", "{number}M")),
        (1e3, tr("Ticks", "{number}k")),
    )


def tick_texts(values: list[float]) -> list[str]:
    """The texts of ticks that are beside each other."""
    if len(values) < 2:  # as among others: 2024 may be a year
        return [_plain(value, 1) if value == int(value) and abs(value) < 10_000 else format_number(value) for value in values]
    step = min(b - a for a, b in itertools.pairwise(values))
    return [tick_text(value, step) for value in values]


def signed(value: float, decimals: int = 2) -> str:
    """A change with its sign: +0.19, −0.03."""
    return formatted(value, f"+,.{decimals}f").replace("-", MINUS)


def _plain(value: float, step: float) -> str:
    if math.isinf(step):  # as many decimals as the number itself has
        return formatted(value, ".10g").replace("-", MINUS)
    decimals = 0
    while decimals < 8 and abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6 * step * 10**decimals:
        decimals += 1
    text = formatted(value, f"{'' if abs(value) < 10_000 else ','}.{decimals}f")
    return text.replace("-", MINUS)
