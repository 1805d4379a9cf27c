"""Parses single cells: booleans and category levels, by the grammar of their column. Numbers and dates have modules of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .normal_form import is_nfc, normalized
from .serialization import Serializable

# Texts that mean a missing cell. In a column of categories "-", "." and "None" can be levels, so they mean missing in other columns only.
MISSING_TEXTS = ("", "NA", "N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan", "<NA>", "?", r"\N")
MISSING_NUMBER_TEXTS = (*MISSING_TEXTS, "-", "--", ".", "None", "none", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")

# Characters of a number or a date: as many as the greatest float64 has when it is written out. A longer text is none, so that the time to
# read a cell is bounded whatever it holds.
MOST_CHARACTERS = 320
EXACT = 2**53  # beyond this a float64 cannot hold every integer


@dataclass(frozen=True)
class Scale(Serializable):
    """A mark behind a number that converts it: the value is (number + shift) × times ÷ over. 1500 g as kg: `Scale("g", 1, 1000)`."""

    mark: str
    times: float = 1.0
    over: float = 1.0
    shift: float = 0.0


@dataclass(frozen=True)
class Grammar(Serializable):
    """How the cells of one column are parsed, decided once for the whole column.

    `notations` are further ways to write a number, each off unless it is named: those of `numbers.NOTATIONS` and of
    `compound_numbers.COMPOUND`.
    """

    decimal: str = "."
    thousands: str = ""
    affixes: tuple[str, ...] = ()  # such as "$", "€", "kg" before or after a number; removed
    percent: bool = False  # "12 %" is 0.12
    missing: tuple[str, ...] = ("",)  # stripped texts that mean missing
    missing_numbers: tuple[float, ...] = ()  # numbers that mean missing, such as -200
    true: tuple[str, ...] = ()  # texts for true besides "true" and "1", the most frequent first
    false: tuple[str, ...] = ()
    date: str = ""  # strptime-like format of dates; "" for ISO 8601
    zone: bool = False  # dates carry an offset and are held in UTC; False: dates are local, and an offset is refused
    notations: tuple[str, ...] = ()
    scales: tuple[Scale, ...] = ()  # units and magnitudes behind numbers, each with its conversion
    pivot: int = 69  # two-digit years from this one on are 19xx, the others 20xx
    recoded: tuple[tuple[str, str], ...] = ()  # texts of categories and booleans with the level each stands for; "" is an empty cell
    missing_dates: tuple[str, ...] = ()  # days as ISO 8601 that mean “no date”, such as 9999-12-31


_BLANKS = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"  # of every width
_INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
_REPLACED = {**dict.fromkeys(map(ord, _BLANKS), " "), **dict.fromkeys(map(ord, _INVISIBLE))}
_ODD = re.compile(f"[{_BLANKS}{_INVISIBLE}\u200c\u200d]")
# Joiners shape letters of some scripts and make one picture of several; next to an ASCII character they do nothing.
_JOINERS = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|(?<![\u200c\u200d])[\u200c\u200d]+(?![^\x00-\x7f])")


def clean_text(text: str) -> str:
    """A cell's text as every reader takes it: in NFC, without invisible characters, with plain blanks, and none of them at its ends.

    A formula that holds a text alone (="007"), by which programs keep a spreadsheet from reading a number, is that text.
    """
    text = text.strip()
    if text.startswith('="') and text.endswith('"') and text.count('"') == 2:
        text = text[2:-1].strip()
    if text.isascii() or (_ODD.search(text) is None and is_nfc(text)):
        return text
    text = normalized("NFC", text.translate(_REPLACED))
    return normalized("NFC", _JOINERS.sub("", text)).strip()


# Digits of other scripts (Arabic, Persian, Devanagari, Bengali, Thai, full width), and the marks that are between them.
_ZEROS = "\u0660\u06f0\u0966\u09e6\u0e50\uff10"
DIGITS = "".join(f"{zero}-{chr(ord(zero) + 9)}" for zero in _ZEROS)  # of a character class
_WESTERN = {ord(zero) + digit: str(digit) for zero in _ZEROS for digit in range(10)}
_WESTERN |= {0x066A: "%", 0x066B: ".", 0x066C: ",", 0xFF0C: ",", 0xFF0E: ".", 0xFF0F: "/", 0xFF1A: ":", 0xFF0D: "-", 0xFF05: "%"}


def western_digits(text: str) -> str:
    """A text with the digits 0 to 9 where it has those of another script; any other text as it is."""
    if text.isascii() or not any(ord(char) in _WESTERN and char.isdigit() for char in text):
        return text
    return text.translate(_WESTERN)


DAMAGED = "\ufffd"  # is where the bytes of a character were none of the encoding, or half of a surrogate pair stood alone


def has_invisible(text: str) -> bool:
    """Whether `clean_text` leaves invisible characters off."""
    return not text.isascii() and (any(char in _INVISIBLE for char in text) or _JOINERS.search(text) is not None)


# Words for true and false that go together, true first; casefolded.
BOOLEAN_PAIRS = (
    *(("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"), ("ja", "nein"), ("oui", "non"), ("sí", "no"), ("si", "no")),
    *(("sim", "não"), ("vrai", "faux"), ("wahr", "falsch")),
)


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
    recoded = dict(grammar.recoded)

    def read(text: str) -> float:
        level = recoded_level(text, recoded)
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
    recoded = dict(grammar.recoded)

    def read(text: str) -> str:
        level = recoded_level(text, recoded)
        return "" if level in missing else level

    return read


def recoded_level(value: Any, recoded: Mapping[str, str]) -> str:
    """The level that a value stands for, by `Grammar.recoded`: its text unless that stands for another. TypeError as of `level_of`."""
    level = level_of(value)
    return recoded.get(level, level)


_WHOLE = re.compile(r"(-?)(0|[1-9][0-9]{0,15})\.0+")


def level_of(value: Any) -> str:
    """The canonical text of a level, as `clean_text` leaves it: 0, 0.0 and "0" are the same level. "" means missing (None, NaN, blanks).

    Of a text only the zeros behind the decimal point of a whole number are removed, as some programs write them: "1.0" is "1", but "1.10",
    "007" and "1e3" stay. Booleans are "true" and "false", never 1 and 0. TypeError for anything that is not a scalar.
    """
    if isinstance(value, str):
        text = clean_text(value)
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
