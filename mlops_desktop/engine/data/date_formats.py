"""How a column writes its dates: one format for the whole column, with the row that decides between day and month first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlops_desktop.serving.cells import MISSING_NUMBER_TEXTS, Grammar
from mlops_desktop.serving.date_formats import (
    CLOCK,
    CLOCKS,
    DAYS,
    NUMBER_TEXTS,
    NUMBERS,
    exchanged,
    format_match,
    is_short_year_first,
    matching_formats,
    whole_formats,
)
from mlops_desktop.serving.dates import date_reader, is_time_of_day

_PADDED = re.compile("[0-9]{4}-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9]{2}:.*)?)?$")  # as ISO 8601 wants months, days and hours
_TIMES_FEWER = 3
_SAMPLE = 400  # texts that are held against the formats
_MOST_SHAPES = 40  # of texts that differ in more than their digits, each of which is held against every known format
SIX_DIGITS = ("%y%m%d", "%d%m%y")  # whose texts may read both ways
_DIGIT = re.compile("[0-9]")


@dataclass(frozen=True)
class DateFormat:
    """A grammar for dates with the share of the sampled texts that it reads.

    `rival` is the same with day and month exchanged, when both are possible.
    """

    grammar: Grammar
    share: float
    rival: Grammar | None = None


def find_date_formats(
    sample: Sequence[str], compact: bool = False, least: float = 0.5, year_may_lead: bool = True, year_leads: bool = False
) -> list[DateFormat]:
    """The formats that read most of these distinct texts (stripped, none missing), best first.

    At most two, which differ in the order of day and month.

    `compact` allows "20240328" and the like, which are numbers as well; without `year_may_lead` "22-01-15" is no date of January 2022 where
    it reads in another order, and with `year_leads` it is one whatever else it reads as.
    """
    texts = list(sample[:_SAMPLE])
    scored: dict[Grammar, float] = {}
    for shape in _shapes(texts, compact):
        if shape not in scored:
            share = _share(shape, texts)
            if share >= least:
                scored[shape] = share
    ranked = sorted(scored.items(), key=lambda item: (-item[1], is_time_of_day(item[0].date)))
    if not ranked:
        return []
    best, share = ranked[0]
    leading = next((one for one, value in ranked if value == share and is_short_year_first(one.date)), None)
    if leading is not None and leading is not best and year_may_lead and (year_leads or _fewer_years(leading, best, texts)):
        best = leading
    ties = [one for one, value in ranked if value == share and one.date in SIX_DIGITS]
    if len(ties) == len(SIX_DIGITS) and best in ties:
        best = min(ties, key=lambda one: (year_leads and one.date != SIX_DIGITS[0], _years_of(one, texts)))
    swapped = exchanged(best.date)
    other = replace(best, date=swapped) if swapped else None
    found = [DateFormat(best, share, other)]
    if other is not None and other in scored:
        found.append(DateFormat(other, scored[other], best))
    return found


def _years_of(grammar: Grammar, texts: Sequence[str]) -> int:
    """In how many years the dates of these texts lie, as far as they are such."""
    read, found = date_reader(grammar), []
    for text in texts:
        try:
            found.append(read(text))
        except ValueError:
            continue
    return len(np.unique(np.array(found, dtype="datetime64[us]").astype("datetime64[Y]")))


def _fewer_years(leading: Grammar, other: Grammar, texts: Sequence[str]) -> bool:
    """Whether dates lie in much fewer years when the year leads, and are not the first days of months in the other order."""
    readers = date_reader(leading), date_reader(other)
    try:
        led, usual = (np.array([read(text) for text in texts], dtype="datetime64[us]").astype("datetime64[D]") for read in readers)
    except ValueError:  # some are no dates
        return False
    years = [len(np.unique(days.astype("datetime64[Y]"))) for days in (led, usual)]
    first_days = bool((usual == usual.astype("datetime64[M]").astype("datetime64[D]")).all())
    return _TIMES_FEWER * years[0] <= years[1] and not first_days


def _share(grammar: Grammar, texts: Sequence[str]) -> float:
    read = date_reader(grammar)
    good = 0
    for text in texts:
        try:
            read(text)
        except ValueError:
            continue
        good += 1
    return good / len(texts)


def _shapes(texts: Sequence[str], compact: bool) -> list[Grammar]:
    """Every format that at least one of some texts has, in a fixed order."""
    found: dict[Grammar, None] = {}
    kinds: dict[str, str] = {}
    for text in texts:
        kinds.setdefault(_DIGIT.sub("0", text), text)
    for text in list(kinds.values())[:_MOST_SHAPES]:
        for grammar in _shapes_of(text, compact):
            found.setdefault(grammar)
    return list(found)


def _shapes_of(text: str, compact: bool) -> list[Grammar]:
    padded = _PADDED.match(text) is not None
    found = [_grammar(day, "", "", False, padded) for day in matching_formats(DAYS, text)]
    found += [_grammar(one, "", "", "%z" in one, False) for one in whole_formats(text)]
    if compact:
        fitting = [one for one in NUMBERS if (NUMBER_TEXTS.get(one) or format_match(one)).fullmatch(text)]
        found += [_grammar(one, "", "", one in ("%s", "%Q", "%U"), False) for one in fitting]
    split = CLOCK.fullmatch(text)
    if split is None:
        return found
    clocks = matching_formats(CLOCKS, split["clock"])
    zone = split["zone"] or ""
    if not split["day"]:
        return found + ([] if zone or split["gap"] else [_grammar("", "", clock, False, False) for clock in clocks if clock != "%H.%M"])
    if not split["gap"]:
        return found  # "12.03.2004" looks like a day and a clock
    days = matching_formats(DAYS, split["day"])
    gap = " " if not split["gap"].strip() else split["gap"]
    ends = " %z" if zone.startswith(" ") else "%z" if zone else ""
    return found + [_grammar(day, gap, clock + ends, bool(zone), padded) for day in days for clock in clocks]


def _grammar(day: str, gap: str, clock: str, zone: bool, padded: bool) -> Grammar:
    iso = (
        padded
        and day in ("%Y-%m-%d", "%Y-%m")
        and gap in ("", " ", "T")
        and not clock.startswith("%I")
        and "." not in clock.replace(".%f", "")
    )
    return Grammar(missing=MISSING_NUMBER_TEXTS, date="" if iso else f"{day}{gap}{clock}", zone=zone)
