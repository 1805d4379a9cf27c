"""One input column, and what can be wrong or unusual with a value that is sent for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .cells import Grammar
from .dates import date_example, date_text, is_time_of_day
from .frame import Frame
from .serialization import Serializable

TYPES = ("number", "integer", "boolean", "category", "ordered", "text", "id", "date")
NUMBER_TYPES = ("number", "integer", "boolean")
WORD_TYPES = ("category", "ordered", "text", "id")


@dataclass(frozen=True)
class Column(Serializable):
    """One input column: what it holds, and what training saw of it.

    `low` and `high` are the range of numbers (dates: int64 microseconds), `levels` the frequent levels in order (ordered categories: from
    low to high; booleans: none), `typical` a synthetic usual value (median, most frequent level, ISO text of a date; None when unknown),
    `nullable` whether missing values may be sent, `missing_share` the share of rows without a value, 0 only when there was none.
    """

    name: str
    type: str
    grammar: Grammar = Grammar()  # noqa: RUF009  (frozen, so shared safely)
    unit: str = ""
    description: str = ""
    nullable: bool = True
    low: float | int | None = None
    high: float | int | None = None
    levels: tuple[str, ...] = ()
    typical: str | float | int | bool | None = None
    missing_share: float = 0.0


@dataclass(frozen=True)
class Problem:
    """One fault or remark. `row` counts from 0, None stands for the whole table; `got` is the kind of what was sent, never its value."""

    row: int | None
    field: str
    code: str
    message: str
    expected: str = ""
    got: str = ""


@dataclass(frozen=True, eq=False)
class Checked:
    """A frame of the schema's layout with every row that was sent, and all that was found.

    Refused cells are missing in the frame: leave rows with errors out.
    """

    frame: Frame
    errors: Sequence[Problem]
    warnings: Sequence[Problem]


def expected(column: Column) -> str:
    """What a column takes, in words."""
    if column.type == "boolean":
        words = [w for pair in zip(column.grammar.true[:1], column.grammar.false[:1], strict=False) for w in pair]
        return "true or false" + (f" (or “{words[0]}” and “{words[1]}”)" if words else "")
    if column.type == "date":
        return f"a {'time' if is_time_of_day(column.grammar.date) else 'date'} such as “{date_example(column.grammar)}”"
    return {"number": "a number", "integer": "a whole number"}.get(column.type, "a text")


def kind_of_value(value: Any) -> str:
    """The kind of a value that was sent: null, boolean, number, text, list or object."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, (list, tuple)) else "object" if isinstance(value, dict) else type(value).__name__


def bound_text(column: Column, bound: float | int | None) -> str:
    """One end of a column's range as a person writes it; "" where there is none."""
    if bound is None:
        return ""
    if column.type == "date":
        return date_text(int(bound), column.grammar.date, column.grammar.zone)
    return f"{bound:.10g}" if math.isfinite(bound) else str(bound)


# Why a value is refused, by code; `{field}` and `{expected}` are filled in.
_ERRORS = {
    "missing": "“{field}” is needed: it may not be missing.",
    "wrong_type": "“{field}” must be {expected}.",
    "unreadable": "“{field}” cannot be read: it must be {expected}.",
    "not_integer": "“{field}” must be a whole number, without decimals.",
    "not_finite": "“{field}” must be a finite number.",
    "too_large": "“{field}” is too large to be held exactly.",
}


def fault(column: Column, row: int | None, code: str, got: str) -> Problem:
    """The error of this code for a column; no part of the value stands in it."""
    wanted = expected(column)
    return Problem(row, column.name, code, _ERRORS[code].format(field=column.name, expected=wanted), wanted, got)


def out_of_range(column: Column, row: int | None, got: str) -> Problem:
    """The remark that a value lies outside what training saw."""
    span = f"{bound_text(column, column.low)} to {bound_text(column, column.high)}"
    message = f"“{column.name}” lies outside the range of the training data, {span}."
    return Problem(row, column.name, "out_of_training_range", message, span, got)


def unknown_level(column: Column, row: int | None, got: str) -> Problem:
    """The remark that a level was unknown in training."""
    message = f"“{column.name}” has a value that the training data did not have, or only rarely."
    return Problem(row, column.name, "unknown_level", message, "one of the known levels", got)


def never_missing(column: Column, row: int | None) -> Problem:
    """The remark that a missing value is new."""
    message = f"“{column.name}” is missing; the training data had a value in every row."
    return Problem(row, column.name, "missing_value", message, expected(column), "null")


def inexact(column: Column, row: int | None) -> Problem:
    """The remark that an integer is rounded because float64 cannot hold it."""
    message = f"“{column.name}” has more digits than can be held; it is rounded."
    return Problem(row, column.name, "inexact", message, "a number of at most 15 digits", "number")
