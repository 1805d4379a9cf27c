"""How a column writes its dates: one format for the whole column, with the row that decides between day and month first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mlops_desktop.serving.cells import MISSING_NUMBER_TEXTS, Grammar
from mlops_desktop.serving.dates import date_pattern, date_reader

_DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m", "%Y/%m"),
    *(f"{first}{mark}{second}{mark}%{year}" for year in "Yy" for mark in "/.-" for first, second in (("%d", "%m"), ("%m", "%d"))),
    *("%b %d %Y", "%b %d, %Y", "%d %b %Y", "%d. %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%d %b %y", "%Y %b %d", "%Y-%b-%d", "%d%b%Y"),
    *("%a, %d %b %Y", "%a %b %d %Y", "%m/%Y", "%b %Y", "%b-%Y", "%b-%y"),
)
_TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%H.%M.%S")
_CLOCK = re.compile(
    r"(?P<day>.*?)(?P<gap>[ T]+|, )?(?P<clock>[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:\.[0-9]{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?)"
    r"(?P<zone> ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?"
)
_COMPACT = "%Y%m%d"
_SAMPLE = 300


@dataclass(frozen=True)
class DateFormat:
    """A grammar for dates with the share of the sampled texts that it reads.

    `rival` is the same with day and month exchanged, when both are possible.
    """

    grammar: Grammar
    share: float
    rival: Grammar | None = None


@cache
def _match(format_: str) -> re.Pattern[str]:
    return re.compile(date_pattern(format_))


def find_date_formats(sample: Sequence[str], compact: bool = False, least: float = 0.5) -> list[DateFormat]:
    """The formats that read most of these distinct texts (stripped, none missing), best first.

    At most two, which differ in the order of day and month.

    `compact` allows "20240328", which is a whole number as well.
    """
    texts = list(sample[:_SAMPLE])
    scored: dict[Grammar, float] = {}
    for shape in _shapes(texts, compact):
        if shape not in scored:
            share = _share(shape, texts)
            if share >= least:
                scored[shape] = share
    ranked = sorted(scored.items(), key=lambda item: -item[1])
    if not ranked:
        return []
    best, share = ranked[0]
    other = exchanged(best)
    found = [DateFormat(best, share, other)]
    if other is not None and other in scored:
        found.append(DateFormat(other, scored[other], best))
    return found


def exchanged(grammar: Grammar) -> Grammar | None:
    """The same format with day and month exchanged, None when a month name or a leading year rules that out."""
    text = grammar.date
    if not text.startswith(("%d", "%m")) or "%b" in text or "%d" not in text:
        return None
    swapped = text.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")
    return Grammar(missing=grammar.missing, date=swapped, zone=grammar.zone)


def day_first(grammar: Grammar) -> bool:
    """Whether the day comes before the month."""
    return "%d" in grammar.date and grammar.date.index("%d") < max(grammar.date.find("%m"), grammar.date.find("%b"))


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
    for text in texts[:: max(len(texts) // 25, 1)]:
        for grammar in _shapes_of(text, compact):
            found.setdefault(grammar)
    return list(found)


def _shapes_of(text: str, compact: bool) -> list[Grammar]:
    split = _CLOCK.fullmatch(text)
    if split is None:
        days = [f for f in (*_DAYS, *((_COMPACT,) if compact else ())) if _match(f).fullmatch(text)]
        return [_grammar(day, "", "", False) for day in days]
    clocks = [f for f in _TIMES if _match(f).fullmatch(split["clock"])]
    zone = split["zone"] or ""
    if not split["day"]:
        return [] if zone or split["gap"] else [_grammar("", "", clock, False) for clock in clocks if clock != "%H.%M"]
    if not split["gap"]:
        return [_grammar(f, "", "", False) for f in _DAYS if _match(f).fullmatch(text)]  # "12.03.2004" looks like a day and a clock
    days = [f for f in _DAYS if _match(f).fullmatch(split["day"])]
    gap = " " if not split["gap"].strip() else split["gap"]
    both = [
        _grammar(day, gap, clock + (" %z" if zone.startswith(" ") else "%z" if zone else ""), bool(zone))
        for day in days
        for clock in clocks
    ]
    return both + [_grammar(f, "", "", False) for f in _DAYS if _match(f).fullmatch(text)]


def _grammar(day: str, gap: str, clock: str, zone: bool) -> Grammar:
    iso = day in ("%Y-%m-%d", "%Y-%m") and gap in ("", " ", "T") and not clock.startswith("%I") and "." not in clock.replace(".%f", "")
    return Grammar(missing=MISSING_NUMBER_TEXTS, date="" if iso else f"{day}{gap}{clock}", zone=zone)
