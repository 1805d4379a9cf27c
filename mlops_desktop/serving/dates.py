"""Parses and formats dates and times, held as int64 microseconds since 1970; one format applies to a whole column.

Month names are those of eight languages on every machine. Either no date of a column has a UTC offset, or all have; the latter are
converted to UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from .cells import MOST_CHARACTERS, Grammar, clean_text, western_digits
from .frame import MISSING_DATE, Bools, Longs
from .month_names import month_number

DAY = 86_400_000_000  # microseconds
_SECOND = 1_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_LEAST, _MOST = (date.min.toordinal() - _EPOCH) * DAY, (date.max.toordinal() + 1 - _EPOCH) * DAY

_LETTER = "[A-Za-zÀ-ÖØ-öø-ÿĀ-ž]"
# Hours of the zones that have a name; others are written as offsets.
_ZONES = {"Z": 0, "z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3}
_ZONES |= {"utc": 0, "gmt": 0, "MSK": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "JST": 9}
# An offset or the name of a zone, perhaps with a place behind it.
ZONE = rf"(?:(?:UTC|GMT)?[+-][0-9]{{1,2}}(?::?[0-9]{{2}})?|{'|'.join(_ZONES)})(?:\[[A-Za-z0-9_+/-]{{1,40}}\]| \([A-Za-zÀ-ÿ .-]{{2,40}}\))?"
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2}):?([0-9]{2})?(?:\[.*\]| \(.*\))?")
_TIME = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
ISO_PATTERN = rf"([0-9]{{4}})-([0-9]{{2}})(?:-([0-9]{{2}})(?:[T ]{_TIME} ?({ZONE})?)?)?"
_ISO = re.compile(ISO_PATTERN)
_ISO_TIME = re.compile(_TIME)
_TRAILING_ZONE = re.compile(rf"(?P<clock>.*:[0-9]{{2}}.*?) ?{ZONE}|(?P<day>.*[0-9]) ?(?:Z|UTC|GMT)")
ZERO_DATE = re.compile(r"0{1,4}([-./])0{1,2}\1(?:0{1,2}|0{4})(?:[T ]0{1,2}:00(?::00(?:[.,]0{1,9})?)?)?|0{8}")
MORNING, AFTERNOON = ("上午", "午前", "오전"), ("下午", "午後", "오후")
BUDDHIST = 543  # years by which the Buddhist calendar of Thailand is ahead
_FIELDS = {
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "N": "(?P<N>[0-9]{4})",
    "j": "(?P<j>[0-9]{3})",
    "G": "(?P<G>[0-9]{4})",
    "V": "(?P<V>[0-9]{1,2})",
    "u": "(?P<u>[1-7])",
    "q": "(?P<q>[1-4])",
    "m": "(?P<m>[0-9]{1,2})",
    "d": "(?P<d>[0-9]{1,2})",
    "o": "(?P<d>[0-9]{1,2})(?:[.ºª°]|st|nd|rd|th|er|re)?",
    "b": rf"(?P<b>{_LETTER}{{3,12}})\.?",
    "B": rf"(?P<b>{_LETTER}{{3,12}})",
    "a": rf"{_LETTER}{{2,13}}\.?",
    "H": "(?P<H>[0-9]{1,2})",
    "I": "(?P<I>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{2})",
    "S": "(?P<S>[0-9]{2})",
    "f": "(?P<f>[0-9]{1,9})",
    "p": rf"(?P<p>[AaPp]\.?[Mm]\.?|{'|'.join((*MORNING, *AFTERNOON))})",
    "z": f"(?P<z>{ZONE})",
    "s": r"(?P<s>[+-]?[0-9]{1,11}(?:\.[0-9]{1,9})?)",
    "Q": "(?P<Q>[+-]?[0-9]{1,14})",
    "U": "(?P<U>[+-]?[0-9]{1,17})",
    "E": "(?P<E>[0-9]{1,7}(?:[.,][0-9]{1,15})?)",
}
_CLOCK_PART = re.compile(r"(?<=[a-zA-Z])(?P<gap>[ T,]*)(?=(?:%p ?)?%[HI])(?!.*%[YyNd])")
_EPOCHS = {"s": 1_000_000, "Q": 1_000, "U": 1}  # microseconds of one unit of time since 1970
_NUMERIC = re.compile("(?:%[A-Za-z])+")
_EXCEL_DAYS = 25_569  # from 1899-12-30, on which the serial numbers of Excel count, to 1970
_EXCEL_LAST = 2_958_465  # 9999-12-31


class OffsetError(ValueError):
    """A date has a UTC offset in a column of local dates."""


def date_pattern(format_: str) -> str:
    """The regular expression (valid in Python and RE2) of a format; ValueError when it has an unknown field.

    Fields: %Y %N (year of the Buddhist calendar) %y %j (day of the year) %m %d %b %B %a (ignored) %H %I %M %S %f %p %z, %G %V %u (ISO
    year, week and weekday), %q (quarter), %o (day, perhaps as an ordinal number), %s %Q %U (seconds, milliseconds, microseconds since
    1970), %E (serial number of Excel, 1 is 1900-01-01).

    Days, months and hours may have one digit, except where fields are adjacent; a blank matches one or more. Behind a day the clock may be
    absent, and so may seconds and their fraction.
    """
    split = _CLOCK_PART.search(format_)
    if split is None:
        return _pattern(format_)
    return f"{_pattern(format_[: split.start()])}(?:{_pattern(format_, split.start())})?"


def _pattern(format_: str, at: int = 0) -> str:
    out = []
    while at < len(format_):
        char = format_[at]
        seconds = next((mark for mark in (":%S.%f", ":%S") if format_.startswith(mark, at)), "")
        if seconds:
            fraction = rf"(?:[.,]{_FIELDS['f']})?" if "f" in seconds else ""
            out.append(f"(?::{_FIELDS['S']}{fraction})?")
            at += len(seconds)
        elif char == "%":
            field = format_[at + 1 : at + 2]
            if field not in _FIELDS:
                raise ValueError(f"the date format has an unknown field %{field}")
            adjacent = format_[at + 2 : at + 3] == "%" or (at >= 2 and format_[at - 2] == "%" and format_[at - 1] != "p")
            out.append(_FIELDS[field].replace("{1,2}", "{2}") if adjacent else _FIELDS[field])
            at += 2
        else:
            out.append(r"\s+" if char == " " else re.escape(char))
            at += 1
    return "".join(out)


def accepted_pattern(grammar: Grammar) -> str:
    """The regular expression (valid in Python, RE2 and ECMA-262) of the texts that `date_reader` may take, but those that mean missing."""
    iso = _TIME if is_time_of_day(grammar.date) else ISO_PATTERN
    own = [date_pattern(grammar.date)] if grammar.date else []
    return re.sub(r"\(\?P<\w+>", "(?:", "|".join(f"(?:{one})" for one in (*own, iso)))


def without_clock(format_: str) -> str:
    """A format without the clock that may be absent behind its day."""
    split = _CLOCK_PART.search(format_)
    return format_ if split is None else format_[: split.start()]


def is_time_of_day(format_: str) -> bool:
    """Whether a format has no day: its values are microseconds since midnight."""
    return bool(format_) and not any(field in format_ for field in ("%Y", "%y", "%N", "%G", "%s", "%Q", "%U", "%E"))


def is_written_as_number(format_: str) -> bool:
    """Whether dates of a format are written as numbers alone, such as 20240328 or seconds since 1970: then a number can be a date."""
    return _NUMERIC.fullmatch(format_) is not None and not re.search("%[abBpz]", format_)


def date_reader(grammar: Grammar) -> Callable[[str], int]:
    """The function that parses a text as microseconds, MISSING_DATE where it means missing. It raises ValueError unless it is a date.

    The column's format is tried first, then ISO 8601 ("2024-03-28", "2024-03-28T14:05:00", "2024-03"; "14:05" in a column of times). A
    date of zeros ("00.00.0000") is missing; 24:00 is the midnight after. OffsetError: an offset in a column without offsets; a date without
    offset in a column with offsets is UTC.
    """
    missing = frozenset(grammar.missing) | {""}
    missing_days = _days(grammar)
    own = re.compile(date_pattern(grammar.date)).fullmatch if grammar.date else None
    time_of_day = is_time_of_day(grammar.date)
    iso = _read_time if time_of_day else _read_iso
    zone, pivot = grammar.zone, grammar.pivot

    def moment(text: str) -> int:
        found = own(text) if own is not None else None
        return iso(text, zone) if found is None else _from_fields(found.groupdict(), zone, pivot)

    def read(text: str) -> int:
        text = western_digits(clean_text(text))
        if text in missing or (not time_of_day and text.startswith("0") and ZERO_DATE.fullmatch(text)):
            return MISSING_DATE
        if len(text) > MOST_CHARACTERS:
            raise ValueError("too long for a date")
        try:
            value = moment(text)
        except OffsetError:
            raise
        except ValueError:
            local = None if zone else _TRAILING_ZONE.fullmatch(text)
            if local is None:
                raise
            moment(local["clock"] or local["day"])
            raise OffsetError("an offset in a column of local dates") from None
        return MISSING_DATE if missing_days and value // DAY in missing_days else value

    return read


def _days(grammar: Grammar) -> frozenset[int]:
    return frozenset(date.fromisoformat(day).toordinal() - _EPOCH for day in grammar.missing_dates)


def missing_dates(values: Longs, grammar: Grammar) -> Bools:
    """Which of these moments mean “no date” by the grammar's `missing_dates`."""
    return np.isin(values // DAY, sorted(_days(grammar)))


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


def _from_fields(found: dict[str, str | None], zone: bool, pivot: int) -> int:
    get = found.get
    if since := _since_a_day(found):
        return since[0]
    hour = get("H")
    twelve = get("I")
    if twelve is not None:
        if not 1 <= int(twelve) <= 12:
            raise ValueError("not an hour of a half day")
        half = get("p") or "a"
        hour = str(int(twelve) % 12 + (12 if half[0] in "pP" or half in AFTERNOON else 0))
    return _day(found, pivot) * DAY + _clock(hour, get("M"), get("S"), get("f")) - _offset(get("z"), zone)


def _since_a_day(found: dict[str, str | None]) -> tuple[int] | None:
    """The microseconds of a date that is a count of time units or days; None for any other."""
    for field, size in _EPOCHS.items():
        if count := found.get(field):
            value = int(Decimal(count) * size)
            if not _LEAST <= value < _MOST:
                raise ValueError("beyond the years 1 to 9999")
            return (value,)
    serial = found.get("E")
    if not serial:
        return None
    days = Decimal(serial.replace(",", "."))
    if not 1 <= days <= _EXCEL_LAST + 1 or int(days) == 60:  # 60 is 1900-02-29, which was no day
        raise ValueError("not a serial number of a day")
    if days < 60:
        days += 1
    return (int(((days - _EXCEL_DAYS) * 86_400_000).to_integral_value()) * 1_000,)  # a float of days is exact to milliseconds


def _day(found: dict[str, str | None], pivot: int) -> int:
    """The days since 1970 of the fields of a date; 0 when there are none."""
    get = found.get
    if week_year := get("G"):
        return date.fromisocalendar(int(week_year), int(get("V") or 1), int(get("u") or 1)).toordinal() - _EPOCH
    written, short = get("Y"), get("y")
    if buddhist := get("N"):
        written = str(int(buddhist) - BUDDHIST)
    if written is None and short is None:
        return 0
    year = int(written) if written is not None else int(short or 0) + (1900 if int(short or 0) >= pivot else 2000)
    name, quarter = get("b"), get("q")
    month = month_number(name) if name is not None else int(quarter) * 3 - 2 if quarter is not None else int(get("m") or 1)
    if day_of_year := get("j"):
        return _nth_day(year, int(day_of_year))
    return date(year, month, int(get("d") or 1)).toordinal() - _EPOCH


def _nth_day(year: int, day: int) -> int:
    """The days since 1970 of a day of a year, counted from 1."""
    first = date(year, 1, 1).toordinal()
    if not 1 <= day <= date(year, 12, 31).toordinal() - first + 1:
        raise ValueError("not a day of the year")
    return first + day - 1 - _EPOCH


def _clock(hour: str | None, minute: str | None, second: str | None, fraction: str | None) -> int:
    h, m, s = int(hour or 0), int(minute or 0), int(second or 0)
    part = int(fraction.ljust(6, "0")[:6]) if fraction else 0
    if h > 24 or m > 59 or s > 59 or (h == 24 and (m or s or part)):
        raise ValueError("not a time of day")
    return ((h * 60 + m) * 60 + s) * _SECOND + part


def _offset(offset: str | None, zone: bool) -> int:
    if offset is None:
        return 0
    if not zone:
        raise OffsetError("an offset in a column of local dates")
    hours = _ZONES.get(re.split(r"\[| \(", offset)[0])
    if hours is not None:
        return hours * 3600 * _SECOND
    found = _OFFSET.fullmatch(offset)
    assert found is not None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return (-minutes if found[1] == "-" else minutes) * 60 * _SECOND


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


def time_format(values: Longs) -> str:
    """The format that shows moments which are all times of a day (held on 1970-01-01) without a day; "" where one is not."""
    known = values[values != MISSING_DATE]
    return "%H:%M:%S" if len(known) and known.min() >= 0 and known.max() < DAY and known.any() else ""


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
