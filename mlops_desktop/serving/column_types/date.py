"""Dates, moments, and times of day."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bins import Bins, date_values, number_bins
from ..cells import level_of
from ..column import Column, Issues, ValidationIssue
from ..column_type import ColumnType
from ..date_notation import no_day
from ..dates import OffsetError, accepted_pattern, date_example, date_reader, date_text, is_time_of_day, is_written_as_number
from ..frame import MISSING_DATE, Bools, Frame, Longs
from ..message import msg

_LEAST = -(2**63) + 1


class Date(ColumnType):
    """int64 microseconds since 1970, MISSING_DATE where missing."""

    id = "date"

    def cell_check(self, column: Column) -> Callable[[Any, int, Issues], int]:
        """See the base class."""
        read, takes_numbers = date_reader(column.grammar), is_written_as_number(column.grammar.date)
        low, high = _LEAST if column.low is None else column.low, math.inf if column.high is None else column.high

        def cell(value: Any, row: int, issues: Issues) -> int:
            if value is None:
                self.note_missing(column, row, issues)
                return MISSING_DATE
            text = level_of(value) if takes_numbers and type(value) in (int, float) else value
            if not isinstance(text, str):
                self.refuse(column, row, "wrong_type", value, issues)
                return MISSING_DATE
            try:
                moment: int = read(text)
            except ValueError as error:
                issues.errors.append(self.error(column, row, _code(error), "text"))
                return MISSING_DATE
            if moment == MISSING_DATE:
                self.note_missing(column, row, issues)
            elif low <= moment <= high:
                return moment
            elif day := no_day(column, moment):
                issues.warnings.append(_no_date(column, row, day))
                self.note_missing(column, row, issues)
                return MISSING_DATE
            else:
                issues.warnings.append(self.out_of_range(column, row, "text"))
            return moment

        return cell

    def read_texts(self, column: Column, texts: Sequence[str]) -> tuple[Longs, dict[int, str]]:
        """See the base class."""
        read = date_reader(column.grammar)
        values, refused = np.empty(len(texts), dtype=np.int64), dict[int, str]()
        for i, text in enumerate(texts):
            try:
                moment = read(text)
                values[i] = MISSING_DATE if no_day(column, moment) else moment
            except ValueError as error:
                values[i] = MISSING_DATE
                refused[i] = _code(error)
        return values, refused

    def are_there(self, values: NDArray[Any]) -> Bools:
        """See the base class."""
        there: Bools = ~np.equal(values, MISSING_DATE)
        return there

    def accepted(self, column: Column) -> str:
        """See the base class."""
        template = "a time such as “{example}”" if is_time_of_day(column.grammar.date) else "a date such as “{example}”"
        return msg(template, example=date_example(column.grammar))

    def json_schema(self, column: Column) -> dict[str, Any]:
        """See the base class."""
        return {"type": ["string"], "pattern": rf"^\s*(?:{accepted_pattern(column.grammar)})\s*$"}

    def bound_text(self, column: Column, bound: float | int | None) -> str:
        """See the base class."""
        return "" if bound is None else date_text(int(bound), column.grammar.date, column.grammar.zone)

    def bound_part(self, column: Column, bound: float | int | None) -> str:
        """See the base class."""
        return self.bound_text(column, bound)

    def values(self, column: Column, frame: Frame) -> Longs:
        """See the base class."""
        return frame.date(column.name)

    def sent(self, column: Column, frame: Frame, row: int) -> Any:
        """See the base class."""
        moment = int(frame.date(column.name)[row])
        return None if moment == MISSING_DATE else date_text(moment, column.grammar.date, column.grammar.zone)

    def made_up(self, column: Column) -> Any:
        """See the base class."""
        return self.bound_text(column, column.low) or date_example(column.grammar)

    def bins(self, column: Column, frame: Frame) -> Bins:
        """See the base class."""
        return number_bins(column.name, "date", date_values(frame.date(column.name)), column)


def _no_date(column: Column, row: int, day: str) -> ValidationIssue:
    message = msg("{value} means “no date” in {names} and counts as missing.", names=msg("“{column}”", column=column.name), value=day)
    return ValidationIssue(row, column.name, "no_date", message, got="text")


def _code(error: ValueError) -> str:
    return "with_zone" if isinstance(error, OffsetError) else "unreadable"
