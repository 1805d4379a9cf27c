"""The finding that several columns hold the parts of one date: year, month, day, hour, or a day and a time of day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mlops_desktop.engine.data import snake_name
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.engine.profiling.results import Overview
from mlops_desktop.engine.project import ComponentRecord
from mlops_desktop.serving.dates import DAY, is_time_of_day
from mlops_desktop.serving.frame import MISSING_DATE, Frame
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.month_names import month_number
from mlops_desktop.serving.plural import quoted_columns
from mlops_desktop.serving.schema import Column

_OF_TIME = re.compile(r"(.*_)?(time|timestamp|ts|epoch|unix|unixtime|date|datetime|when|created|zeit|zeitstempel)(_.*)?")
_UNIX_TIMES = 6e8, 2.2e9  # seconds, from 1989 to 2039
# By part: how its column is named (with “_” between words), and the range of its whole numbers.
_PARTS = {
    "year": (("year", "yr", "yyyy", "jahr", "annee", "année", "an", "ano", "año", "anno", "jaar", "rok"), (1800, 2200)),
    "month": (("month", "mon", "mnth", "mth", "mm", "mo", "monat", "mois", "mes", "mês", "mese", "maand", "miesiac"), (1, 12)),
    "day": (("day", "dd", "mday", "dom", "day_of_month", "dayofmonth", "tag", "jour", "dia", "día", "giorno", "dag", "dzien"), (1, 31)),
    "hour": (("hour", "hr", "hh", "h", "stunde", "heure", "hora", "ora", "uur", "godzina"), (0, 24)),
    "minute": (("minute", "min", "mi", "minuto", "minuut"), (0, 59)),
    "second": (("second", "sec", "ss", "sekunde", "seconde", "segundo", "secondo"), (0, 59)),
}
# By part: the whole numbers that order rows, though they make no date: years from 0, days of the year, months from 0.
_ORDERING = {"year": (0, 9999), "month": (0, 12), "day": (0, 366), "hour": (0, 24), "minute": (0, 59), "second": (0, 59)}
_DAY_WORDS = frozenset(("date", "datum", "fecha", "data", "day", "tag", "jour", "giorno", "dia", "dt"))
_TIME_WORDS = frozenset(("time", "zeit", "uhrzeit", "hora", "heure", "ora", "tijd", "clock", "godzina", "tm"))
DATE_PIECES = FindingKind("date_pieces", "A date in pieces: {column}")
_WHY = "Apart, 31 December and 1 January are far from each other; as one date they are neighbours, and the weekday is known."


def date_pieces(seen: Seen) -> Iterator[Finding]:
    """Columns that together are one date, with the step that makes it of them."""
    features = list(seen.features())
    for stem, found in _named_parts(seen, features).items():
        if not {"year", "month"} <= set(found):
            continue
        parts = [part for part in _PARTS if part in found]
        if any(part not in found for part in list(_PARTS)[: len(parts)]):
            parts = [part for part, wanted in zip(_PARTS, parts, strict=False) if part == wanted]  # an hour without a day is none of it
        yield _finding([found[part].name for part in parts], parts, f"{stem}_date" if stem else "date")
    pair = _day_and_time(seen, features)
    if pair is not None:
        yield _finding([column.name for column in pair], ["date", "time"], " ".join(column.name for column in pair))


def may_be_timed(overview: Overview, findings: Iterable[Finding]) -> bool:
    """Whether a column of a table, or several that hold the parts of one date, may say when its rows are; no cell is read."""
    return any(column.is_date for column in overview.columns) or any(one.rule == DATE_PIECES.rule for one in findings)


def _finding(columns: list[str], parts: list[str], name: str) -> Finding:
    shown = quoted_columns(columns)
    what = ", ".join(parts)
    message = msg("{columns} seem to hold the parts of one date ({parts}). A step can make it of them.", columns=shown, parts=what)
    if name in columns:
        name = " ".join(columns)
    # Numbers stay features of their own; a date and a time that stay would have their parts twice.
    params: dict[str, Any] = {"columns": columns, "parts": parts, "name": name, "keep": "date" not in parts}
    step: ComponentRecord = {"id": "compose_date", "params": params}
    numbers: ComponentRecord = {"id": "date_parts", "params": {"columns": [name]}}
    return DATE_PIECES.finding("info", columns[0], message, _WHY, {"step": step, "next_step": numbers})


def ordering_columns(seen: Seen) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Columns that together may order the rows in time, from coarse to fine, and whether they hold whole days or moments: years with months
    and so on, or a column of days with one of times of day. A year that never changes is no feature, but it counts here.
    """
    features = [one for one in seen.table.schema.columns if one.name != seen.target and seen.roles.get(one.name) not in ("id", "group")]
    for found in _named_parts(seen, features, _ORDERING).values():
        parts = [part for part in _PARTS if part in found]
        first = list(_PARTS).index(parts[0])
        parts = [part for part, wanted in zip(parts, list(_PARTS)[first:], strict=False) if part == wanted]
        if len(parts) > 1:
            yield tuple(found[part].name for part in parts), parts[:3] == ["year", "month", "day"]
    pair = _day_and_time(seen, features)
    if pair is not None:
        yield tuple(column.name for column in pair), True


