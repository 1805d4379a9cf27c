"""What a column of dates needs beside its format: the century of two-digit years, days that mean “no date”, dates that a program made."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.cell_evidence import example_evidence
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.engine.data.raw_reading import read_raw
from mlops_desktop.serving.date_notation import FAR, NEVER, PERHAPS_NEVER
from mlops_desktop.serving.dates import BUDDHIST, DAY, is_time_of_day
from mlops_desktop.serving.frame import MISSING_DATE, Bools, Longs
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.month_names import month_number
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.schema import Column

POSIX_PIVOT = 69  # two-digit years from 69 on are 19xx (POSIX)
_NEAR = 30  # years up to 2030 are as likely as past ones
_LATEST_BIRTH = 26
_OLDEST = 1600  # a year before which few tables have all their dates
_GAP = 5  # so many years without a date separate the end of one century from the beginning of the other
_BIRTH = re.compile("(?i)birth|born|(?:^|_)dob|geb|naiss|nasc|nacim|nascit|urodz|geboorte")
_MONTH_NAME = re.compile("(?i)month|monat|mois|mese|^mes|period")
_DATE_NAME = re.compile("(?i)date|datum|fecha|day|_dt|^dt|termin|f[aä]e?llig|birth|geburt|tag$|jour|giorno|^data")
_RANGE = "[0-9]{1,4} ?[-–/] ?[0-9]{1,4}"
_DAY_AND_MONTH = "[0-9]{1,2}[-. ]{1,2}[A-Za-zä]{3,9}[.]?"
_MADE_DATE = (
    "[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]00:00:00)?|[0-9]{1,2}[-. ]{1,2}[A-Za-zä]{3,9}[.]?(?:[- ][0-9]{2,4})?|[A-Za-zä]{3,9}[.]?[- ][0-9]{2}"
    "|[0-9]{1,2}/[0-9]{1,2}/(?:19|20)[0-9]{2}|[0-9]{1,2}[.][0-9]{1,2}[.](?:19|20)[0-9]{2}"
)


def is_named_date(name: str) -> bool:
    """Whether a column is named like a date."""
    return _DATE_NAME.search(name) is not None


def with_century(raw: RawColumn, column: Column, good: Bools) -> tuple[Column, list[Evidence]]:
    """A column of two-digit years with the pivot that its own years make plausible, and what they were read as."""
    if "%y" not in column.grammar.date:
        return column, []
    values, _, _ = read_raw(raw, column)
    years = _years(values[good & np.not_equal(values, MISSING_DATE)])
    if not len(years):
        return column, []
    short = sorted(set((years % 100).tolist()))
    pivot = century_pivot(short, birth=_BIRTH.search(raw.name) is not None)
    parts = []
    for century, part in ((19, [y for y in short if y >= pivot]), (20, [y for y in short if y < pivot])):
        if part:
            ends = {"first": f"{part[0]:02}", "last": f"{part[-1]:02}", "century": century}
            several = msg("{first} to {last} as {century}{first} to {century}{last}", **ends)
            parts.append(several if len(part) > 1 else msg("{first} as {century}{first}", **ends))
    both = msg("{first} and {last}", first=parts[0], last=parts[-1]) if len(parts) > 1 else parts[0]
    message = msg("The years have two digits: {parts} were taken.", parts=both)
    if "%d" not in column.grammar.date and re.search("%b[.]? ?%y", column.grammar.date) and not _MONTH_NAME.search(raw.name):
        message = msg(
            "“{cell}” could be a day without a year; it was read as a month: {parts}.", cell=raw.sample(good, 1)[0], parts=parts[0]
        )
        return replace(column, grammar=replace(column.grammar, pivot=pivot)), [Evidence(raw.name, "month_or_day", message)]
    doubtful = pivot != POSIX_PIVOT or any(_NEAR < year < POSIX_PIVOT for year in short)
    evidence = Evidence(raw.name, "century" if doubtful else "two_digit_years", message)
    return replace(column, grammar=replace(column.grammar, pivot=pivot)), [evidence]


def century_pivot(years: Collection[int], birth: bool = False) -> int:
    """The pivot for two-digit years (sorted, each once): those from it on are 19xx. `birth`: the dates lie in the past.

    The years of a column lie in one span of at most a century; it begins behind the widest gap of the circle 00 to 99. Years up to 2030
    are taken for what they seem; the years 31 to 68, which POSIX reads as future ones, are past ones unless they continue from there.
    """
    first, *_, last = (*years, *years)
    near, far = (_LATEST_BIRTH, POSIX_PIVOT) if birth else (_NEAR, POSIX_PIVOT)
    if last <= near:
        return near + 1 if birth else POSIX_PIVOT
    middle = [year for year in years if near < year < far]
    if not middle:
        return near + 1 if birth else POSIX_PIVOT
    steps = list(zip(years, (*list(years)[1:], first + 100), strict=True))
    if not birth and last < far and first <= near and max(b - a for a, b in steps[:-1]) <= 2 * _GAP:
        return POSIX_PIVOT  # from today's years on without a break: terms and maturities
    gap, start = max((b - a - 1, b % 100) for a, b in steps if b % 100 <= middle[0])
    return start if gap >= _GAP else near + 1


def _years(values: Longs) -> Longs:
    return values.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970


def are_buddhist_years(column: Column, values: Longs) -> bool:
    """Whether all dates lie in years that are of today in the Buddhist calendar, and more than 400 years ahead in ours."""
    if is_time_of_day(column.grammar.date) or re.search("%[yG]", column.grammar.date) or not len(values):
        return False
    years = _years(values)
    return bool(years.min() >= 1900 + BUDDHIST and years.max() <= 2100 + BUDDHIST)


def calendar_evidence(raw: RawColumn, column: Column, values: Longs, good: Bools) -> Iterator[Evidence]:
    """That the years are those of another calendar, or may be."""
    if is_time_of_day(column.grammar.date) or not good.any():
        return
    years = _years(values[good])
    if "%N" in column.grammar.date:
        message = "The years were read as those of the Buddhist calendar, 543 years ahead: {cell} in row {row} is in {year}."
        year = _years(values[good][:1])[0]
        yield example_evidence(raw, "calendar", message, good, year=int(year))
    elif years.max() < _OLDEST:
        message = "The years lie between {first} and {last}. If they are those of another calendar, the dates are wrong: {shown}."
        yield example_evidence(raw, "calendar", message, good, first=int(years.min()), last=int(years.max()))


def without_no_dates(raw: RawColumn, column: Column) -> tuple[Column, list[Evidence]]:
    """The column with the days that mean “no date” as missing, and the evidence; zeros for a date (00.00.0000) are evidence too."""
    if is_time_of_day(column.grammar.date):
        return column, []
    values, _, refused = read_raw(raw, column)
    there = np.not_equal(values, MISSING_DATE)
    there[list(refused)] = False
    days = values // DAY
    real = there & ~np.isin(days, _numbers((*NEVER, *PERHAPS_NEVER)))
    found = []
    for day, number in zip((*NEVER, *PERHAPS_NEVER), _numbers((*NEVER, *PERHAPS_NEVER)), strict=True):
        cells = there & (days == number)
        if cells.any() and real.any() and (day in NEVER or float(np.abs(values[real] - number * DAY).min()) > FAR):
            found.append((day, cells))
    column = replace(column, grammar=replace(column.grammar, missing_dates=tuple(day for day, _ in found)))
    evidence = [_no_date(raw, cells, day) for day, cells in found]
    if raw.kind == "text":
        gone = raw.matching("[0T :./-]*0[0T :./-]*") & ~there
        gone[list(refused)] = False
        gone |= raw.among(column.grammar.missing) & never_dates(raw, ~there)
        for at in np.flatnonzero(gone)[:3].tolist():
            evidence.append(_no_date(raw, np.arange(len(gone)) == at, raw.texts_at([at])[0]))
    return column, evidence


def never_dates(raw: RawColumn, bad: Bools) -> Bools:
    """Which of the texts that are no dates are written for “no date”: nines, or the day before the first one of a spreadsheet."""
    return bad & raw.matching("[09]{1,4}[-./][09]{1,2}[-./][09]{1,4}.*|9{8}|1/0/1900.*|1900-01-00.*|0{1,2}[.]0?1[.]1900.*")


def _no_date(raw: RawColumn, cells: Bools, day: str) -> Evidence:
    count = plural_msg(raw.count(cells), "1 cell holds", "{n} cells hold")
    message = msg("{count} “{day}”, which means “no date” and counts as missing.", count=count, day=day)
    return Evidence(raw.name, "no_date", message, raw.rows_with(cells))


def _are_months(raw: RawColumn, cells: Bools) -> bool:
    """Whether the letters in all of these texts name months."""
    texts = raw.texts_at(np.flatnonzero(cells).tolist())
    return all(month_number("".join(char for char in text if char.isalpha())) for text in texts)


@cache
def _numbers(days: tuple[str, ...]) -> list[int]:
    return [int(day) for day in np.array(days, dtype="datetime64[D]").astype(np.int64)]


def clock_evidence(raw: RawColumn, column: Column, good: Bools) -> Iterator[Evidence]:
    """That some dates have no time, or no zone, where the others have."""
    if is_time_of_day(column.grammar.date):
        return
    timed = raw.matching(".*[0-9]:[0-9].*") & good
    if timed.any() and (good & ~timed).any():
        yield example_evidence(raw, "no_clock", "Dates without a time were taken as midnight: {shown}.", good & ~timed)
    if column.grammar.zone:
        clock = r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
        bare = timed & raw.matching(f".*[ T]{clock}")
        if bare.any():
            yield example_evidence(raw, "no_zone", "Times without a zone were taken as UTC, as the others have one: {shown}.", bare)


def is_season(raw: RawColumn, present: Bools) -> bool:
    """Whether all texts are seasons, such as 2001-02 or 1999/00: the second year follows the first."""
    if not raw.matching("[0-9]{4}[-/–][0-9]{2}")[present].all():
        return False
    at = np.flatnonzero(present).tolist()
    return len(at) > 1 and all((int(text[:4]) + 1) % 100 == int(text[5:]) for text in raw.texts_at(at))


def excel_dates(raw: RawColumn, present: Bools) -> Iterator[Evidence]:
    """Dates among texts such as "10-49" or among numbers: a spreadsheet made them out of "6-25" or "1.5"."""
    dates = raw.matching(_MADE_DATE) & present
    others = present & ~dates
    if not dates.any():
        return
    numbers = raw.matching("[+-]?[0-9]+(?:[.,][0-9]+)?") & others
    if (raw.matching(_RANGE) & others).any() or (numbers.any() and raw.count(numbers) >= max(raw.count(dates), 0.5 * raw.count(others))):
        message = "Some cells are dates among other values; spreadsheets turn texts such as “6-25” or “1.5” into dates: {shown}."
        yield example_evidence(raw, "excel_dates", message, dates)
    elif others.any() and (days := raw.matching(_DAY_AND_MONTH) & dates).any() and _are_months(raw, days):
        message = "Some cells are days without a year among other texts; spreadsheets turn names such as “SEPT2” into days: {shown}."
        yield example_evidence(raw, "excel_dates", message, days)
    elif not others.any() and raw.matching(_DAY_AND_MONTH)[present].all() and _are_months(raw, present):
        message = "Days without a year: spreadsheets turn texts such as “10-14” into such dates. They were read as texts: {shown}."
        yield example_evidence(raw, "excel_dates", message, dates)
