"""Round ticks inside a range, and numbers as short texts."""

from __future__ import annotations

import itertools
import math

from mlops_desktop.base.number_format import MINUS
from mlops_desktop.ui.translation import format_number, formatted


def nice_ticks(low: float, high: float, count: int = 5, *, whole: bool = False) -> list[float]:
    """About `count` round numbers (steps of 1, 2, 2.5 or 5 times a power of ten) from `low` to `high`, both within; never none.

    `whole`: only whole numbers, for counts. A range without extent has its one value.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high < low:
        return []
    span = high - low
    if span <= abs(low) * 1e-12:
        return [low]
    step = nice_step(span / max(count, 1), whole=whole)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)] or [float(f"{(low + high) / 2:.3g}")]


def nice_step(raw: float, *, whole: bool = False) -> float:
    """The round step that is at least `raw`."""
    raw = max(raw, 1.0) if whole else raw
    place = 10.0 ** math.floor(math.log10(raw))
    sizes = (1, 2, 5, 10) if whole and place < 10 else (1, 2, 2.5, 5, 10)
    return next(m * place for m in sizes if m * place >= raw * (1 - 1e-9))


def tick_text(value: float, step: float) -> str:
    """A tick's text, with just the decimals that its step needs: 0.05, 2.5k, 1M, 2015."""
    if value == 0:
        return "0"
    size = abs(value)
    for limit, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= limit and step >= limit / 10:
            return _plain(float(f"{value / limit:.6g}"), math.inf) + unit
    if size >= 1e9 or (step < 1e-4 and size < 1e-3):
        return formatted(value, ".3g").replace("-", MINUS).replace("e+0", "e").replace(f"e{MINUS}0", f"e{MINUS}")
    return _plain(value, step)


def tick_texts(values: list[float]) -> list[str]:
    """The texts of ticks that are beside each other."""
    if len(values) < 2:
        return [format_number(value) for value in values]
    step = min(b - a for a, b in itertools.pairwise(values))
    return [tick_text(value, step) for value in values]


def signed(value: float, decimals: int = 2) -> str:
    """A change with its sign: +0.19, −0.03."""
    return formatted(value, f"+,.{decimals}f").replace("-", MINUS)


def _plain(value: float, step: float) -> str:
    if math.isinf(step):  # as many decimals as the number itself has
        return formatted(value, ".10g").replace("-", MINUS)
    decimals = 0
    while decimals < 8 and abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6 * step * 10**decimals:
        decimals += 1
    text = formatted(value, f"{'' if abs(value) < 10_000 else ','}.{decimals}f")
    return text.replace("-", MINUS)
