"""Parses single cells: numbers, booleans and category levels, by the grammar of their column. Dates are parsed in `dates.py`."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .serialization import Serializable

# Texts that mean a missing cell. In a column of categories "-", "." and "None" can be levels, so they mean missing in other columns only.
MISSING_TEXTS = ("", "NA", "N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan", "<NA>", "?", r"\N")
MISSING_NUMBER_TEXTS = (*MISSING_TEXTS, "-", "--", ".", "None", "none", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")

EXACT = 2**53  # beyond this a float64 cannot hold every integer


@dataclass(frozen=True)
class Grammar(Serializable):
    """How the cells of one column are parsed, decided once for the whole column."""

    decimal: str = "."
    thousands: str = ""
    affixes: tuple[str, ...] = ()  # such as "$", "€", "kg" before or after a number; removed
    percent: bool = False  # "12 %" is 0.12
    missing: tuple[str, ...] = ("",)  # stripped texts that mean missing
    missing_numbers: tuple[float, ...] = ()  # numbers that mean missing, such as -200
    true: tuple[str, ...] = ()  # texts for true besides "true" and "1", the most frequent first
    false: tuple[str, ...] = ()
    date: str = ""  # strptime-like format of dates; "" for ISO 8601
    zone: bool = False  # dates have an offset and are held in UTC; False: dates are local, and an offset is refused


# Blanks between thousands come as no-break and thin spaces too, apostrophes as typographic ones.
_THOUSANDS = {"": "", ",": ",", ".": r"\.", " ": "[ \u00a0\u2009\u202f]", "'": "['’]"}


def number_pattern(grammar: Grammar) -> str:
    """The regular expression (valid in Python and RE2) that a stripped text must fully match to be a number of this grammar.

    Groups: `sign`, `tail_sign` (a sign behind a leading affix, as in "$-5"), `number`, `percent`. Parentheses for negative numbers are not
    supported: "(5)" is a footnote as often as a debit.
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
    """The function that parses a text as float64, NaN where it means missing. It raises ValueError unless the text is a finite number."""
    match = re.compile(number_pattern(grammar)).fullmatch
    missing = frozenset(grammar.missing) | {""}
    missing_numbers = frozenset(grammar.missing_numbers)
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
        return math.nan if value in missing_numbers else value

    return read


def boolean_texts(grammar: Grammar) -> dict[str, float]:
    """Every text that is parsed as a boolean, casefolded, with 1.0 or 0.0."""
    texts = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}
    texts.update({level_of(text).casefold(): 1.0 for text in grammar.true})
    texts.update({level_of(text).casefold(): 0.0 for text in grammar.false})
    return texts


def boolean_reader(grammar: Grammar) -> Callable[[str], float]:
    """The function that parses a text as 1.0, 0.0 or NaN (missing). It raises ValueError for any other text."""
    values = boolean_texts(grammar)
    missing = frozenset(grammar.missing) | {""}

    def read(text: str) -> float:
        level = level_of(text)
        if level in missing:
            return math.nan
        value = values.get(level.casefold())
        if value is None:
            raise ValueError("not a boolean")
        return value

    return read


def level_reader(grammar: Grammar) -> Callable[[str], str]:
    """The function that parses a text as its canonical level, "" where it means missing."""
    missing = frozenset(grammar.missing) | {""}

    def read(text: str) -> str:
        level = level_of(text)
        return "" if level in missing else level

    return read


_WHOLE = re.compile(r"(-?)(0|[1-9][0-9]{0,15})\.0+")


def level_of(value: Any) -> str:
    """The canonical text of a level, stripped and in NFC: 0, 0.0 and "0" are the same level. "" means missing (None, NaN, a blank text).

    Of a text only the zeros behind the decimal point of a whole number are removed, as some programs write them: "1.0" is "1", but "1.10",
    "007" and "1e3" stay. Booleans are "true" and "false", never 1 and 0. TypeError for anything that is not a scalar.
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
    raise TypeError(f"{type(value).__name__} is not a scalar")
