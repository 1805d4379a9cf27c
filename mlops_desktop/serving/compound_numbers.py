"""Parses numbers that are written in several parts: hours and minutes, feet and inches, units one after the other, ISO 8601 durations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from .cells import Grammar

DASHES = "−–—-"
_HOURS = re.compile(
    rf"(?P<sign>[+{DASHES}]?)(?:(?P<days>[0-9]{{1,6}}) ?(?:d|days?|Tage?),? |(?P<pointed>[0-9]{{1,6}})\.(?=[0-9]{{2}}:[0-9]{{2}}:))?"
    r"(?P<hours>[0-9]{1,6})(?::|h)(?P<minutes>[0-5][0-9])(?::(?P<seconds>[0-5][0-9](?:[.,][0-9]{1,9})?))?"
)
_MINUTES = re.compile(
    rf"(?P<sign>[+{DASHES}]?)(?:(?P<days>[0-9]{{1,6}}) ?(?:d|days?|Tage?),? )?(?:(?P<hours>[0-9]{{1,6}}):(?=[0-5][0-9]:))?"
    r"(?P<minutes>[0-9]{1,6}):(?P<seconds>[0-5][0-9](?:[.,][0-9]{1,9})?)"
)
PART = r"[0-9]+(?:\.[0-9]+|,[0-9]{1,2})?"  # the number of one part
BETWEEN = r"\s*(?:,|and|und|et|y|e|&)?\s*"  # what may be between two parts
_FOOT, _INCH = r"(?:'|′|’|ft\.?|feet|foot)", r"(?:\"|″|”|''|′′|’’|in\.?|inch|inches)"
FEET = rf"[0-9]{{1,2}}\s*{_FOOT}(?:\s*(?:1[01]|[0-9])(?:\.[0-9]+)?\s*{_INCH}?)?|[0-9]{{1,3}}(?:\.[0-9]+)?\s*{_INCH}"
_FEET = re.compile(rf"(?:(?P<feet>[0-9]{{1,2}})\s*{_FOOT}\s*)?(?:(?P<inches>[0-9]{{1,3}}(?:\.[0-9]+)?)\s*(?P<mark>{_INCH})?)?")
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
ISO_DURATION = rf"[+{DASHES}]?P(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
ISO_MONTHS = rf"[+{DASHES}]?P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?"
_ISO_PARTS = re.compile(rf"({_NUMBER})([YMWDHS])")
_ISO_HOURS = {"W": (168, 1), "D": (24, 1), "H": (1, 1), "M": (1, 60), "S": (1, 3600)}
_ISO_MONTHS = {"Y": (12, 1), "M": (1, 1)}
# Notations of numbers in several parts, by which a column may be written beside plain numbers.
COMPOUND = ("hours", "minutes", "compound", "feet", "iso_hours", "iso_months")


def compound_reader(grammar: Grammar) -> Callable[[str], float] | None:
    """The function for clean texts of the notations of `COMPOUND` that a grammar has; None when it has none. ValueError for other texts.

    `hours` gives hours (25:30 is 25.5), `minutes` minutes (2:30 is 2.5, 1:02:30 is 62.5), `feet` inches, `compound` the sum of the parts
    by the grammar's scales, `iso_hours` hours (PT1H30M is 1.5) and `iso_months` months (P1Y6M is 18).
    """
    readers = [make(grammar) for notation, make in _READERS.items() if notation in grammar.notations]
    if not readers:
        return None

    def read(text: str) -> float:
        for reader in readers:
            value = reader(text)
            if value is not None:
                return value
        raise ValueError("not a number")

    return read


def _hours(grammar: Grammar) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        found = _HOURS.fullmatch(text)
        if found is None:
            return None
        seconds = float((found["seconds"] or "0").replace(",", "."))
        days = int(found["days"] or found["pointed"] or 0)
        whole = (days * 24 + int(found["hours"])) * 3600 + int(found["minutes"]) * 60
        return (whole + seconds) / (-3600 if found["sign"] in tuple(DASHES) else 3600)

    return read


def _minutes(grammar: Grammar) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        found = _MINUTES.fullmatch(text)
        if found is None:
            return None
        whole = ((int(found["days"] or 0) * 24 + int(found["hours"] or 0)) * 60 + int(found["minutes"])) * 60
        return (whole + float(found["seconds"].replace(",", "."))) / (-60 if found["sign"] in tuple(DASHES) else 60)

    return read


def _feet(grammar: Grammar) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        found = _FEET.fullmatch(text)
        if found is None or not (found["feet"] or found["mark"]):
            return None
        inches = Decimal(found["inches"] or 0)
        if found["feet"] and inches >= 12:
            return None
        return float(int(found["feet"] or 0) * 12 + inches)

    return read


def _compound(grammar: Grammar) -> Callable[[str], float | None]:
    scales = {scale.mark: (Decimal(repr(scale.times)), Decimal(repr(scale.over))) for scale in grammar.scales}
    marks = marks_pattern(scales)
    whole = re.compile(rf"(?P<sign>[+{DASHES}]?)\s*(?P<parts>(?:{PART}\s*(?:{marks}){BETWEEN}){{1,7}})").fullmatch
    part = re.compile(rf"({PART})\s*({marks})")

    def read(text: str) -> float | None:
        found = whole(text)
        if found is None:
            return None
        parts = part.findall(found["parts"])
        if len({mark for _, mark in parts}) < len(parts):
            return None
        total = sum((Decimal(number.replace(",", ".")) * scales[mark][0] / scales[mark][1] for number, mark in parts), Decimal(0))
        return float(-total if found["sign"] in tuple(DASHES) else total)

    return read


def marks_pattern(marks: Iterable[str]) -> str:
    """The alternatives of some marks, the longest first, as a regular expression (valid in Python and RE2)."""
    return "|".join(re.escape(mark) for mark in sorted(marks, key=lambda mark: (-len(mark), mark)))


def _iso(pattern: str, sizes: dict[str, tuple[int, int]]) -> Callable[[Grammar], Callable[[str], float | None]]:
    whole = re.compile(pattern).fullmatch

    def make(grammar: Grammar) -> Callable[[str], float | None]:
        def read(text: str) -> float | None:
            parts = _ISO_PARTS.findall(text)
            if whole(text) is None or not parts:
                return None
            total = sum((Decimal(number.replace(",", ".")) * sizes[unit][0] / sizes[unit][1] for number, unit in parts), Decimal(0))
            return float(-total if text[0] in DASHES else total)

        return read

    return make


_READERS: dict[str, Callable[[Grammar], Callable[[str], float | None]]] = {
    "hours": _hours,
    "minutes": _minutes,
    "compound": _compound,
    "feet": _feet,
    "iso_hours": _iso(ISO_DURATION, _ISO_HOURS),
    "iso_months": _iso(ISO_MONTHS, _ISO_MONTHS),
}
