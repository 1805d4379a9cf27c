"""How a column writes its dates: one format for the whole column, with the row that decides between day and month first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mlops_desktop.serving.cells import MISSING_NUMBER_TEXTS, Grammar
from mlops_desktop.serving.dates import ZONE, date_pattern, date_reader, is_time_of_day

_DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m", "%Y/%m"),
    *(f"{first}{mark}{second}{mark}%{year}" for year in "Yy" for mark in "/.-" for first, second in (("%d", "%m"), ("%m", "%d"))),
    *("%b %d %Y", "%b %d, %Y", "%d %b %Y", "%d. %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%d %b %y", "%Y %b %d", "%Y-%b-%d", "%d%b%Y"),
    *("%d.%b.%Y", "%d.%b.%y", "%d/%b/%y", "%d. %b %y", "%o %b %Y", "%b %o, %Y", "%b %o %Y", "%o de %b de %Y", "%o %b, %Y", "%o of %b %Y"),
    *("%a, %d %b %Y", "%a %b %d %Y", "%a, %d. %b %Y", "%a %d %b %Y", "%a %o %b %Y", "%a, %b %d, %Y", "%a, %o de %b de %Y"),
    *(f"%a{gap}%d{mark}%m{mark}%{year}" for gap in (", ", " ") for mark in "./" for year in "Yy"),
    *(
        "%m/%Y",
        "%m.%Y",
        "%m-%Y",
        "%b %y",
        "%b. %y",
        "%b'%y",
        "%b’%y",
        "%b%y",
        "%b%Y",
        "%b.%y",
        "%b.%Y",
        "%b %Y",
        "%b-%Y",
        "%b-%y",
        "%b/%Y",
        "%b. %Y",
        "%Y %b",
        "%Y-%b",
        "%b de %Y",
        "%YM%m",
        "%Y-M%m",
    ),
    *("%G-W%V", "%GW%V", "%G-W%V-%u", "%G W%V", "%G/W%V", "W%V %G", "W%V/%G", "W%V-%G"),
    *("KW %V/%G", "KW%V/%G", "KW %V %G", "KW%V %G", "KW%V-%G", "%G-KW%V", "%G/KW%V", "%G KW%V", "%G KW %V", "KW %V, %G"),
    *("Week %V %G", "Week %V, %G", "%G Week %V", "Wk %V %G", "%G wk %V", "w%V %G"),
    *(
        "%q. Quartal %Y",
        "%q. Quartal %y",
        "%q.Quartal %Y",
        "Q%q'%y",
        "Q%q’%y",
        "Quarter %q %Y",
        "%qQ %Y",
        "%qT%Y",
        "Q%q, %Y",
        "Q%q%Y",
        "%Y %qQ",
    ),
    *(
        "%Y-Q%q",
        "%YQ%q",
        "%Y Q%q",
        "%Y/Q%q",
        "Q%q %Y",
        "Q%q/%Y",
        "Q%q-%Y",
        "%qQ%Y",
        "T%q %Y",
        "%Y-T%q",
        "Q%q %y",
        "%qQ%y",
        "Q%q-%y",
        "Q%q/%y",
    ),
)
_TIMES = (
    *("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p", "%H.%M.%S", "%H.%M", "%Hh%M", "%H h %M"),
    *("%H:%M Uhr", "%H:%M:%S Uhr", "%H.%M Uhr"),
)
# Formats whose day and clock are not parted by a blank or a comma, or whose year stands last.
_WHOLE = (
    *("%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S %Y", "%a %d %b %H:%M:%S %z %Y", "%a %d %b %H:%M:%S %Y", "%b %d %H:%M:%S %Y"),
    *("%a %b %d %I:%M:%S %p %z %Y", "%a %d %b %Y %I:%M:%S %p %z", "%a %b %d %I:%M:%S %p %Y"),
    *(f"{bracket}%d/%b/%Y:%H:%M:%S{zone}" for bracket in ("", "[") for zone in (" %z", "")),
    *(f"%Y%m%d{gap}%H{mark}%M{end}{zone}" for gap in "T _-" for mark in ("", ":") for end in (f"{mark}%S", "") for zone in ("", "%z")),
    *("%Y-%m-%dT%H%M%S", "%Y-%m-%dT%H%M%S%z", "%Y-%m-%d %H%M%S", "%Y-%m-%d-%H.%M.%S.%f", "%Y-%m-%d-%H.%M.%S", "%Y-%m-%d-%H:%M:%S"),
    *("%Y-%m-%d %H-%M-%S", "%Y-%m-%d_%H-%M-%S", "%Y-%m-%d_%H:%M:%S", "%Y-%m-%d-%H-%M-%S", "%Y:%m:%d %H:%M:%S", "%Y.%m.%d-%H:%M:%S"),
    *("%d%b%Y:%H:%M:%S", "%d%b%Y:%H:%M:%S.%f", "%d%b%y:%H:%M:%S", "%d%b%Y %H:%M:%S", "%d-%b-%Y:%H:%M:%S"),
)
# Formats that are written as numbers; whether they are tried is decided by the name of the column or by a person.
_NUMBERS = ("%Y%m%d", "%Y%m", "%Y", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%s", "%Q", "%U", "%E", "%m/%y", "%m-%y", "%Y.%m", "%y%m%d", "%d%m%Y")
_NUMBER_TEXTS = {  # what a text must be to have one of them, where its fields alone do not say so
    "%Y": re.compile("(?:1[6-9]|20)[0-9]{2}"),
    "%s": re.compile(r"[0-9]{9,10}(?:\.[0-9]{1,9})?"),
    "%Q": re.compile("[0-9]{12,13}"),
    "%U": re.compile("[0-9]{15,16}"),
    "%E": re.compile(r"[2-6][0-9]{4}(?:[.,][0-9]{1,15})?"),
}
_CLOCK = re.compile(
    r"(?P<day>.*?)(?P<gap>[ T]+|, )?"
    r"(?P<clock>[0-9]{1,2}(?:[:.h]| h )[0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?| Uhr)?)"
    rf"(?P<zone> ?{ZONE})?"
)
_PADDED = re.compile("[0-9]{4}-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9]{2}:.*)?)?$")  # as ISO 8601 wants months, days and hours
_SAMPLE = 400  # texts that are held against the formats
_MOST_SHAPES = 40  # of texts that differ in more than their digits, each of which is held against every known format
_DIGIT = re.compile("[0-9]")


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

    `compact` allows "20240328" and the like, which are numbers as well.
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
    kinds: dict[str, str] = {}
    for text in texts:
        kinds.setdefault(_DIGIT.sub("0", text), text)
    for text in list(kinds.values())[:_MOST_SHAPES]:
        for grammar in _shapes_of(text, compact):
            found.setdefault(grammar)
    return list(found)


def _shapes_of(text: str, compact: bool) -> list[Grammar]:
    padded = _PADDED.match(text) is not None
    found = [_grammar(day, "", "", False, padded) for day in _DAYS if _match(day).fullmatch(text)]
    wholes = [
        one for one in _WHOLE if (whole := _match(one).fullmatch(text)) and (whole.groupdict().get("H") or whole.groupdict().get("I"))
    ]
    found += [_grammar(one, "", "", "%z" in one, False) for one in wholes]
    if compact:
        fitting = [one for one in _NUMBERS if _NUMBER_TEXTS.get(one, _match(one)).fullmatch(text)]
        found += [_grammar(one, "", "", one in ("%s", "%Q", "%U"), False) for one in fitting]
    split = _CLOCK.fullmatch(text)
    if split is None:
        return found
    clocks = [f for f in _TIMES if _match(f).fullmatch(split["clock"])]
    zone = split["zone"] or ""
    if not split["day"]:
        return found + ([] if zone or split["gap"] else [_grammar("", "", clock, False, False) for clock in clocks if clock != "%H.%M"])
    if not split["gap"]:
        return found  # "12.03.2004" looks like a day and a clock
    days = [f for f in _DAYS if _match(f).fullmatch(split["day"])]
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
