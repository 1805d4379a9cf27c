"""Dates that are written as numbers: which columns are read so by their name or form, and which may hold them and are asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.date_rules import is_named_date
from mlops_desktop.engine.data.identifiers import has_id_name, snake_name
from mlops_desktop.engine.data.raw_column import RawColumn, typed_texts
from mlops_desktop.engine.data.raw_reading import read_raw
from mlops_desktop.serving.cells import level_of
from mlops_desktop.serving.dates import date_reader, date_text
from mlops_desktop.serving.frame import Bools, Floats
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.schema import Column, Grammar

_MONTH_NAME = re.compile(r"(?:.*_)?(?:month|year_?month|monat|mois|mese|mes|period|periode|yyyymm|yyyy_mm|ym|maand|buchungsmonat)")
_TIME_NAME = re.compile(
    r"(?i)time|stamp|epoch|unix|zeit|heure|created|updated|modified|_at$|_ts$|^ts$|_on$|expir|valid|seen|login|visit"
    r"|julian|^jul$|day_?of_?year"
)
_NO_TIME_NAME = re.compile(
    "(?i)phone|tel|mobil|fax|handy|n[or]$|number|nummer|numéro|code|ean|isbn|account|konto|iban|bytes|size|amount|price"
)
_MONTH, _DAY, _CLOCK = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])", "(?:[01][0-9]|2[0-4])[0-5][0-9](?:[0-5][0-9])?"
_CLOCK_NAME = re.compile(r"(?i)uhrzeit|^zeit$|time$|^clock|abfahrt|ankunft|departure|arrival|beginn$|heure|^hora")
_POINT_CLOCK = "(?:[01]?[0-9]|2[0-4])[.][0-5][0-9]"
_SEVERAL = 8  # different numbers that are dates by more than chance
_DIGITS = re.compile("[0-9]{6,14}|[0-9]{2,4}[-./][0-9]{2,4}")
_YEAR = "(?:19|20)[0-9]{2}"
_2000, _2010, _2030, _2040 = 946_684_800, 1_262_304_000, 1_893_456_000, 2_208_988_800  # seconds since 1970


def reads_as_date(raw: RawColumn, present: Bools) -> bool:
    """Whether all of these texts of digits are dates by the column's name (20240328, 202403) or beyond doubt (20240328141500, 03.2024)."""
    if not all(map(_DIGITS.fullmatch, raw.sample(present, 20))) or not raw.matching(_DIGITS.pattern)[present].all():
        return False
    named = is_named_date(raw.name)
    if raw.matching(_YEAR + _MONTH + _DAY + _CLOCK)[present].all():
        return True
    months = raw.matching(rf"{_MONTH}[.]{_YEAR}")[present]  # 05.2024 would be a number of four decimals
    short = raw.matching(rf"{_MONTH}[-/][0-9]{{2}}")[present]
    if (months.all() or short.all()) and raw.matching("0.*")[present].any():
        return True
    if named and raw.matching(_YEAR + _MONTH + _DAY + "(?:[01][0-9]|2[0-4])")[present].all():
        return True
    if named and any(raw.matching(form)[present].all() for form in ("[0-9]{2}" + _MONTH + _DAY, _DAY + _MONTH + "[0-9]{2}")):
        return True
    named_month = _MONTH_NAME.fullmatch(snake_name(raw.name)) is not None
    if named and any(raw.matching(form)[present].all() for form in ("(?:19|20)[0-9]{6}|0{8}|9999[0-9]{4}", _DAY + _MONTH + _YEAR)):
        return True
    by_month = named_month and raw.matching(rf"{_YEAR}[.]?{_MONTH}|{_MONTH}[-/][0-9]{{2}}")[present].all()
    return bool(by_month or (named and raw.matching(_YEAR + _MONTH)[present].all()))


@dataclass(frozen=True)
class _Kind:
    format: str
    what: str


_SECONDS = _Kind("%s", msg("seconds since 1970"))
_MILLISECONDS = _Kind("%Q", msg("milliseconds since 1970"))
_MICROSECONDS = _Kind("%U", msg("microseconds since 1970"))
_HOURS = _Kind("%Y%m%d%H", msg("hours written as year, month, day and hour"))
_DAYS_OF_YEAR = _Kind("%Y%j", msg("days written as year and day of the year"))
_SHORT_DAYS = _Kind("%y%m%d", msg("days written as year of two digits, month and day"))
_DAY_FIRST = _Kind("%d%m%y", msg("days written as day, month and year of two digits"))
_SERIAL = _Kind("%E", msg("the days that Excel counts from 1900"))
_DAYS = _Kind("%Y%m%d", msg("days written as year, month and day"))
_MONTHS = _Kind("%Y%m", msg("months written as year and month"))
_POINT_MONTHS = _Kind("%Y.%m", msg("months written as year and month"))


