"""What the rows above the body of a table hold: names, units, types, identifiers of a survey program; and the names made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from .cell_kind import cell_kind, cell_text, count_kinds
from .missing_texts import all_missing
from .units import UNITS

Row = Sequence[Any]
_LONG_NAME = 25
_YEAR = re.compile("(?:18|19|20)[0-9]{2}")
_UNIT = re.compile(r"[\[(<{].{0,20}[\])>}]|.{0,8}[°%µμ²³€$‰Ω/].{0,8}")
_NAMES_TOO = frozenset(("month", "week", "minute", "std", "pts", "pp", "ps"))  # units behind a number, but names of columns as well
# Every unit that numbers are written with, and other texts that are in a row of units; casefolded.
_UNITS = frozenset(
    (
        *(unit for mark in UNITS if (unit := mark.casefold()) not in _NAMES_TOO),
        *("µg", "ug", "d", "us", "ns", "a", "k", "c", "f", "degc", "degf", "deg", "lux", "n", "cal", "mol", "mmol", "usd"),
        *("eur", "chf", "gbp", "st", "ts", "rn", "volts", "amps", "watts", "unitless", "gal", "kn", "knots", "u/min", "units"),
        *("count", "-", "–", "yyyy-mm-dd", "dd.mm.yyyy", "mm/dd/yyyy", "hh:mm", "hh:mm:ss", "utc", "ph", "ntu", "pt", "dpi"),
        *("cd", "ev", "m^2", "m^3", "cm2", "cm3", "km2", "persons"),
    )
)
_END_OF_HEADER = re.compile(r"(?i)[*=#\[<-]{1,5} ?end[ _-]?of[ _-]?header ?[*=#\]>-]{0,5}")
_TYPE_NAMES = frozenset(
    (
        *("string", "str", "text", "char", "varchar", "object", "int", "integer", "int32", "int64", "bigint", "long", "float"),
        *("float32", "float64", "double", "real", "decimal", "number", "numeric", "bool", "boolean", "date", "time", "datetime"),
        *("timestamp", "continuous", "discrete", "categorical", "nominal", "factor", "meta", "class", "id"),
    )
)
_ORANGE_TYPES = frozenset(("c", "d", "s", "t", "n", "continuous", "discrete", "string", "time", "numeric", "categorical", "text", "basket"))
_ORANGE_FLAGS = frozenset(("", "class", "meta", "ignore", "weight", "i", "c", "m", "w"))


def are_units(row: Row) -> bool:
    """Whether the cells of a row are units: in brackets, with a mark such as % or °, or known by name."""
    texts = [text for cell in row if (text := cell_text(cell))]
    if all_missing(texts) or are_import_ids(row) or any(len(text) > 24 or cell_kind(text) == "number" for text in texts):
        return False
    units = sum(text.casefold() in _UNITS or _UNIT.fullmatch(text) is not None for text in texts)
    return units >= max(0.6 * len(texts), 1)


def ends_header(cell: str) -> bool:
    """Whether a text says that all lines up to it describe a file, such as “***End_of_Header***”."""
    return _END_OF_HEADER.fullmatch(cell) is not None


def are_type_names(row: Row) -> bool:
    """Whether the cells of a row name types: text, float, continuous …"""
    texts = [re.sub(r"[(\[].*", "", text).casefold() for cell in row if (text := cell_text(cell))]
    return bool(texts) and sum(text in _TYPE_NAMES for text in texts) >= 0.9 * len(texts)


def types_and_flags(rows: Sequence[Row]) -> int:
    """How many of the rows below the names hold types and flags, as Orange writes three lines of names: 2, 1 (no flag is set) or 0.

    The types are words or letters in every column; the flags below them leave cells empty.
    """
    if len(rows) < 2:
        return 0
    types, flags = ([cell_text(cell).casefold() for cell in row] for row in rows[:2])
    empty = flags.count("") + len(types) - len(flags)
    if not types or not set(types) <= _ORANGE_TYPES or not set(flags) <= _ORANGE_FLAGS or not empty:
        return 0
    return 2 if any(flags) else 1


def are_import_ids(row: Row) -> bool:
    """Whether the cells of a row are the identifiers that a survey program puts below its questions."""
    texts = [text for cell in row if (text := cell_text(cell))]
    return len(texts) > 1 and sum(text.startswith('{"ImportId"') for text in texts) >= 0.8 * len(texts)


def are_pairs(rows: Sequence[Row], kinds: Sequence[str], lone: bool) -> bool:
    """Whether rows of two cells above a row of names are pairs, not the names and rows of a table with columns of these kinds.

    They hold no values and one of them has a colon, or they are `lone` (a blank line is below them), begin with texts, and not all but
    the first hold values.
    """
    counts = [count_kinds(row, kinds) for row in rows]
    if any(cell_text(row[0]).endswith(":") for row in rows) and not any(good for good, _ in counts):
        return True
    odd = sum(bad > 0 for _, bad in counts[1:])
    return lone and 3 * odd >= len(counts) - 1 and all(cell_kind(row[0]) == "text" for row in rows)


def names_or_years(row: Row, kinds: Sequence[str]) -> bool:
    """Whether a row of columns of these kinds holds names and no value but years, which may be names; its first name has no colon."""
    texts = [text for cell in row if (text := cell_text(cell))]
    if (row and cell_text(row[0]).endswith(":")) or any(cell_kind(text) == "date" for text in texts):
        return False
    years = all(_YEAR.fullmatch(text) for text in texts if cell_kind(text) == "number")
    return years and any(cell_kind(text) == "text" for text in texts)


def unit_of(cell: Any) -> str:
    """The unit in a cell, without brackets; "" for none."""
    text = cell_text(cell)
    bare = re.fullmatch(r"[\[(<{](.*)[\])>}]", text)
    return bare[1].strip() if bare else "" if text in ("-", "–") else text


def best_names(rows: list[list[str]]) -> Literal["joined", "first", "last"]:
    """Which of several rows of names is taken: the longer of the first and the last that name all columns differently, but no sentences.

    Codes are shorter than names, and so are units.
    """
    if types_and_flags([*rows[1:3], [""]]):
        return "first"
    width = max(map(len, rows))

    def has_distinct_cells(row: list[str]) -> bool:
        there = [text for text in row if text]
        return len(set(there)) == len(there) >= 0.9 * width

    def long(row: list[str]) -> bool:
        return sum(map(len, row)) > _LONG_NAME * len(row) or are_import_ids(row) or are_type_names(row)

    first, last = has_distinct_cells(rows[0]), has_distinct_cells(rows[-1]) and not long(rows[-1])
    if first and last:
        return "first" if sum(map(len, rows[0])) > sum(map(len, rows[-1])) and not long(rows[0]) else "last"
    return "last" if last else "first" if first else "joined"


def joined_names(rows: list[list[str]]) -> list[str]:
    """Each column's names from above to below; a name above holds until the next one in its row."""
    width = max(map(len, rows))
    filled = []
    for row in rows[:-1]:
        last, whole = "", []
        for j in range(width):
            last = row[j] if j < len(row) and row[j] else last
            whole.append(last)
        filled.append(whole)
    filled.append([*rows[-1], *[""] * (width - len(rows[-1]))])
    return [" ".join(dict.fromkeys(text for text in parts if text)) for parts in zip(*filled, strict=True)]


def names_further(row: list[str], kinds: Sequence[str], heads: Sequence[list[str]], below: Sequence[list[str]]) -> bool:
    """Whether a row of texts is one more row of names below `heads`: it holds no texts for missing where the columns hold values, and none
    of its cells is in a row `below` that does not repeat the rows of names.
    """
    if all_missing(text for text, kind in zip(row, kinds, strict=False) if kind):
        return False
    for at, other in enumerate(below):
        if other == row:
            if at and below[at - 1] != heads[-1]:
                return False
        elif other not in heads and any(text and other[j : j + 1] == [text] for j, text in enumerate(row)):
            return False
    return True


def reaches(column: Sequence[str], value: int) -> bool:
    """Whether a whole number could be one of the values of a column."""
    try:
        numbers = [float(text) for text in column if cell_kind(text) != "text"]
    except ValueError:
        return not all(cell_kind(text) == "boolean" for text in column)
    return not numbers or value <= max(numbers) + max(max(numbers) - min(numbers), 10)
