"""Parses numbers by the grammar of their column: marks, grouping, negatives, limits, conversions to one unit, durations."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from .cells import EXACT, MOST_CHARACTERS, Grammar, Scale, clean_text, western_digits
from .compound_numbers import DASHES, compound_reader, marks_pattern
from .frame import Floats
from .units import is_side

# Blanks between thousands come as no-break and thin spaces too, apostrophes as typographic ones.
THOUSANDS = {"": "", ",": ",", ".": r"\.", " ": "[ \u00a0\u2009\u202f]", "'": "['’]"}
_MINUS = "−–-"  # the hyphen last, as a character class needs it
FREE = (
    "(?i:free|gratis|kostenlos|kostenfrei|umsonst|gratuite?|gratuit[oa]|for free|free of charge|no charge|complimentary|za darmo|darmo"
    "|zdarma|ingyenes|бесплатно|無料|免费)"
)
_PLAIN_CHARACTERS = frozenset("0123456789.-")
_SURELY_FINITE = 300  # characters
_DIGIT = re.compile("[0-9]")
_WHOLE = re.compile("[+-]?[0-9]+")
_SIGNS = ("sign", "tail_sign", "behind", "last")


@dataclass(frozen=True)
class Notation:
    """A further way to write a number, off unless a grammar names it. It is read by `number_pattern` and found by `number_formats`.

    `label` completes “The numbers are written …”, `example` is a text of it with its value. `around` is the pattern of a text with the
    number as its group, for a notation that means one thing alone and so is read in a new file though the training data has none of it.
    `cells` is the pattern of the texts that need it, which an import reports; "" where there is nothing to report.
    """

    id: str
    label: str
    example: tuple[str, float]
    around: str = ""
    cells: str = ""


# By id. Notations of numbers in several parts are `compound_numbers.COMPOUND`.
NOTATIONS: Mapping[str, Notation] = {
    one.id: one
    for one in (
        Notation(
            "parentheses",
            "in parentheses where they are negative",
            ("(5)", -5.0),
            around=r"\(\s*([^\s+−–-].*\S|\S)\s*\)",
            cells=r".*\(.*\).*",
        ),
        Notation(
            "trailing_minus",
            "with the minus behind negative ones",
            ("5-", -5.0),
            around=r"([^\s+−–-](?:.*[^\s−–-])?)\s*[−–-]",
            cells=r".*[0-9].*[−–-]",
        ),
        Notation(
            "apostrophe",
            "behind an apostrophe",
            ("'5", 5.0),
            around=r"['’](.*\S)",
            cells=r"[<>≤≥]?=?\s*['’].*",
        ),
        Notation(
            "limits",
            "as limits where they are out of range",
            ("<5", 5.0),
            cells=r"[<>≤≥].*",
        ),
        Notation(
            "dash_zero",
            "with a dash where they are zero",
            ("$ -", 0.0),
            cells=r"[^0-9]*[−–—-][^0-9]*",
        ),
        Notation("free_zero", "with a word where they are free of charge", ("free", 0.0), cells=FREE),
        Notation("dash_decimals", "with a dash where they have no decimals", ("12.-", 12.0)),
        Notation("lakh", "with commas between two digits, as in 1,23,456", ("1,23,456", 123456.0)),
    )
}


def number_pattern(grammar: Grammar) -> str:
    """The regular expression (valid in Python and RE2) that a clean text must fully match to be a number of this grammar.

    Groups: `sign`, `tail_sign` (behind a leading affix, as in "$-5"), `number`, `percent`; `scale` where the grammar has any; and by its
    notations `limit`, `behind` and `last` (a sign behind the number or at the end), `open`, `inner` and `close` (parentheses). At most
    one of the signs and parentheses may be there. `side` is the mark of debit or credit, where the scales hold any. Numbers in several
    parts and dashes for zero are read beside it.
    """
    has = frozenset(grammar.notations)
    parentheses = "parentheses" in has
    sign = rf"\s*[+{_MINUS}]"
    marks = "|".join(re.escape(mark) for mark in grammar.affixes)
    after = rf"(?:\s*(?:{marks}))?" if marks else ""
    scales = marks_pattern(scale.mark for scale in grammar.scales if not is_side(scale))
    sides = marks_pattern(scale.mark for scale in grammar.scales if is_side(scale))
    return "".join(
        (
            r"(?P<limit>[<>≤≥]=?\s*)?" if "limits" in has else "",
            "['’]?" if "apostrophe" in has else "",
            r"(?P<open>\(\s*)?" if parentheses else "",
            rf"(?P<sign>[+{_MINUS}]?)\s*",
            rf"(?:(?:{marks})\s*)?" if marks else "",
            r"(?P<inner>\(\s*)?" if parentheses else "",
            rf"(?P<tail_sign>[+{_MINUS}]?)\s*",
            _digits_pattern(grammar),
            rf"(?:\s*(?P<scale>{scales}))?" if scales else "",
            rf"(?P<behind>{sign})?" if "trailing_minus" in has else "",
            r"(?:\s*(?P<percent>%))?" if grammar.percent else "",
            after,
            r"(?P<close>\s*\))?" if parentheses else "",
            after if parentheses else "",
            rf"(?P<last>{sign})?" if "trailing_minus" in has else "",
            rf"(?:\s*(?P<side>{sides}))?" if sides else "",
        )
    )


def _digits_pattern(grammar: Grammar) -> str:
    between = THOUSANDS.get(grammar.thousands, re.escape(grammar.thousands))
    whole = "[0-9]+"
    if between and "lakh" in grammar.notations:
        whole = rf"[0-9]{{1,2}}(?:{between}[0-9]{{2}})*{between}[0-9]{{3}}|[0-9]+"
    elif between:
        whole = rf"[0-9]{{1,3}}(?:{between}[0-9]{{3}})+|[0-9]+"
    point = re.escape(grammar.decimal)
    fraction = rf"{point}(?:[{DASHES}]{{1,2}}|[0-9]*)" if "dash_decimals" in grammar.notations else rf"{point}[0-9]*"
    power = "(?:[eE][+-]?[0-9]+)?"
    return rf"(?P<number>(?:{whole})(?:{fraction})?{power}|{point}[0-9]+{power})"


def number_reader(grammar: Grammar) -> Callable[[str], float]:
    """The function that parses a text as float64, NaN where it means missing. It raises ValueError unless the text is a finite number.

    A limit ("<5") is the number that it names. A number with a scale is converted, one without is taken to be in the column's unit.
    """
    match = re.compile(number_pattern(grammar)).fullmatch
    missing = frozenset(grammar.missing) | {""}
    missing_numbers = frozenset(grammar.missing_numbers)
    thousands = re.compile(THOUSANDS.get(grammar.thousands, re.escape(grammar.thousands))) if grammar.thousands else None
    further = _further_reader(grammar)

    def read(text: str) -> float:
        text = western_digits(clean_text(text))
        if text in missing:
            return math.nan
        if len(text) > MOST_CHARACTERS:
            raise ValueError("too long for a number")
        found = match(text)
        if found is None:
            value = further(text)
            return math.nan if value in missing_numbers else value
        digits: str = found["number"]
        if thousands is not None:
            digits = thousands.sub("", digits)
        if grammar.decimal != ".":
            digits = digits.replace(grammar.decimal, ".")
        value = signed(found, digits)
        if math.isinf(value):
            raise ValueError("too large")
        if grammar.percent and found["percent"]:
            value /= 100
        return math.nan if value in missing_numbers else value

    signed = _with_notations(grammar) if grammar.notations or grammar.scales else _plain
    return read


def is_plain(grammar: Grammar) -> bool:
    """Whether numbers are written as in `Grammar()`."""
    written = (grammar.decimal, grammar.thousands, grammar.affixes, grammar.percent, grammar.notations, grammar.scales)
    return written == (".", "", (), False, (), ())


def plain_values(texts: Sequence[str], grammar: Grammar) -> Floats | None:
    """The numbers of some texts as `number_reader` reads them, (texts,) float64, where the grammar is plain and all are digits with a point
    or a minus at most, or empty; None where any is not.
    """
    if not is_plain(grammar) or not _PLAIN_CHARACTERS.issuperset("".join(texts)) or max(map(len, texts), default=0) > _SURELY_FINITE:
        return None
    try:
        values = np.array([float(text) if text else math.nan for text in texts])
    except ValueError:  # 1.2.3, 1-2
        return None
    if any(map(_DIGIT.search, grammar.missing)):
        values[[at for at, text in enumerate(texts) if text in grammar.missing]] = np.nan
    values[np.isin(values, grammar.missing_numbers)] = np.nan
    return values


def is_rounded(text: str, value: float) -> bool:
    """Whether a text is a whole number that its float64 `value` does not hold exactly."""
    if -EXACT < value < EXACT or not math.isfinite(value) or len(text) > MOST_CHARACTERS:
        return False
    digits = text.strip()
    return _WHOLE.fullmatch(digits) is not None and int(digits) != int(value)


def _plain(found: re.Match[str], digits: str) -> float:
    """The signed value of a number without further notations."""
    sign, behind = found["sign"], found["tail_sign"]
    if sign and behind:
        raise ValueError("not a number")
    return float(digits) if (sign or behind) in ("", "+") else -float(digits)


def _with_notations(grammar: Grammar) -> Callable[[re.Match[str], str], float]:
    """The function for the signed and converted value of a number by its notations and scales."""
    scales = {scale.mark: scale for scale in grammar.scales}

    def value_of(found: re.Match[str], digits: str) -> float:
        parts = found.groupdict()
        signs = [parts[name] for name in _SIGNS if parts.get(name)]
        opened = [name for name in ("open", "inner") if parts.get(name)]
        closed = bool(parts.get("close"))
        if len(opened) != closed or len(signs) + closed > 1:
            raise ValueError("not a number")
        digits = digits.rstrip(DASHES)
        value = -float(digits) if closed or (signs and signs[0].strip() != "+") else float(digits)
        if parts.get("side"):
            value *= scales[parts["side"]].times
        mark = parts.get("scale")
        return _converted(value, digits, scales[mark]) if mark else value

    return value_of


def _converted(value: float, digits: str, scale: Scale) -> float:
    """A number in the column's unit, by decimal arithmetic: 2.3 million is 2300000, which a product of floats is not."""
    if not math.isfinite(value) or (value == 0 and not scale.shift):
        return value
    exact = Decimal(digits) if value > 0 else -Decimal(digits)
    return float((exact + Decimal(repr(scale.shift))) * Decimal(repr(scale.times)) / Decimal(repr(scale.over)))


def _further_reader(grammar: Grammar) -> Callable[[str], float]:
    """The function for texts that are no single number: numbers in several parts, dashes and texts for zero. ValueError for any other."""
    compound = compound_reader(grammar)
    marks = "|".join(re.escape(mark) for mark in grammar.affixes)
    dashes = rf"(?:{marks})\s*[{DASHES}]{{1,2}}|[{DASHES}]{{1,2}}\s*(?:{marks})"
    is_zero = re.compile(dashes).fullmatch if marks and "dash_zero" in grammar.notations else None

    is_free = re.compile(FREE).fullmatch if "free_zero" in grammar.notations else None

    def read(text: str) -> float:
        if (is_zero is not None and is_zero(text)) or (is_free is not None and is_free(text)):
            return 0.0
        if compound is not None:
            return compound(text)
        raise ValueError("not a number")

    return read
