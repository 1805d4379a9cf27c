"""The operators and functions of formulas, on whole columns.

Missing values stay missing; undefined results (a division by zero, the logarithm of zero, an overflow) are missing. Functions of texts run
once per distinct value. Rows are independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..frame import MISSING_DATE, Bools, Floats, Longs
from .values import (
    DAY,
    FIRST_DATE,
    LAST_DATE,
    Texts,
    finite,
    read_date,
    read_number,
    share_levels,
    to_dates,
    to_numbers,
    to_texts,
    write_date,
    write_number,
)

MAX_TEXT = 1_000_000  # characters; a longer text is missing, which bounds memory


@dataclass(frozen=True)
class Function:
    """One function: the kinds of its arguments and of its result, its implementation, usage and help.

    The last kind of `arguments` repeats when `repeats`. Kinds are number, boolean, text, date, `string` (all kinds, formatted as text)
    and `whole` (an integer literal).
    """

    arguments: tuple[str, ...]
    result: str
    apply: Callable[..., Any]
    usage: str
    help: str
    repeats: bool = False
    optional: int = 0


def _absent(*values: Floats) -> Bools:
    absent: Bools = np.isnan(values[0])
    for value in values[1:]:
        absent = absent | np.isnan(value)
    return absent


def _truth(true: Any, absent: Any) -> Floats:
    out: Floats = np.where(absent, np.nan, true)
    return out


def _power(base: Floats, exponent: Floats) -> Floats:
    # numpy has fast paths for these exponents when they are constant. They are always taken here, so that a row alone and in a table has
    # the same bits.
    result = np.power(base, exponent)
    for value, short in ((2.0, base * base), (1.0, base), (0.5, np.sqrt(base)), (-1.0, 1.0 / base)):
        result = np.where(exponent == value, short, result)
    return finite(result)


def _round(values: Floats, digits: Floats | None = None) -> Floats:
    rounded = np.round(values, 0 if digits is None else int(digits[0]))
    return finite(np.where(np.isfinite(rounded), rounded, values))  # rounding a huge number overflows: it stays unrounded


def _and(left: Floats, right: Floats) -> Floats:
    return np.where((left == 0) | (right == 0), 0.0, _truth(1.0, _absent(left, right)))


def _or(left: Floats, right: Floats) -> Floats:
    true = (~np.isnan(left) & (left != 0)) | (~np.isnan(right) & (right != 0))
    return np.where(true, 1.0, _truth(0.0, _absent(left, right)))


def _fold(step: Callable[[Any, Any], Any]) -> Callable[..., Floats]:
    def apply(*values: Floats) -> Floats:
        total = values[0]
        for value in values[1:]:
            total = step(total, value)
        return finite(total)

    return apply


def _mean(*values: Floats) -> Floats:
    return finite(_fold(np.add)(*values) / len(values))


def _compare(ufunc: Callable[[Any, Any], Any]) -> Callable[[Floats, Floats], Floats]:
    return lambda left, right: _truth(ufunc(left, right), _absent(left, right))


def _compare_dates(ufunc: Callable[[Any, Any], Any]) -> Callable[[Longs, Longs], Floats]:
    return lambda left, right: _truth(ufunc(left, right), (left == MISSING_DATE) | (right == MISSING_DATE))


def _choose(condition: Floats, yes: Floats, no: Floats) -> Floats:
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, yes, no))


def _choose_date(condition: Floats, yes: Longs, no: Longs) -> Longs:
    out: Longs = np.where(np.isnan(condition), MISSING_DATE, np.where(condition != 0, yes, no))
    return out


def _choose_text(condition: Floats, yes: Texts, no: Texts) -> Texts:
    (first, second), levels = share_levels(yes, no)
    return Texts(np.where(np.isnan(condition), -1, np.where(condition != 0, first, second)), levels)


def _first_number(*values: Floats) -> Floats:
    found = values[0]
    for value in values[1:]:
        found = np.where(np.isnan(found), value, found)
    return found


def _first_date(*values: Longs) -> Longs:
    found = values[0]
    for value in values[1:]:
        found = np.where(found == MISSING_DATE, value, found)
    return found


def _first_text(*values: Texts) -> Texts:
    parts, levels = share_levels(*values)
    found = parts[0]
    for part in parts[1:]:
        found = np.where(found < 0, part, found)
    return Texts(found, levels)


def _concat(*texts: str) -> str | None:
    return "".join(texts) if sum(map(len, texts)) <= MAX_TEXT else None


def _replace(text: str, old: str, new: str) -> str | None:
    if not old:
        return text
    return text.replace(old, new) if len(text) + text.count(old) * (len(new) - len(old)) <= MAX_TEXT else None


def _date_part(part: Callable[[Longs], Any]) -> Callable[[Longs], Floats]:
    return lambda dates: _truth(part(dates).astype(np.float64), dates == MISSING_DATE)


def _since(dates: Longs, unit: str) -> Longs:
    return dates.view("M8[us]").astype(f"M8[{unit}]").astype(np.int64)


def _day_of_month(dates: Longs) -> Longs:
    start = dates.view("M8[us]").astype("M8[M]").astype("M8[D]").astype(np.int64)
    return dates // DAY - start + 1


def _day_of_year(dates: Longs) -> Longs:
    start = dates.view("M8[us]").astype("M8[Y]").astype("M8[D]").astype(np.int64)
    return dates // DAY - start + 1


def _days_between(start: Longs, end: Longs) -> Floats:
    return _truth((end - start) / DAY, (start == MISSING_DATE) | (end == MISSING_DATE))


def _add_days(dates: Longs, days: Floats) -> Longs:
    bad = (dates == MISSING_DATE) | ~(np.abs(days) < 4e6)
    moved = np.where(bad, 0, dates) + np.rint(np.where(bad, 0.0, days) * DAY).astype(np.int64)
    out: Longs = np.where(bad | (moved < FIRST_DATE) | (moved > LAST_DATE), MISSING_DATE, moved)
    return out


def _is_missing(value: Any) -> Floats:
    absent = value.codes < 0 if isinstance(value, Texts) else value == MISSING_DATE if value.dtype == np.int64 else np.isnan(value)
    out: Floats = absent.astype(np.float64)
    return out


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip
_TEXT_COMPARISONS: dict[str, Callable[[str, str], float]] = {
    "=": str.__eq__, "!=": str.__ne__, "<": str.__lt__, "<=": str.__le__, ">": str.__gt__, ">=": str.__ge__,
}  # fmt: skip

# The implementation of each node of a tree, by its name. A name with a dot is the variant of an operator or function for a kind.
RUNS: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: finite(a + b),
    "-": lambda a, b: finite(a - b),
    "*": lambda a, b: finite(a * b),
    "/": lambda a, b: finite(a / b),
    "%": lambda a, b: finite(np.mod(a, b)),
    "^": _power,
    "neg": np.negative,
    "not": lambda a: _truth(a == 0, np.isnan(a)),
    "and": _and,
    "or": _or,
    "+.date": _add_days,
    "-.date": lambda a, b: _add_days(a, -b),
    "-.dates": lambda a, b: _days_between(b, a),
    "if.number": _choose,
    "if.text": _choose_text,
    "if.date": _choose_date,
    "coalesce.number": _first_number,
    "coalesce.text": _first_text,
    "coalesce.date": _first_date,
    "is_missing": _is_missing,
    "text.number": to_texts(write_number),
    "text.boolean": to_texts(lambda value: "true" if value else "false"),
    "text.date": to_texts(write_date),
    **{name: _compare(ufunc) for name, ufunc in _COMPARISONS.items()},
    **{f"{name}.date": _compare_dates(ufunc) for name, ufunc in _COMPARISONS.items()},
    **{f"{name}.text": to_numbers(function) for name, function in _TEXT_COMPARISONS.items()},
}

FUNCTIONS: dict[str, Function] = {
    "abs": Function(("number",), "number", np.abs, "abs(x)", "x without its sign."),
    "sign": Function(("number",), "number", np.sign, "sign(x)", "-1, 0 or 1."),
    "sqrt": Function(("number",), "number", lambda x: finite(np.sqrt(x)), "sqrt(x)", "The square root; missing below 0."),
    "exp": Function(("number",), "number", lambda x: finite(np.exp(x)), "exp(x)", "e to the power x."),
    "log": Function(("number",), "number", lambda x: finite(np.log(x)), "log(x)", "The natural logarithm; missing at 0 and below."),
    "log1p": Function(("number",), "number", lambda x: finite(np.log1p(x)), "log1p(x)", "The natural logarithm of 1 + x."),
    "log2": Function(("number",), "number", lambda x: finite(np.log2(x)), "log2(x)", "The logarithm to base 2."),
    "log10": Function(("number",), "number", lambda x: finite(np.log10(x)), "log10(x)", "The logarithm to base 10."),
    "floor": Function(("number",), "number", np.floor, "floor(x)", "The next whole number below."),
    "ceil": Function(("number",), "number", np.ceil, "ceil(x)", "The next whole number above."),
    "round": Function(("number", "whole"), "number", _round, "round(x, digits)", "Rounded; halves go to the even neighbour.", optional=1),
    "min": Function(("number",), "number", _fold(np.minimum), "min(x, y, …)", "The smallest; missing when one is missing.", repeats=True),
    "max": Function(("number",), "number", _fold(np.maximum), "max(x, y, …)", "The largest; missing when one is missing.", repeats=True),
    "sum": Function(("number",), "number", _fold(np.add), "sum(x, y, …)", "The sum; missing when one is missing.", repeats=True),
    "mean": Function(("number",), "number", _mean, "mean(x, y, …)", "The mean; missing when one is missing.", repeats=True),
    "year": Function(("date",), "number", _date_part(lambda d: _since(d, "Y") + 1970), "year(date)", "The year."),
    "quarter": Function(("date",), "number", _date_part(lambda d: _since(d, "M") % 12 // 3 + 1), "quarter(date)", "1 to 4."),
    "month": Function(("date",), "number", _date_part(lambda d: _since(d, "M") % 12 + 1), "month(date)", "1 to 12."),
    "day": Function(("date",), "number", _date_part(_day_of_month), "day(date)", "The day of the month, 1 to 31."),
    "day_of_year": Function(("date",), "number", _date_part(_day_of_year), "day_of_year(date)", "1 to 366."),
    "weekday": Function(("date",), "number", _date_part(lambda d: (d // DAY + 3) % 7), "weekday(date)", "0 (Monday) to 6 (Sunday)."),
    "hour": Function(("date",), "number", _date_part(lambda d: d // 3_600_000_000 % 24), "hour(date)", "0 to 23."),
    "minute": Function(("date",), "number", _date_part(lambda d: d // 60_000_000 % 60), "minute(date)", "0 to 59."),
    "days_between": Function(
        ("date", "date"), "number", _days_between, "days_between(start, end)", "Days from start to end, with fractions."
    ),
    "length": Function(("text",), "number", to_numbers(len), "length(text)", "How many characters."),
    "words": Function(("text",), "number", to_numbers(lambda t: len(t.split())), "words(text)", "How many words."),
    "count": Function(
        ("text", "text"),
        "number",
        to_numbers(lambda t, part: t.count(part) if part else 0),
        "count(text, part)",
        "How often part stands in it.",
    ),
    "contains": Function(
        ("text", "text"), "boolean", to_numbers(lambda t, part: part in t), "contains(text, part)", "True when part stands in it."
    ),
    "starts_with": Function(
        ("text", "text"), "boolean", to_numbers(str.startswith), "starts_with(text, part)", "True when it begins with part."
    ),
    "ends_with": Function(("text", "text"), "boolean", to_numbers(str.endswith), "ends_with(text, part)", "True when it ends with part."),
    "lower": Function(("text",), "text", to_texts(str.lower), "lower(text)", "In small letters."),
    "upper": Function(("text",), "text", to_texts(str.upper), "upper(text)", "In capital letters."),
    "trim": Function(("text",), "text", to_texts(str.strip), "trim(text)", "Without blanks at both ends."),
    "left": Function(("text", "whole"), "text", to_texts(lambda t, n: t[: max(int(n), 0)]), "left(text, n)", "The first n characters."),
    "right": Function(
        ("text", "whole"), "text", to_texts(lambda t, n: t[max(len(t) - int(n), 0) :]), "right(text, n)", "The last n characters."
    ),
    "replace": Function(("text", "text", "text"), "text", to_texts(_replace), "replace(text, old, new)", "With old replaced by new."),
    "concat": Function(
        ("string",), "text", to_texts(_concat), "concat(a, b, …)", "One text after the other; numbers and dates too.", repeats=True
    ),
    "number": Function(
        ("text",), "number", to_numbers(read_number), "number(text)", "The number that the text says, missing when it says none."
    ),
    "date": Function(("text",), "date", to_dates(read_date), 'date("2024-05-01")', "The date that the text says (year-month-day)."),
}
RUNS.update({name: function.apply for name, function in FUNCTIONS.items()})

# Functions whose kinds depend on their arguments; the parser knows their rules.
SPECIAL: dict[str, tuple[str, str]] = {
    "if": ("if(condition, then, else)", "One of two values; more pairs of condition and value may stand before the last."),
    "coalesce": ("coalesce(x, y, …)", "The first that is not missing."),
    "is_missing": ("is_missing(x)", "True when x is missing."),
    "text": ("text(x)", "A number or date as text."),
}
ALIASES = {
    "ln": "log",
    "ifmissing": "coalesce",
    "if_missing": "coalesce",
    "average": "mean",
    "len": "length",
    "strip": "trim",
    "ceiling": "ceil",
}
