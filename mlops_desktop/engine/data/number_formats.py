"""How a column writes its numbers: decimal mark, thousands, marks before and behind. Decided on its distinct texts, once for the column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlops_desktop.serving.cells import Grammar, number_pattern

CURRENCIES = (
    "$",
    "€",
    "£",
    "¥",
    "₹",
    "₽",
    "₩",
    "₺",
    "₴",
    "kr",
    "zł",
    "Fr.",
    "CHF",
    "USD",
    "EUR",
    "GBP",
    "US$",
    "R$",
    "A$",
    "C$",
    "Rs.",
    "Rs",
)
# Units that follow numbers so often that they differ from codes ("5 kg", unlike "5 A").
UNITS = (
    *("kg", "g", "mg", "lb", "lbs", "oz", "km", "m", "cm", "mm", "mi", "ft", "in", "l", "ml", "cl", "m²", "m2", "m³", "m3", "sqft", "ha"),
    *("km/h", "mph", "kmh", "m/s", "mpg", "kW", "kWh", "W", "MW", "MWh", "mV", "mA", "Hz", "kHz", "MHz", "GHz", "hp", "Nm", "bar"),
    *(
        "hPa",
        "°C",
        "°F",
        "°",
        "s",
        "sec",
        "ms",
        "min",
        "mins",
        "h",
        "hr",
        "hrs",
        "hours",
        "days",
        "years",
        "kB",
        "KB",
        "MB",
        "GB",
        "TB",
        "bps",
    ),
    *("ppm", "µg", "mmol/l", "mg/dl", "mmHg", "kcal", "pts", "px", "pcs"),
)
_MARKS = frozenset((*CURRENCIES, *UNITS, "%"))
_SHAPE = re.compile(
    r"(?P<sign>[+\-−]?)(?P<before>[^\d\s.,+\-−'’()]{0,4}\.?)\s*(?P<tail>[+\-−]?)"
    r"(?P<body>[0-9][0-9.,'’\u00a0\u2009\u202f ]*(?:[eE][+-]?[0-9]+)?|[.,][0-9]+(?:[eE][+-]?[0-9]+)?)\s*(?P<after>[^\s.,+'’()]{0,7})"
)
_CANDIDATES = ((".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'"))
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_ZERO_FIRST = re.compile(r"[+\-−]?0[.,]")


@dataclass(frozen=True)
class NumberFormat:
    """A grammar with the share of the sampled texts that it reads, and whether another reading was as good (`doubt` names it)."""

    grammar: Grammar
    share: float
    doubt: str = ""


def find_format(sample: Sequence[str], decimal: str = "", least: float = 0.5) -> NumberFormat | None:
    """The grammar that reads most of these distinct texts (stripped, none missing), or None when it would be less than `least` of them.

    `decimal` is the decimal mark that the file's other columns use; it settles texts such as "1.234" and "1,234" that read both ways.
    """
    if all(map(_PLAIN.fullmatch, sample)) and decimal != ",":
        return NumberFormat(Grammar(), 1.0) if sample else None
    shapes = [shape for shape in map(_SHAPE.fullmatch, sample) if shape is not None]
    if not sample or len(shapes) < least * len(sample):
        return None
    marks = {shape["before"] for shape in shapes if shape["before"] in CURRENCIES} | {s["after"] for s in shapes if s["after"] in _MARKS}
    percents = sum(shape["after"] == "%" for shape in shapes)
    percent = percents >= 0.99 * len(shapes)
    marks.discard("%")
    if len(marks) > 3 or (percents and not percent):
        return None  # "12 %" beside "12": nobody can know whether that is 12 or 0.12
    base = Grammar(affixes=tuple(sorted(marks, key=lambda mark: (-len(mark), mark))), percent=percent)
    shares = {}
    for point, between in _CANDIDATES:
        match = re.compile(number_pattern(replace(base, decimal=point, thousands=between))).fullmatch
        shares[point, between] = sum(match(text) is not None for text in sample) / len(sample)
    best = max(shares.values())
    if best < least:
        return None
    ties = [candidate for candidate in _CANDIDATES if shares[candidate] == best]
    chosen, doubt = _settle(ties, [shape["body"] for shape in shapes], decimal)
    return NumberFormat(replace(base, decimal=chosen[0], thousands=chosen[1]), best, doubt)


def _settle(ties: list[tuple[str, str]], bodies: list[str], decimal: str) -> tuple[tuple[str, str], str]:
    """One of the readings that are equally good, and what was in doubt."""
    commas, points = any("," in body for body in bodies), any("." in body for body in bodies)
    if (",", "") in ties and (".", ",") in ties and commas and not points:
        # Every comma stands before three digits: "1,234" is a thousand, unless the file's other columns or a "0,123" say otherwise.
        if decimal == "," or any(_ZERO_FIRST.match(body) for body in bodies):
            return (",", ""), ""
        return (".", ","), "" if decimal == "." else "1,234 was read as 1234"
    if (".", "") in ties and (",", ".") in ties and points and not commas:
        if decimal == "," and not any(_ZERO_FIRST.match(body) for body in bodies):
            return (",", "."), ""
        return (".", ""), ""
    return ties[0], ""


def decimal_vote(sample: Sequence[str]) -> str:
    """The decimal mark that these texts show beyond doubt, or ""."""
    found = find_format(sample, least=0.95)
    if found is None or found.doubt:
        return ""
    mark = found.grammar.decimal
    fraction = re.compile(rf"{re.escape(mark)}(?:[0-9]{{1,2}}|[0-9]{{4,}})(?![0-9])")
    return mark if any(fraction.search(text) for text in sample) else ""
