"""Numbers as people read them, in the window, in reports and on the command line."""

from __future__ import annotations

import math

MINUS = "\u2212"


def format_number(value: float | None, digits: int = 4) -> str:
    """A number for reading: about `digits` significant digits, thousands set apart, a true minus; "–" where there is none.

    An exponent keeps the hyphen, `1e-06`, so that it is read wherever a number can be typed.
    """
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e15 or size < 1e-4:
        return ("" if value > 0 else MINUS) + f"{size:.{digits - 1}g}"
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)
