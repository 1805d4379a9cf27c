"""The formats in which dates are sought: days, clocks, and such as hold both; and what a format says of the order of day and month."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from .dates import AFTERNOON, MORNING, ZONE, date_pattern, without_clock
from .month_names import MONTHS, WEEKDAYS, plain_name

DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m", "%Y/%m"),
    *(
        "%Y年%m月%d日",
        "%Y年%m月",
        "%Y년 %m월 %d일",
        "%Y. %m. %d.",
        "%Y. %m. %d",
        "%Y.%m.%d.",
        "%d. %m. %Y",
        "%d.%m.%Y.",
        "%d.%m.%Y г.",
        "%d.%m.%Y r.",
        "%d %b %Y r.",
    ),
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
        "%YT%q",
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
    *("%y-%m-%d", "%y/%m/%d", "%y.%m.%d"),  # last, as the same text more often has its year behind
)
CLOCKS = (
    *("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p", "%H.%M.%S", "%H.%M", "%Hh%M", "%H h %M"),
    *("%H:%M Uhr", "%H:%M:%S Uhr", "%H.%M Uhr", "%I.%M.%S.%f %p", "%I.%M.%S %p", "%H.%M.%S.%f"),
    *("%p%I:%M", "%p%I:%M:%S", "%p %I:%M", "%p %I:%M:%S", "%H时%M分", "%H時%M分", "%H时%M分%S秒", "%H時%M分%S秒"),
)
# Formats whose day and clock are not parted by a blank or a comma, or whose year is last.
WHOLE = (
    *("%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S %Y", "%a %d %b %H:%M:%S %z %Y", "%a %d %b %H:%M:%S %Y", "%b %d %H:%M:%S %Y"),
    *("%a %b %d %I:%M:%S %p %z %Y", "%a %d %b %Y %I:%M:%S %p %z", "%a %b %d %I:%M:%S %p %Y"),
    *(f"{bracket}%d/%b/%Y:%H:%M:%S{zone}" for bracket in ("", "[") for zone in (" %z", "")),
    *(f"%Y%m%d{gap}%H{mark}%M{end}{zone}" for gap in "T _-" for mark in ("", ":") for end in (f"{mark}%S", "") for zone in ("", "%z")),
    *("%Y%m%d %I:%M:%S %p", "%Y%m%d %I:%M %p"),
    *("%Y-%m-%dT%H%M%S", "%Y-%m-%dT%H%M%S%z", "%Y-%m-%d %H%M%S", "%Y-%m-%d-%H.%M.%S.%f", "%Y-%m-%d-%H.%M.%S", "%Y-%m-%d-%H:%M:%S"),
    *("%Y-%m-%d %H-%M-%S", "%Y-%m-%d_%H-%M-%S", "%Y-%m-%d_%H:%M:%S", "%Y-%m-%d-%H-%M-%S", "%Y:%m:%d %H:%M:%S", "%Y.%m.%d-%H:%M:%S"),
    *("%d%b%Y:%H:%M:%S", "%d%b%Y:%H:%M:%S.%f", "%d%b%y:%H:%M:%S", "%d%b%Y %H:%M:%S", "%d-%b-%Y:%H:%M:%S"),
)
# Formats that are written as numbers; whether they are tried is decided by the name of the column or by a person.
NUMBERS = (
    *("%Y%m%d", "%Y%m", "%Y", "%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%s", "%Q", "%U", "%E", "%m/%y", "%m-%y", "%Y.%m", "%y%m%d"),
    *("%d%m%y", "%d%m%Y", "%Y%j"),
)
NUMBER_TEXTS = {  # what a text must be to have one of them, where its fields alone do not say so
    "%Y": re.compile("(?:1[6-9]|20)[0-9]{2}"),
    "%s": re.compile(r"[0-9]{9,10}(?:\.[0-9]{1,9})?"),
    "%Q": re.compile("[0-9]{12,13}"),
    "%U": re.compile("[0-9]{15,16}"),
    "%E": re.compile(r"[2-6][0-9]{4}(?:[.,][0-9]{1,15})?"),
}
_HALF = rf"(?:(?:{'|'.join((*MORNING, *AFTERNOON))}) ?)?"
_TIME = _HALF + r"[0-9]{1,2}(?:[:.h]| h )[0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?| Uhr)?"
CLOCK = re.compile(rf"(?P<day>.*?)(?P<gap>[ T]+|, )?(?P<clock>{_TIME})(?P<zone> ?{ZONE})?")
_SECONDS = re.compile(r":%S(?:\.%f)?")  # which a text may lack
_PARTS = re.compile("%.|[^%]")
_NAME = "%b"
_CLOCK_ALONE = re.compile(rf"{_TIME}(?: ?{ZONE})?")


@cache
def format_match(format_: str) -> re.Pattern[str]:
    """The compiled pattern of a format; see `date_pattern`."""
    return re.compile(date_pattern(format_))


def matching_formats(formats: Iterable[str], text: str) -> list[str]:
    """Those of some formats that a clean text has, in their order."""
    there = {*text}
    there |= {_NAME} if any(map(str.isalpha, there)) else set()
    there |= {" "} if any(map(str.isspace, there)) else set()
    # Most formats are ruled out by a character: their patterns, which take long to compile, are not needed.
    return [one for one in formats if _needed(one) <= there and format_match(one).fullmatch(text)]


@cache
def _needed(format_: str) -> frozenset[str]:
    """The characters that each text of a format holds, `_NAME` for a name of any letters, a blank for any white space."""
    parts = _PARTS.findall(_SECONDS.sub("", without_clock(format_)))
    return frozenset(_NAME if part in ("%a", "%b", "%B") else part for part in parts if part in ("%a", "%b", "%B") or len(part) == 1)


def day_formats(text: str) -> list[str]:
    """The formats of days that a clean text has, with a clock behind it or without, in a fixed order."""
    split = CLOCK.fullmatch(text)
    day = split["day"] if split is not None and split["day"] and split["gap"] else ""
    found = {*matching_formats(DAYS, text), *(matching_formats(DAYS, day) if day else ())}
    return [one for one in DAYS if one in found]


def whole_formats(text: str) -> list[str]:
    """The formats of `WHOLE` that a clean text has with its clock, in a fixed order."""
    found = ((one, format_match(one).fullmatch(text)) for one in matching_formats(WHOLE, text))
    return [one for one, match in found if match and (match.groupdict().get("H") or match.groupdict().get("I"))]


# A name of a month, of a weekday, or of either (“mar” is both) is one character while a text is held against all formats.
_MONTH, _WEEKDAY, _EITHER = "\x01", "\x02", "\x03"
_NAMES = f"[{_MONTH}{_WEEKDAY}{_EITHER}]"
_WORD = re.compile(r"[^\W\d_]+")
_FIRST_WORD = re.compile(r"(?:[0-9]{1,4}[-. /]{0,2})?([^\W\d_]+)")


@cache
def _day_match(format_: str) -> re.Pattern[str]:
    """The pattern of a day in a format, with a clock or without; month names and weekdays are one character each."""
    names = {"%b": rf"[{_MONTH}{_EITHER}]\.?", "%a": rf"[{_WEEKDAY}{_EITHER}]\.?"}
    parts = [names.get(part) or re.sub(r"\(\?P<\w>", "(?:", date_pattern(part)) for part in re.split("(%[ab])", format_)]
    return re.compile(f"(?:{''.join(parts)})(?:[T ,].*)?", re.IGNORECASE)


@cache
def _first_words() -> frozenset[str]:
    """The words that a day may begin with, or have behind its first number."""
    literal = (re.sub("%[A-Za-z]", " ", one).lower() for one in (*DAYS, *WHOLE))
    return MONTHS | WEEKDAYS | {"st", "nd", "rd", "th", "er", "re"} | {word for text in literal for word in _WORD.findall(text)}


@cache
def _needed_anyhow(format_: str) -> frozenset[str]:
    """See `_needed`; in small letters."""
    return frozenset(map(str.lower, _needed(format_)))


def has_day(text: str) -> bool:
    """Whether a text is a day as one of the formats writes it, perhaps with a clock; the numbers of its fields are not examined."""
    plain = plain_name(text)
    first = _FIRST_WORD.match(plain)
    if first is not None and first[1] not in _first_words():
        return False
    return _is_day(re.sub("[0-9]", "1", _WORD.sub(_symbol, plain)))


@lru_cache(maxsize=4096)
def _is_day(shape: str) -> bool:
    there = {*shape.casefold(), *([" "] if any(map(str.isspace, shape)) else ()), *([_NAME] if re.search(_NAMES, shape) else ())}
    return any(_needed_anyhow(one) <= there and _day_match(one).fullmatch(shape) for one in (*DAYS, *WHOLE))


def _symbol(word: re.Match[str]) -> str:
    name = word[0]
    if name in MONTHS:
        return _EITHER if name in WEEKDAYS else _MONTH
    return _WEEKDAY if name in WEEKDAYS else name


def is_clock(text: str) -> bool:
    """Whether a text is a time of day."""
    return _CLOCK_ALONE.fullmatch(text) is not None


def exchanged(format_: str) -> str:
    """The same format with day and month exchanged; "" when a month name or a leading year rules that out."""
    if not format_.startswith(("%d", "%m")) or "%b" in format_ or "%d" not in format_:
        return ""
    return format_.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")


def is_short_year_first(format_: str) -> bool:
    """Whether a format begins with a year of two digits, so that its texts may read as day, month and year too."""
    return format_.startswith("%y") and "%m" in format_ and len(format_) > len("%y%m%d")


def day_first(format_: str) -> bool:
    """Whether the day comes before the month."""
    return "%d" in format_ and format_.index("%d") < max(format_.find("%m"), format_.find("%b"))