def maybe_dates(raw: RawColumn, column: Column) -> Iterator[Evidence]:
    """That a column of numbers may hold dates: nobody but a person can know, so it is left as numbers and asked about."""
    if not column.is_measured or column.unit or has_id_name(raw.name):
        return
    values, _, refused = read_raw(raw, column)
    there = np.isfinite(values)
    there[list(refused)] = False
    numbers = values[there]
    if raw.kind not in ("text", "number", "integer") or len(numbers) < 2:
        return
    kind = _kind(raw.name, numbers)
    if kind is None:
        if is_named_date(raw.name) and _are_days_without_year(numbers):
            message = "The column is named like a date, and {first} may be a day and a month without a year; it was read as a number."
            yield Evidence(raw.name, "unread_dates", msg(message, first=level_of(float(numbers[0]))), raw.rows_with(there))
        elif _CLOCK_NAME.search(raw.name) and raw.kind == "text" and raw.all_match(_POINT_CLOCK, there):
            message = "The column is named like a time of day, and {first} may be one; it was read as a number."
            first = raw.texts_at(np.flatnonzero(there)[:1].tolist())[0]
            yield Evidence(raw.name, "unread_dates", msg(message, first=first), raw.rows_with(there))
        return
    first = level_of(float(numbers[0]))
    try:
        moment = date_reader(Grammar(date=kind.format, zone=kind.format in ("%s", "%Q", "%U")))(first)
    except ValueError:
        return
    message = msg(
        "{cells} a number that may be a date: {what}. {first} would be {date}. They were read as numbers.",
        cells=plural_msg(raw.count(there), "1 cell holds", "{n} cells hold"),
        what=kind.what,
        first=first,
        date=date_text(moment),
    )
    yield Evidence(raw.name, "maybe_date", message, raw.rows_with(there))


def _kind(name: str, numbers: Floats) -> _Kind | None:
    least, most = float(numbers.min()), float(numbers.max())
    whole = bool((np.floor(numbers) == numbers).all())
    if whole and least >= 1_900_010_100 and most <= 2_099_123_124 and _are_days(numbers // 100) and (numbers % 100 <= 24).all():
        return _HOURS
    timed = is_named_date(name) or _TIME_NAME.search(name) is not None
    for kind, size in ((_SECONDS, 1.0), (_MILLISECONDS, 1e3), (_MICROSECONDS, 1e6)):
        low, high = (_2000, _2040) if timed else (_2010, _2030)
        if (timed or not _NO_TIME_NAME.search(name)) and low * size <= least and most < high * size:
            return kind
    if whole and least >= 19_000_101 and most <= 20_991_231:
        return _DAYS if _are_days(numbers) else None
    if whole and least >= 190_001 and most <= 209_912:
        return _MONTHS if ((numbers % 100 >= 1) & (numbers % 100 <= 12)).all() else None
    if not (whole or is_named_date(name) or (least >= 1900 and most < 2100)):
        return None
    several = len(np.unique(numbers)) >= _SEVERAL
    if whole and least >= 1_900_001 and most <= 2_099_366 and (timed or several):
        return _DAYS_OF_YEAR if ((numbers % 1000 >= 1) & (numbers % 1000 <= 366)).all() else None
    if whole and least >= 10_101 and most <= 991_231 and (is_named_date(name) or (several and least >= 100_101)):
        if _are_days(numbers):
            return _SHORT_DAYS
        if is_named_date(name) and _are_days(numbers % 100 * 10_000 + numbers // 100 % 100 * 100 + numbers // 10_000):
            return _DAY_FIRST
    if is_named_date(name) and least >= 20_000 and most < 60_000:
        return _SERIAL
    if whole or least < 1900 or most >= 2100:
        return None
    months = np.round(numbers * 100)
    in_months = np.allclose(numbers * 100, months, rtol=0, atol=1e-6) and ((months % 100 >= 1) & (months % 100 <= 12)).all()
    return _POINT_MONTHS if in_months else None


def _are_days_without_year(numbers: Floats) -> bool:
    """Whether all numbers are a day and a month, in this order or the other, as in 3112."""
    if not (np.floor(numbers) == numbers).all() or numbers.min() < 101 or numbers.max() > 3112 or len(np.unique(numbers)) < 2:
        return False
    return _are_days(numbers) or _are_days(numbers % 100 * 100 + numbers // 100)


def _are_days(numbers: Floats) -> bool:
    """Whether the last four digits of all numbers are a month and a day."""
    days, months = numbers % 100, numbers // 100 % 100
    return bool(((days >= 1) & (days <= 31) & (months >= 1) & (months <= 12)).all())


def as_texts(raw: RawColumn) -> RawColumn:
    """A column of typed numbers as their texts, so that they can be read as dates."""
    import pyarrow as pa

    if raw.kind not in ("number", "integer"):
        return raw
    texts = typed_texts(raw, Column(raw.name, "category"))
    distinct = pa.array([*texts, ""], pa.string())
    return replace(raw, kind="text", codes=np.where(raw.codes < 0, len(texts), raw.codes), distinct=distinct, values=None, _readings={})
