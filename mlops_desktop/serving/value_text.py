"""Values in sentences for people, as they write them: true, 3, 10000000, 0.5."""

from __future__ import annotations

import json
import math
from typing import Any


def value_text(value: Any) -> str:
    """A value as a person writes it: `true`, `3`, `0.5`; "nothing" for None, a list or an object as JSON, anything else by its text."""
    if isinstance(value, str):
        return value
    if hasattr(value, "item") and not isinstance(value, (list, tuple, dict)):
        value = value.item()
    if value is None:
        return "nothing"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, (bool, list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def number_text(value: float, digits: int = 15) -> str:
    """A number to so many digits, without zeros behind the decimal point, and without an exponent from 0.000001 to 10^21."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite" if value > 0 else "minus infinite"
    text = f"{value:.{digits}g}"
    if "e" not in text or not 1e-6 <= abs(value) < 1e21:
        return text
    size = math.floor(math.log10(abs(value)))
    return f"{float(text):.0f}" if size > 0 else f"{value:.{digits - 1 - size}f}".rstrip("0")
