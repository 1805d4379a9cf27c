"""Parses and formats dates and times, held as int64 microseconds since 1970; one format applies to a whole column.

Month names are English on every machine. Either no date of a column has a UTC offset, or all have; the latter are converted to UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np

from .cells import Grammar
from .frame import MISSING_DATE

DAY = 86_400_000_000  # microseconds
_SECOND = 1_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
MONTH_NUMBER = {**{m[:3]: i for i, m in enumerate(_MONTHS, 1)}, **{m: i for i, m in enumerate(_MONTHS, 1)}, "sept": 9}

_TIME = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
_ISO = re.compile(rf"([0-9]{{4}})-([0-9]{{2}})(?:-([0-9]{{2}})(?:[T ]{_TIME} ?(Z|z|[+-][0-9]{{2}}:?[0-9]{{2}})?)?)?")
_ISO_TIME = re.compile(_TIME)
_FIELDS = {
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "m": "(?P<m>[0-9]{1,2})",
    "d": "(?P<d>[0-9]{1,2})",
    "b": r"(?P<b>[A-Za-z]{3,9})\.?",
    "B": "(?P<b>[A-Za-z]{3,9})",
    "a": r"[A-Za-z]{3,9}\.?",
    "H": "(?P<H>[0-9]{1,2})",
    "I": "(?P<I>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{2})",
    "S": "(?P<S>[0-9]{2})",
    "f": "(?P<f>[0-9]{1,9})",
    "p": r"(?P<p>[AaPp]\.?[Mm]\.?)",
    "z": "(?P<z>Z|z|[+-][0-9]{2}:?[0-9]{2})",
}


def date_pattern(format_: str) -> str:
    """The regular expression (valid in Python and RE2) of a format; ValueError when it has an unknown field.

    Fields: %Y %y (69-99 are 19xx) %m %d %b %B %a (ignored) %H %I %M %S %f %p %z. Days, months and hours may have one digit, except where
    fields are adjacent; a blank matches one or more.
    """
    out, at = [], 0
    while at < len(format_):
        char = format_[at]
        if char == "%":
            field = format_[at + 1 : at + 2]
            if field not in _FIELDS:
                raise ValueError(f"the date format has an unknown field %{field}")
            adjacent = format_[at + 2 : at + 3] == "%" or (at >= 2 and format_[at - 2] == "%")
            out.append(_FIELDS[field].replace("{1,2}", "{2}") if adjacent else _FIELDS[field])
            at += 2
        else:
            out.append(r"\s+" if char == " " else re.escape(char))
            at += 1
    return "".join(out)


def is_time_of_day(format_: str) -> bool:
    """Whether a format has no day: its values are microseconds since midnight."""
    return bool(format_) and not any(field in format_ for field in ("%Y", "%y"))


def date_reader(grammar: Grammar) -> Callable[[str], int]:
    """The function that parses a text as microseconds, MISSING_DATE where it means missing. It raises ValueError unless it is a date.

    The column's format is tried first, then ISO 8601 ("2024-03-28", "2024-03-28T14:05:00", "2024-03"; "14:05" in a column of times). An
    offset is invalid in a column without offsets; a date without offset in a column with offsets is UTC.
    """
    missing = frozenset(grammar.missing) | {""}
    own = re.compile(date_pattern(grammar.date)).fullmatch if grammar.date else None
    iso = _read_time if is_time_of_day(grammar.date) else _read_iso
    zone = grammar.zone

    def read(text: str) -> int:
        text = text.strip()
        if text in missing:
            return MISSING_DATE
        found = own(text) if own is not None else None
        return iso(text, zone) if found is None else _from_fields(found.groupdict(), zone)

    return read


def _read_iso(text: str, zone: bool) -> int:
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError("not a date")
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    days = date(int(year), int(month), int(day or 1)).toordinal() - _EPOCH
    return days * DAY + _clock(hour, minute, second, fraction) - _offset(offset, zone)


def _read_time(text: str, zone: bool) -> int:
    found = _ISO_TIME.fullmatch(text)
    if found is None:
        raise ValueError("not a time of day")
    return _clock(*found.groups())


def _from_fields(found: dict[str, str | None], zone: bool) -> int:
    get = found.get
    days = 0
    year: int | None = int(get("Y") or 0) or None
    short = get("y")
    if year is None and short is not None:
        year = int(short) + (1900 if int(short) >= 69 else 2000)
    if year is not None:
        name = get("b")
        month = int(get("m") or 1) if name is None else MONTH_NUMBER.get(name.lower(), 0)
        days = date(year, month, int(get("d") or 1)).toordinal() - _EPOCH
    hour = get("H")
    twelve = get("I")
    if twelve is not None:
        if not 1 <= int(twelve) <= 12:
            raise ValueError("not an hour of a half day")
        hour = str(int(twelve) % 12 + (12 if (get("p") or "a")[0] in "pP" else 0))
    return days * DAY + _clock(hour, get("M"), get("S"), get("f")) - _offset(get("z"), zone)


def _clock(hour: str | None, minute: str | None, second: str | None, fraction: str | None) -> int:
    h, m, s = int(hour or 0), int(minute or 0), int(second or 0)
    if h > 23 or m > 59 or s > 59:
        raise ValueError("not a time of day")
    return ((h * 60 + m) * 60 + s) * _SECOND + (int(fraction.ljust(6, "0")[:6]) if fraction else 0)


def _offset(offset: str | None, zone: bool) -> int:
    if offset is None:
        return 0
    if not zone:
        raise ValueError("an offset in a column of local dates")
    if offset in ("Z", "z"):
        return 0
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return (-minutes if offset[0] == "-" else minutes) * 60 * _SECOND


def date_text(microseconds: int, format_: str = "", zone: bool = False) -> str:
    """A date as ISO 8601 text: the day alone at midnight, "14:05:00" for a format without a day, with "Z" when `zone`; "" where missing."""
    if microseconds == MISSING_DATE:
        return ""
    try:
        moment = datetime(1970, 1, 1) + timedelta(microseconds=microseconds)
    except OverflowError:  # beyond the years 1 to 9999
        return str(np.datetime64(microseconds, "us"))
    if is_time_of_day(format_):
        return moment.time().isoformat()
    if microseconds % DAY == 0 and not zone:
        return moment.date().isoformat()
    return moment.isoformat() + ("Z" if zone else "")


def date_example(grammar: Grammar) -> str:
    """A made-up date as it may be written in this column, for messages and forms."""
    with_time = is_time_of_day(grammar.date) or grammar.zone or "%H" in grammar.date or "%I" in grammar.date
    return date_text(_SAMPLE + (_SAMPLE_TIME if with_time else 0), grammar.date, grammar.zone)


def datetime_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of a datetime; one with a time zone is converted to UTC."""
    offset = moment.utcoffset()
    return (moment.replace(tzinfo=None) - datetime(1970, 1, 1) - (offset or timedelta())) // timedelta(microseconds=1)


_SAMPLE = datetime_microseconds(datetime(2024, 3, 28))
_SAMPLE_TIME = ((14 * 60) + 5) * 60 * _SECOND
