"""The kind of a cell by its text (number, date, boolean or text), of a column, and the fill of rows; for finding table and delimiter."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

from .cells import MISSING_NUMBER_TEXTS
from .date_formats import has_day, is_clock

CellKind = Literal["", "number", "date", "boolean", "text"]
_MISSING = frozenset(text.casefold() for text in (*MISSING_NUMBER_TEXTS, "n.a.", "k.a.", "n/d"))
_BOOLEANS = frozenset(("true", "false"))
_EXPONENT = "(?:[eE][+-]?[0-9]+)?"
_GROUPED = r"[0-9]{1,3}(?:[ \u00a0\u2009\u202f'’][0-9]{2,3})+"
_DIGITS = rf"(?:{_GROUPED}|[0-9][0-9.,]*)(?:[.,][0-9]*)?{_EXPONENT}|[.,][0-9]+{_EXPONENT}"
_MARK = r"[$€£¥₹%°]"
_NUMBER = re.compile(
    rf"[(<>≤≥~]?\s*'?[+\-−]?\s*(?:{_MARK}|[A-Z]{{3}} )?\s*[(+\-−]?\s*(?:{_DIGITS})\s*(?:{_MARK}?[)]?|{_MARK}| [^\W\d_]{{1,4}})\s?[-−]?"
)
_TYPED = 0.65  # share of the filled cells of a column, at least, that are of one kind, or of any kind but text
_PLAIN = re.compile(r"[+\-−]?[0-9]*[.,]?[0-9]*")  # no date, though “03.2024” is one of the formats


def cell_text(cell: Any) -> str:
    """The text of a cell as a person reads it: blanks around it stripped, whole numbers and days as such; "" for None."""
    if type(cell) is str:
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell) if cell.is_integer() else cell)
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return str(cell).strip()


def cell_kind(cell: Any) -> CellKind:
    """The kind of a text or of a typed value; "" when it is blank or a text that means missing."""
    if isinstance(cell, str):
        return _text_kind(cell) if len(cell) <= 64 else "text"
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool):
        return "boolean"
    if isinstance(cell, (int, float)):
        return "number"
    return "date" if isinstance(cell, (datetime.date, datetime.time, datetime.timedelta)) else "text"


@lru_cache(maxsize=65_536)
def _text_kind(text: str) -> CellKind:
    text = text.strip()
    low = text.casefold()
    if not text or low in _MISSING:
        return ""
    if low in _BOOLEANS:
        return "boolean"
    if not any(char.isdigit() for char in text):
        return "text"
    if _PLAIN.fullmatch(text):
        return "number"
    if is_clock(text) or has_day(text):
        return "date"
    return "number" if _NUMBER.fullmatch(text) else "text"


def count_kinds(row: Sequence[Any], kinds: Sequence[str]) -> tuple[int, int]:
    """How many cells of a row are of the kind of their typed column, and how many are not."""
    found = [(kind, own) for cell, kind in zip(row, kinds, strict=False) if kind and (own := cell_kind(cell))]
    good = sum(own == kind or (kind == "value" and own != "text") for kind, own in found)
    return good, len(found) - good


def column_kind(kinds: Sequence[CellKind]) -> CellKind | Literal["value"]:
    """The kind of a column by those of its filled cells; "value" for several kinds of values, "" for texts."""
    for kind in sorted(set(kinds), key=kinds.count, reverse=True)[:1]:
        if kind != "text" and kinds.count(kind) >= _TYPED * len(kinds):
            return kind
    return "value" if kinds and kinds.count("text") <= (1 - _TYPED) * len(kinds) else ""


def usual_fill(fills: Sequence[int]) -> int:
    """The number of filled cells that the rows of the table have: as many as possible in as many rows as possible."""
    counts = sorted((fill for fill in fills if fill), reverse=True)
    best, found = 0.0, 0
    for rank, fill in enumerate(counts, 1):
        weight = rank * (fill - 1 if fill > 1 else 0.25)
        if weight > best:
            best, found = weight, fill
    return found
