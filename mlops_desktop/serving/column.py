"""An input column of the schema, and the validation issues (errors and warnings) of its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .cells import Grammar
from .dates import date_example, date_text, is_time_of_day
from .frame import Frame
from .message import Message, msg, number_msg
from .serialization import Serializable
from .value_text import number_text

TYPES = ("number", "integer", "boolean", "category", "ordered", "text", "id", "date")
NUMBER_TYPES = ("number", "integer", "boolean")
CATEGORICAL_TYPES = ("category", "ordered", "text", "id")


@dataclass(frozen=True)
class Column(Serializable):
    """One input column: its type, and a summary of its training data.

    `low` and `high` are the range of numbers (dates: int64 microseconds), `levels` the frequent levels in order (ordered categories: from
    low to high; booleans: none), `typical` a synthetic typical value (median, most frequent level, ISO text of a date; None when unknown),
    `nullable` whether missing values are accepted, `missing_share` the share of training rows without a value, 0 only when there was none.
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
    label: str = ""  # a short name for people; requests and answers have `name`

    @property
    def shown_name(self) -> str:
        """What a person reads instead of the name: the label, where there is one."""
        return self.label or self.name


@dataclass(frozen=True)
class ValidationIssue:
    """One error or warning. `row` counts from 0, None stands for the whole table; `got` is the kind of the value, never the value."""

    row: int | None
    field: str
    code: str
    message: str
    expected: str = ""
    got: str = ""


@dataclass(frozen=True, eq=False)
class ValidationResult:
    """A frame of the schema's layout with every row of the input, and all validation issues.

    Invalid cells are missing in the frame, so rows with errors must not be scored.
    """

    frame: Frame
    errors: Sequence[ValidationIssue]
    warnings: Sequence[ValidationIssue]


def expected(column: Column) -> str:
    """The values that a column accepts, as a phrase of a message."""
    if column.type == "boolean":
        texts = [text for pair in zip(column.grammar.true[:1], column.grammar.false[:1], strict=False) for text in pair]
        return msg("true or false (or “{true}” and “{false}”)", true=texts[0], false=texts[1]) if texts else msg("true or false")
    if column.type == "date":
        template = "a time such as “{example}”" if is_time_of_day(column.grammar.date) else "a date such as “{example}”"
        return msg(template, example=date_example(column.grammar))
    return msg({"number": "a number", "integer": "a whole number"}.get(column.type, "a text"))


def kind_of_value(value: Any) -> str:
    """The JSON kind of a value: null, boolean, number, text, list or object."""
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
    return number_text(bound, 10)


def range_text(column: Column) -> Message:
    """The range of the training data as a person writes it, its numbers with the marks of the language that it is translated to."""
    return msg("{low} to {high}", low=_bound(column, column.low), high=_bound(column, column.high))


def _bound(column: Column, bound: float | int | None) -> str:
    text = bound_text(column, bound)
    if bound is None or column.type == "date":
        return text
    form = next((form for form in (".10g", f".{len(text.partition('.')[2])}f") if format(bound, form) == text), "")
    return number_msg(bound, form) if form else text


def well_formed(text: str) -> str:
    """A text of a client as it may stand in an answer: half of a surrogate pair is “?”, as no encoding of Unicode can hold it."""
    return text.encode("utf-8", "replace").decode("utf-8")


# Messages of errors, by code; `{field}` and `{expected}` are filled in.
_ERRORS = {
    "missing": "“{field}” is needed: it may not be missing.",
    "wrong_type": "“{field}” must be {expected}.",
    "unreadable": "“{field}” cannot be read: it must be {expected}.",
    "with_zone": "“{field}” has a time zone, but the times of the training data had none: it must be {expected}, without a zone.",
    "not_integer": "“{field}” must be a whole number, without decimals.",
    "not_finite": "“{field}” must be a finite number.",
    "too_large": "“{field}” is too large to be held exactly.",
}


def invalid_value(column: Column, row: int | None, code: str, got: str) -> ValidationIssue:
    """The error with this code; its message repeats no part of the value."""
    accepted = expected(column)
    return ValidationIssue(row, column.name, code, msg(_ERRORS[code], field=column.name, expected=accepted), accepted, got)


def out_of_range(column: Column, row: int | None, got: str) -> ValidationIssue:
    """The warning that a value lies outside the range of the training data."""
    span = range_text(column)
    message = msg("“{column}” lies outside the range of the training data, {span}.", column=column.name, span=span)
    return ValidationIssue(row, column.name, "out_of_training_range", message, span, got)


def unknown_level(column: Column, row: int | None, got: str) -> ValidationIssue:
    """The warning that a category is not among the levels of the training data."""
    message = msg("“{column}” has a value that the training data did not have, or only rarely.", column=column.name)
    return ValidationIssue(row, column.name, "unknown_level", message, "one of the known levels", got)


def unexpected_missing(column: Column, row: int | None) -> ValidationIssue:
    """The warning that a value is missing in a column that had no missing values in training."""
    message = msg("“{column}” is missing; the training data had a value in every row.", column=column.name)
    return ValidationIssue(row, column.name, "missing_value", message, expected(column), "null")


def inexact(column: Column, row: int | None) -> ValidationIssue:
    """The warning that an integer is rounded because float64 cannot hold it."""
    message = msg("“{column}” has more digits than can be held; it is rounded.", column=column.name)
    return ValidationIssue(row, column.name, "inexact", message, "a number of at most 15 digits", "number")


def not_an_object(row: Any, i: int) -> ValidationIssue:
    """The error that a row is no object."""
    message = "Each row must be an object of fields and values."
    return ValidationIssue(i, "", "not_an_object", message, "an object", kind_of_value(row))


def unknown_field(row: int | None, name: str) -> ValidationIssue:
    """The warning that the model has no such column."""
    # The name came with the data: it is in `field` alone, truncated, so that a response can leave it out.
    message = "The model has no such field; it is left out."
    return ValidationIssue(row, well_formed(str(name)[:100]), "unknown_field", message, "the fields of the schema", "a further field")
