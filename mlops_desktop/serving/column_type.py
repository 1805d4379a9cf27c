"""What depends on the type of a column: how its values are read, checked, described, sent, made up, and counted in bins.

One class for each type in `column_types`; `column_types.type_of` finds it. Everything else asks the column itself, by what its type means
(`Column.is_number`, `Column.has_levels` …), and never compares names of types.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .bins import Bins
from .column import Column, Issues, ValidationIssue, kind_of_value
from .frame import Bools, Frame
from .message import Message, msg, number_msg
from .value_text import number_text

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


def sentence(column: Column, code: str, make: Callable[[], str]) -> str:
    """A sentence about a column, which is made once."""
    found = column.sentences.get(code)
    if found is None:
        found = column.sentences[code] = make()
    return found


class ColumnType(ABC):
    """The values of the columns of one type. It has no state: the column that is meant is the first argument everywhere."""

    id: ClassVar[str]

    # ---- reading and checking

    @abstractmethod
    def cell_check(self, column: Column) -> Callable[[Any, int, Issues], Any]:
        """The function that validates any JSON value: `(value, row, issues)` to the value of a frame, the missing one where it is missing
        or refused. It adds the errors and warnings.
        """

    @abstractmethod
    def read_texts(self, column: Column, texts: Sequence[str]) -> tuple[NDArray[Any], dict[int, str]]:
        """Each text as the value of a frame (float64, int64 microseconds; missing where refused), and codes of errors by position."""

    def fast_check(self, column: Column) -> tuple[frozenset[type], float, float]:
        """Python types and range of the values that are valid without a warning; no types where each value must be examined."""
        return frozenset(), 0.0, 0.0

    def are_there(self, values: NDArray[Any]) -> Bools:
        """Which of the values of a frame's column are not missing."""
        there: Bools = ~np.isnan(values)
        return there

    def are_outside(self, column: Column, values: NDArray[Any]) -> Bools:
        """Which values of a frame's column lie outside the range of training; none where there is no range. Missing values are not."""
        if column.low is None or column.high is None:
            return np.zeros(len(values), dtype=bool)
        return self.are_there(values) & ((values < column.low) | (values > column.high))

    def rounded(self, texts: Sequence[str], values: NDArray[Any]) -> list[int]:
        """The positions of texts whose value is not exactly what they say."""
        return []

    # ---- describing

    @abstractmethod
    def accepted(self, column: Column) -> str:
        """The values that a column accepts, as a phrase of a message."""

    @abstractmethod
    def json_schema(self, column: Column) -> dict[str, Any]:
        """The values that a column accepts as a JSON schema, `null` left out."""

    def bound_text(self, column: Column, bound: float | int | None) -> str:
        """One end of a column's range as a person writes it; "" where there is none."""
        return "" if bound is None else number_text(bound, 10)

    def range_text(self, column: Column) -> Message:
        """The range of the training data as a phrase, its numbers with the marks of the language that it is translated to."""
        return msg("{low} to {high}", low=self.bound_part(column, column.low), high=self.bound_part(column, column.high))

    def bound_part(self, column: Column, bound: float | int | None) -> str:
        """One end of a column's range as a part of a message."""
        text = self.bound_text(column, bound)
        if bound is None:
            return text
        form = next((form for form in (".10g", f".{len(text.partition('.')[2])}f") if format(bound, form) == text), "")
        return number_msg(bound, form) if form else text

    # ---- sending and making up

    @abstractmethod
    def values(self, column: Column, frame: Frame) -> NDArray[Any]:
        """The column of a frame: float64, int64 microseconds, or codes of levels."""

    @abstractmethod
    def sent(self, column: Column, frame: Frame, row: int) -> Any:
        """One cell of a frame as a request has it: a number, a boolean, a level or text, a date as text; None where it is missing."""

    @abstractmethod
    def made_up(self, column: Column) -> Any:
        """A value that is accepted, for a column without a typical value."""

    def example(self, column: Column) -> Any:
        """A value that the schema accepts, as it is sent: the typical one; null where there is none and a null is accepted."""
        return column.typical if column.typical is not None or column.nullable else self.made_up(column)

    # ---- counting

    @abstractmethod
    def bins(self, column: Column, frame: Frame) -> Bins:
        """The bins that drift is measured in, with the counts of the frame."""

    # ---- issues

    def error(self, column: Column, row: int | None, code: str, got: str) -> ValidationIssue:
        """The error with this code; its message repeats no part of the value."""
        accepted = sentence(column, "accepted", lambda: self.accepted(column))
        message = sentence(column, code, lambda: msg(_ERRORS[code], field=column.name, expected=accepted))
        return ValidationIssue(row, column.name, code, message, accepted, got)

    def out_of_range(self, column: Column, row: int | None, got: str) -> ValidationIssue:
        """The warning that a value lies outside the range of the training data."""
        code, text = "out_of_training_range", "“{column}” lies outside the range of the training data, {span}."
        span = sentence(column, "range", lambda: self.range_text(column))
        message = sentence(column, code, lambda: msg(text, column=column.name, span=span))
        return ValidationIssue(row, column.name, code, message, span, got)

    def missing_in_row(self, column: Column, row: int | None) -> ValidationIssue:
        """The warning that a value is missing in a column that had no missing values in training."""
        code, text = "missing_value", "“{column}” is missing; the training data had a value in every row."
        accepted = sentence(column, "accepted", lambda: self.accepted(column))
        message = sentence(column, code, lambda: msg(text, column=column.name))
        return ValidationIssue(row, column.name, code, message, accepted, "null")

    def refuse(self, column: Column, row: int, code: str, value: Any, issues: Issues) -> None:
        """Add the error that a value has."""
        issues.errors.append(self.error(column, row, code, kind_of_value(value)))

    def note_missing(self, column: Column, row: int | None, issues: Issues) -> None:
        """Add the error or the warning that a value is missing, where there is one."""
        if not column.nullable:
            issues.errors.append(self.error(column, row, "missing", "null"))
        elif column.missing_share == 0:
            issues.warnings.append(self.missing_in_row(column, row))

    def note_absent(self, column: Column, issues: Issues) -> None:
        """Add the one issue for all rows that the column is not there."""
        if not column.nullable:
            issues.errors.append(self.error(column, None, "missing", "null"))
        else:
            message = msg("The column “{column}” is not there; its values count as missing.", column=column.name)
            issues.warnings.append(ValidationIssue(None, column.name, "missing_column", message, "a column of this name", "nothing"))


def members(*types: type[ColumnType]) -> Mapping[str, ColumnType]:
    """One object of each class, by its id."""
    return {one.id: one() for one in types}
