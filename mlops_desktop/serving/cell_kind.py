"""The kind of a single cell by its text: number, date, boolean or text. The finders of the table, its header and its delimiter use it."""

from __future__ import annotations

import datetime
import math
import re
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
