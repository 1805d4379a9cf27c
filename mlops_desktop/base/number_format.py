"""Numbers as people read them, in the window, in reports and on the command line."""

from __future__ import annotations

import math

from mlops_desktop.serving.message import number_msg

MINUS = "\u2212"


def format_number(value: float | None, digits: int = 4) -> str:
    """A number for reading: about `digits` significant digits, thousands set apart, a true minus; "–" where there is none.

    An exponent keeps the hyphen, `1e-06`, so that it is read wherever a number can be typed. The text is a message, so another language
    writes it with its own marks.
    """
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    size, sign = abs(value), "" if value > 0 else MINUS
    if size >= 1e15 or size < 1e-4:
        return number_msg(size, f".{digits - 1}g", sign)
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    text = f"{size:.{decimals}f}".rstrip("0") if decimals else ""
    return number_msg(size, f",.{len(text.partition('.')[2])}f", sign)