def is_year(seen: Seen, name: str) -> bool:
    """Whether a column is named like a year and holds years."""
    named = _named_parts(seen, [seen.table.schema.column(name)])
    return any("year" in parts for parts in named.values())


def is_unix_time(frame: Frame, column: Column) -> bool:
    """Whether a column of whole numbers is named like a time and holds seconds since 1970, or thousandths, millionths … of them."""
    if column.type != "integer" or _OF_TIME.fullmatch(snake_name(column.name)) is None:
        return False
    values = frame.number(column.name)
    there = values[np.isfinite(values)]
    first, last = _UNIX_TIMES
    return len(there) > 0 and any(bool(((there >= first * unit) & (there <= last * unit)).all()) for unit in (1.0, 1e3, 1e6, 1e9))


def _named_parts(seen: Seen, columns: list[Column], spans: Mapping[str, tuple[int, int]] | None = None) -> dict[str, dict[str, Column]]:
    """The columns of parts by what their names have in common besides the part, which is "" for “year” and “month” alone. `spans` are the
    least and greatest number of each part, those of dates when None.
    """
    found: dict[str, dict[str, Column]] = {}
    for column in columns:
        plain = snake_name(column.name)
        exact = [part for part, (words, _) in _PARTS.items() if plain in words]
        for part in exact or _PARTS:
            words, span = _PARTS[part]
            span = spans[part] if spans is not None else span
            stems = {""} if exact else {plain[: -len(word)].rstrip("_") for word in words if plain.endswith(f"_{word}")}
            stems |= {plain[len(word) :].lstrip("_") for word in words if plain.startswith(f"{word}_") and not exact}
            if stems and _fits(seen, column, part, span):
                found.setdefault(min(stems, key=len), {}).setdefault(part, column)
                break
    return found


def _fits(seen: Seen, column: Column, part: str, span: tuple[int, int]) -> bool:
    """Whether the values of a column are those of a part of a date."""
    if column.is_number:
        values = seen.frame.number(column.name)
        values = values[~np.isnan(values)]
        return bool(len(values) and (values % 1 == 0).all() and values.min() >= span[0] and values.max() <= span[1])
    if part != "month" or not column.has_levels:
        return False
    _, levels = seen.frame.categorical(column.name)
    return bool(levels) and all(month_number(level) or (level.isdecimal() and 1 <= int(level) <= 12) for level in levels)


def _day_and_time(seen: Seen, columns: Sequence[Column]) -> tuple[Column, Column] | None:
    """A column of days without a clock and one of times of day that go together: named alike, or the only ones of the table."""
    named = named_day_and_time(seen.frame, columns)
    if named is not None:
        return named
    days, times = _days_and_times(seen.frame, columns)
    only = len(days) == len(times) == 1 and sum(column.is_date for column in columns) == 2
    return (days[0], times[0]) if only else None


def named_day_and_time(frame: Frame, columns: Sequence[Column]) -> tuple[Column, Column] | None:
    """The one column of days and the one of times of day among these of a frame whose names are alike but for the words for a day and a
    time, such as “Start date” and “Start time”.
    """
    days, times = _days_and_times(frame, columns)
    pairs = [(day, time) for day in days for time in times if _rest(day.name, _DAY_WORDS) == _rest(time.name, _TIME_WORDS) is not None]
    return pairs[0] if len(pairs) == 1 else None


def _days_and_times(frame: Frame, columns: Sequence[Column]) -> tuple[list[Column], list[Column]]:
    """The columns of days without a clock, and those of times of day."""
    dates = [column for column in columns if column.is_date]
    times = [column for column in dates if is_time_of_day(column.grammar.date)]
    return [column for column in dates if column not in times and _are_days(frame, column)], times


def _are_days(frame: Frame, column: Column) -> bool:
    values = frame.date(column.name)
    values = values[np.not_equal(values, MISSING_DATE)]
    return bool(len(values) and (values % DAY == 0).all())


def _rest(name: str, words: frozenset[str]) -> tuple[str, ...] | None:
    """The words of a name without the one for a day or a time; None when it has none."""
    parts = snake_name(name).split("_")
    return tuple(part for part in parts if part not in words) if words & {*parts} else None
