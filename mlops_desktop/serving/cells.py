"""The cell grammar: how one text becomes a number, a boolean or a word, the same whichever way it comes.

Everything here works on single cells; `Grammar` holds what was decided once for a whole column. Dates have a file of their own, `dates.py`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .serialization import Serializable

# Words that stand for a missing cell. In a column of words "-", "." and "None" can be levels of their own, so they mean missing in other
# columns only.
MISSING_TEXTS = ("", "NA", "N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan", "<NA>", "?")
MISSING_NUMBER_TEXTS = (*MISSING_TEXTS, "-", "--", ".", "None", "none", "#DIV/0!", "#VALUE!")

EXACT = 2**53  # beyond this a float64 cannot hold every integer


@dataclass(frozen=True)
class Grammar(Serializable):
    """How the texts of one column are read. Everything is decided once for the whole column."""

    decimal: str = "."
    thousands: str = ""
    affixes: tuple[str, ...] = ()  # marks such as "$", "€", "kg" that stand before or after a number and are left off
    percent: bool = False  # "12 %" is 0.12
    missing: tuple[str, ...] = ("",)  # words that mean missing, as they stand after stripping blanks
    missing_numbers: tuple[float, ...] = ()  # numbers that mean missing, such as -200
    true: tuple[str, ...] = ()  # words for true besides "true" and "1", the usual one first
    false: tuple[str, ...] = ()
    date: str = ""  # strptime-like format of dates; "" for ISO 8601
    zone: bool = False  # dates carry an offset and are held in UTC; False: dates are local, and an offset is refused


# Blanks between thousands come as no-break and thin spaces too, apostrophes as typographic ones.
_THOUSANDS = {"": "", ",": ",", ".": r"\.", " ": "[ \u00a0\u2009\u202f]", "'": "['’]"}


def number_pattern(grammar: Grammar) -> str:
    """The regular expression (Python's and RE2's) that a whole stripped text must match to be a number of this grammar.

    Groups: `sign`, `tail_sign` (a sign behind a leading mark, as in "$-5"), `number`, `percent`. Parentheses for negative numbers are not
    read: "(5)" is a footnote as often as a debit.
    """
    between = _THOUSANDS.get(grammar.thousands, re.escape(grammar.thousands))
    whole = rf"[0-9]{{1,3}}(?:{between}[0-9]{{3}})+|[0-9]+" if between else "[0-9]+"
    point = re.escape(grammar.decimal)
    number = rf"(?P<number>(?:{whole})(?:{point}[0-9]*)?(?:[eE][+-]?[0-9]+)?|{point}[0-9]+(?:[eE][+-]?[0-9]+)?)"
    marks = "|".join(re.escape(mark) for mark in grammar.affixes)
    before = rf"(?:(?:{marks})\s*)?" if marks else ""
    after = rf"(?:\s*(?:{marks}))?" if marks else ""
    percent = r"(?:\s*(?P<percent>%))?" if grammar.percent else ""
    return rf"(?P<sign>[+\-−]?){before}(?P<tail_sign>[+\-−]?){number}{percent}{after}"


def number_reader(grammar: Grammar) -> Callable[[str], float]:
    """The function that reads one text as float64, NaN where it means missing; it raises ValueError for what is no finite number here."""
    match = re.compile(number_pattern(grammar)).fullmatch
    missing = frozenset(grammar.missing) | {""}
    gone = frozenset(grammar.missing_numbers)
    thousands = re.compile(_THOUSANDS.get(grammar.thousands, re.escape(grammar.thousands))) if grammar.thousands else None

    def read(text: str) -> float:
        text = text.strip()
        if text in missing:
            return math.nan
        found = match(text)
        if found is None or (found["sign"] and found["tail_sign"]):
            raise ValueError("not a number")
        digits: str = found["number"]
        if thousands is not None:
            digits = thousands.sub("", digits)
        if grammar.decimal != ".":
            digits = digits.replace(grammar.decimal, ".")
        value = float(digits)
        if math.isinf(value):
            raise ValueError("too large")
        if (found["sign"] or found["tail_sign"]) in ("-", "−"):
            value = -value
        if grammar.percent and found["percent"]:
            value /= 100
        return math.nan if value in gone else value

    return read


def boolean_texts(grammar: Grammar) -> dict[str, float]:
    """Every word that is read as a boolean here, casefolded, with 1.0 or 0.0."""
    words = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}
    words.update({level_of(word).casefold(): 1.0 for word in grammar.true})
    words.update({level_of(word).casefold(): 0.0 for word in grammar.false})
    return words


def boolean_reader(grammar: Grammar) -> Callable[[str], float]:
    """The function that reads one text as 1.0, 0.0 or NaN (missing); it raises ValueError for any other word."""
    words = boolean_texts(grammar)
    missing = frozenset(grammar.missing) | {""}

    def read(text: str) -> float:
        level = level_of(text)
        if level in missing:
            return math.nan
        found = words.get(level.casefold())
        if found is None:
            raise ValueError("not a boolean")
        return found

    return read


def level_reader(grammar: Grammar) -> Callable[[str], str]:
    """The function that reads one text as its canonical level, "" where it means missing."""
    missing = frozenset(grammar.missing) | {""}

    def read(text: str) -> str:
        level = level_of(text)
        return "" if level in missing else level

    return read


_WHOLE = re.compile(r"(-?)(0|[1-9][0-9]{0,15})\.0+")


def level_of(value: Any) -> str:
    """The canonical text of a level: 0, 0.0 and "0" are one; NFC, without blanks around. "" stands for missing (None, NaN, a blank text).

    A text keeps its digits except for the zeros behind a decimal point, which are only how some programs write whole numbers: "1.0" is
    "1", but "1.10", "007" and "1e3" stay. Booleans are "true" and "false", never 1 and 0. TypeError for anything that is no single value.
    """
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if text[-1:] == "0" and "." in text:
            whole = _WHOLE.fullmatch(text)
            if whole:
                return whole[2] if whole[2] == "0" else whole[1] + whole[2]
        return text
    if value is None:
        return ""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    raise TypeError(f"{type(value).__name__} is not a single value")
