"""The values of formulas, their conversions, and scalar functions applied to whole columns.

A value is one of three kinds, with one entry per row, or with a single entry when it is constant:

- numbers and truth values: float64, NaN is missing; true is 1 and false is 0, and any number but 0 counts as true
- texts: `Texts`, codes into levels, -1 is missing
- dates: int64 microseconds since 1970, `MISSING_DATE` is missing
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from ..frame import MISSING_DATE, Floats, Ints, Longs, encode
from ..normal_form import normalized

DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1)
# microseconds
FIRST_DATE, LAST_DATE = (
    (datetime(year, month, day) - _EPOCH) // timedelta(microseconds=1) for year, month, day in ((1, 1, 1), (9999, 12, 31))
)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?)?")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


class Texts(NamedTuple):
    """Texts as codes into levels, -1 is missing."""

    codes: Ints
    levels: Sequence[str]


def finite(values: Any) -> Floats:
    """The numbers with NaN in place of infinities."""
    out: Floats = np.where(np.isfinite(values), values, np.nan)
    return out


def read_date(text: str) -> int | None:
    """Microseconds since 1970 of an ISO date such as 2024-05-01 or 2024-05-01 13:30; None when the text is not a date."""
    found = _ISO.fullmatch(text.strip())
    if not found:
        return None
    parts = [int(part or 0) for part in found.groups()[:6]]
    try:
        moment = datetime(*parts, microsecond=int((found[7] or "0").ljust(6, "0")))  # type: ignore[arg-type,misc]
    except ValueError:
        return None
    return (moment - _EPOCH) // timedelta(microseconds=1)


def read_number(text: str) -> float | None:
    """The number of a text such as -12.5 or 1e3; None when the text is not a number."""
    return float(text) if len(text) <= 400 and _NUMBER.fullmatch(text := text.strip()) else None


def write_date(micros: int) -> str | None:
    """A date as ISO text, without the time when it is midnight; None beyond the years 1 to 9999."""
    if not FIRST_DATE <= micros < LAST_DATE + DAY:
        return None
    text = (_EPOCH + timedelta(microseconds=micros)).isoformat(sep=" ")
    return text[:10] if micros % DAY == 0 else text


def write_number(value: float) -> str:
    """A number as text: integers without a decimal point, others in the shortest form that round-trips."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def share_levels(*values: Texts) -> tuple[list[Ints], list[str]]:
    """Codes of several columns of texts into shared levels, and those levels."""
    index: dict[str, int] = {}
    parts = []
    for codes, levels in values:
        place = np.array([*(index.setdefault(level, len(index)) for level in levels), -1], dtype=np.intp)
        parts.append(place[codes])
    return parts, list(index)


def _distinct(value: Any) -> tuple[Ints, list[Any]]:
    if isinstance(value, Texts):
        return value.codes, [*value.levels, None]  # the code -1 selects None
    items, codes = np.unique(value, return_inverse=True)
    if value.dtype == np.int64:
        return codes, [None if item == MISSING_DATE else item for item in items.tolist()]
    return codes, [None if item != item else item for item in items.tolist()]


def each_distinct(function: Callable[..., Any], values: Sequence[Any], *, with_missing: bool = False) -> tuple[Ints, list[Any]]:
    """Codes into the results of a function that is called once per distinct combination of its arguments.

    The result is None where an argument is missing; `with_missing` passes it to the function as None instead.
    """
    columns = [_distinct(value) for value in values]
    rows = next((len(codes) for codes, _ in columns if len(codes) != 1), 1)
    codes: Ints = np.zeros(rows, dtype=np.intp)
    first = np.zeros(min(rows, 1), dtype=np.intp)  # one row of each combination
    if rows != 1:
        for column, _ in columns:
            if len(column) != 1:
                key = codes * (int(column.max(initial=0)) + 2) + (column + 1)
                _, first, codes = np.unique(key, return_index=True, return_inverse=True)
    results = []
    for row in first.tolist():
        arguments = [items[column[row if len(column) != 1 else 0]] for column, items in columns]
        absent = not with_missing and any(argument is None for argument in arguments)
        results.append(None if absent else function(*arguments))
    return codes, results


def to_texts(function: Callable[..., str | None]) -> Callable[..., Texts]:
    """Vectorizes a scalar function that returns texts (normalized to NFC); a missing argument gives a missing text."""

    def apply(*values: Any) -> Texts:
        codes, results = each_distinct(function, values)
        place, levels = encode(None if result is None else normalized("NFC", result) for result in results)
        return Texts(place[codes], levels)

    return apply


def to_numbers(function: Callable[..., float | None]) -> Callable[..., Floats]:
    """Vectorizes a scalar function that returns numbers; a missing argument gives a missing number."""

    def apply(*values: Any) -> Floats:
        codes, results = each_distinct(function, values)
        table = np.array([np.nan if result is None else float(result) for result in results], dtype=np.float64)
        return finite(table[codes])

    return apply


def to_dates(function: Callable[..., int | None]) -> Callable[..., Longs]:
    """Vectorizes a scalar function that returns dates; a missing argument gives a missing date."""

    def apply(*values: Any) -> Longs:
        codes, results = each_distinct(function, values)
        return np.array([MISSING_DATE if result is None else result for result in results], dtype=np.int64)[codes]

    return apply
