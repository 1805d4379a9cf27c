"""Numbers, and whole numbers among them."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..bins import Bins, number_bins
from ..cells import EXACT
from ..column import Column, Issues, ValidationIssue, kind_of_value
from ..column_type import ColumnType, sentence
from ..frame import Floats, Frame
from ..message import msg
from ..numbers import is_rounded, number_reader, plain_values

_HUGE = sys.float_info.max


class Number(ColumnType):
    """float64; a text is read with the marks of the column."""

    id = "number"
    whole = False

    def cell_check(self, column: Column) -> Callable[[Any, int, Issues], float]:
        """See the base class."""
        read_text, whole = number_reader(column.grammar), self.whole
        missing_numbers = frozenset(column.grammar.missing_numbers)
        low = -math.inf if column.low is None else column.low
        high = math.inf if column.high is None else column.high

        def missing(row: int, issues: Issues) -> float:
            self.note_missing(column, row, issues)
            return math.nan

        def refused(row: int, code: str, value: Any, issues: Issues) -> float:
            self.refuse(column, row, code, value, issues)
            return math.nan

        def cell(value: Any, row: int, issues: Issues) -> float:
            if hasattr(value, "item"):
                value = value.item()
            if value is None:
                return missing(row, issues)
            given = value
            if isinstance(value, str):
                try:
                    value = read_text(value)
                except ValueError:
                    return refused(row, "unreadable", given, issues)
                if math.isnan(value):
                    return missing(row, issues)
                if is_rounded(given, value):
                    issues.warnings.append(inexact(column, row))
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                return refused(row, "wrong_type", given, issues)
            if isinstance(value, float) and not math.isfinite(value):
                return refused(row, "not_finite", given, issues)
            if whole and value != int(value):
                return refused(row, "not_integer", given, issues)
            if abs(value) > EXACT and (whole or isinstance(value, int)):
                if whole or abs(value) > _HUGE:
                    return refused(row, "too_large", given, issues)
                if float(value) != value:
                    issues.warnings.append(inexact(column, row))
            if value in missing_numbers:
                return missing(row, issues)
            if not low <= value <= high:
                issues.warnings.append(self.out_of_range(column, row, kind_of_value(given)))
            return float(value)

        return cell

    def fast_check(self, column: Column) -> tuple[frozenset[type], float, float]:
        """See the base class. Comparing with the range also excludes NaN and infinity."""
        if column.grammar.missing_numbers:
            return super().fast_check(column)
        low = -_HUGE if column.low is None else column.low
        high = _HUGE if column.high is None else column.high
        return frozenset((int,) if self.whole else (int, float)), max(low, -EXACT), min(high, EXACT)

    def read_texts(self, column: Column, texts: Sequence[str]) -> tuple[Floats, dict[int, str]]:
        """See the base class."""
        values = plain_values(texts, column.grammar)
        return (values, {}) if values is not None else read_each(number_reader(column.grammar), texts)

    def rounded(self, texts: Sequence[str], values: Floats) -> list[int]:
        """See the base class."""
        return [at for at in np.flatnonzero(np.abs(values) >= EXACT).tolist() if is_rounded(texts[at], values[at])]

    def accepted(self, column: Column) -> str:
        """See the base class."""
        return msg("a number")

    def json_schema(self, column: Column) -> dict[str, Any]:
        """See the base class."""
        return {"type": ["number"], "minimum": -_HUGE, "maximum": _HUGE}

    def values(self, column: Column, frame: Frame) -> Floats:
        """See the base class."""
        return frame.number(column.name)

    def sent(self, column: Column, frame: Frame, row: int) -> Any:
        """See the base class."""
        value = float(frame.number(column.name)[row])
        return None if math.isnan(value) else self.of_float(value)

    def of_float(self, value: float) -> Any:
        """A number of a frame as a request has it."""
        return value

    def made_up(self, column: Column) -> Any:
        """See the base class."""
        return column.low if column.low is not None else 0

    def bins(self, column: Column, frame: Frame) -> Bins:
        """See the base class."""
        return number_bins(column.name, "number", frame.number(column.name), column)


class Integer(Number):
    """Whole numbers as far as float64 holds each of them; others are refused, and none is rounded."""

    id = "integer"
    whole = True

    def rounded(self, texts: Sequence[str], values: Floats) -> list[int]:
        """See the base class."""
        return []

    def read_texts(self, column: Column, texts: Sequence[str]) -> tuple[Floats, dict[int, str]]:
        """See the base class."""
        values, refused = super().read_texts(column, texts)
        for i in np.flatnonzero((values != np.floor(values)) & ~np.isnan(values)).tolist():
            refused[i] = "not_integer"
        for i in np.flatnonzero(np.abs(values) > EXACT).tolist():
            refused[i] = "too_large"
        values[list(refused)] = np.nan
        return values, refused

    def accepted(self, column: Column) -> str:
        """See the base class."""
        return msg("a whole number")

    def json_schema(self, column: Column) -> dict[str, Any]:
        """See the base class."""
        return {"type": ["integer"], "minimum": -EXACT, "maximum": EXACT}

    def of_float(self, value: float) -> Any:
        """See the base class."""
        return int(value)

    def made_up(self, column: Column) -> Any:
        """See the base class."""
        return int(super().made_up(column))


def read_each(read: Callable[[str], float], texts: Sequence[str]) -> tuple[Floats, dict[int, str]]:
    """Each text by a reader, NaN and an error where it raises ValueError."""
    values, refused = np.empty(len(texts)), dict[int, str]()
    for i, text in enumerate(texts):
        try:
            values[i] = read(text)
        except ValueError:
            values[i] = np.nan
            refused[i] = "unreadable"
    return values, refused


def inexact(column: Column, row: int | None) -> ValidationIssue:
    """The warning that an integer is rounded because float64 cannot hold it."""
    text = "“{column}” has more digits than can be held; it is rounded."
    message = sentence(column, "inexact", lambda: msg(text, column=column.name))
    return ValidationIssue(row, column.name, "inexact", message, "a number of at most 15 digits", "number")
