"""Validates the rows of requests and the columns of tables by a schema, and makes frames of them.

What depends on the schema alone is prepared once, so that a row of twenty fields costs microseconds.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cells import EXACT, boolean_reader, boolean_texts, level_of, level_reader, recoded_level
from .column import (
    CATEGORICAL_TYPES,
    NUMBER_TYPES,
    Column,
    ValidationIssue,
    ValidationResult,
    inexact,
    invalid_value,
    kind_of_value,
    not_an_object,
    out_of_range,
    unexpected_missing,
    unknown_field,
    unknown_level,
)
from .dates import OffsetError, date_reader, is_written_as_number
from .frame import MISSING_DATE, Floats, Frame, Ints, Layout, Longs, encode
from .message import msg
from .names import known_names
from .numbers import is_rounded, number_reader, plain_values

_HUGE = sys.float_info.max
_LEAST = -(2**63) + 1


class Issues:
    """The errors and warnings of one call."""

    __slots__ = ("errors", "warnings")

    def __init__(self) -> None:
        self.errors: list[ValidationIssue] = []
        self.warnings: list[ValidationIssue] = []


class RequestValidator:
    """The columns of a schema with what validates a value of each."""

    def __init__(self, columns: Sequence[Column], layout: Layout) -> None:
        self._numbers = [c for c in columns if c.type in NUMBER_TYPES]
        self._categoricals = [c for c in columns if c.type in CATEGORICAL_TYPES]
        self._dates = [c for c in columns if c.type == "date"]
        self._names = frozenset(c.name for c in columns)
        self._place = {c.name: i for i, c in enumerate(columns)}
        self.layout = layout
        # Fast-path checks, per column: (name, types, low, high) and (name, levels). A value that fails them goes to the function of its
        # column, which decides every case.
        self._number_checks = [(c.name, *_fast_path_check(c)) for c in self._numbers]
        self._level_checks = [(c.name, _known(c)) for c in self._categoricals]
        self._number_cells = [_boolean_cell(c) if c.type == "boolean" else _number_cell(c) for c in self._numbers]
        self._level_cells = [_level_cell(c) for c in self._categoricals]
        self._date_cells = [(c.name, _date_cell(c)) for c in self._dates]

    def from_rows(self, rows: Sequence[Mapping[str, Any]]) -> ValidationResult:
        """See Schema.from_rows."""
        issues = Issues()
        count, width = len(rows), len(self._names)
        numbers: list[Any] = []
        codes: list[int] = []
        dates: list[int] = []
        indices: list[dict[str, int]] = [{} for _ in self._categoricals]
        number_checks, level_checks, date_cells = self._number_checks, self._level_checks, self._date_cells
        level_slots = list(zip(level_checks, indices, strict=True))
        row: Any
        for i, row in enumerate(rows):
            if type(row) is not dict and not isinstance(row, Mapping):
                issues.errors.append(not_an_object(row, i))
                row = {}  # scored as an empty row, whose answer is not used
                row_issues = Issues()
            else:
                row_issues = issues
                if not self._names.issuperset(row):
                    row = known_names(row, self._names)
            get = row.get
            unusual = len(row) != width
            for j, (name, types, low, high) in enumerate(number_checks):
                value = get(name)
                if type(value) in types and low <= value <= high:
                    numbers.append(value)
                else:
                    unusual = True
                    numbers.append(self._number_cells[j](value, i, row_issues))
            for j, ((name, known), index) in enumerate(level_slots):
                value = get(name)
                if type(value) is str and value in known:
                    codes.append(index.setdefault(value, len(index)))
                else:
                    unusual = True
                    level = self._level_cells[j](value, i, row_issues)
                    codes.append(index.setdefault(level, len(index)) if level else -1)
            for name, cell in date_cells:
                dates.append(cell(get(name), i, row_issues))
            if (unusual or date_cells) and row_issues is issues:
                self._unknown_fields(row, i, issues)
        frame = Frame(
            self.layout,
            count,
            np.array(numbers, dtype=np.float64).reshape(count, len(number_checks)),
            np.array(codes, dtype=np.intp).reshape(count, len(level_checks)),
            tuple([*index] for index in indices),
            np.array(dates, dtype=np.int64).reshape(count, len(date_cells)),
        )
        return ValidationResult(frame, issues.errors, issues.warnings)

    def _unknown_fields(self, row: Mapping[str, Any], i: int, issues: Issues) -> None:
        for name in row:
            if name not in self._names:
                issues.warnings.append(unknown_field(i, name))

    def from_texts(self, columns: Mapping[str, Sequence[str]], rows: int) -> ValidationResult:
        """See Schema.from_texts."""
        issues = Issues()
        numbers = np.full((rows, len(self._numbers)), np.nan)
        codes = np.full((rows, len(self._categoricals)), -1, dtype=np.intp)
        dates = np.full((rows, len(self._dates)), MISSING_DATE, dtype=np.int64)
        levels: list[Sequence[str]] = []
        for name in columns:
            if name not in self._names:
                issues.warnings.append(unknown_field(None, str(name)))
        for j, column in enumerate(self._numbers):
            cells, values = self._distinct(column, columns, issues)
            if values is not None:
                numbers[:, j] = values[cells]
        for j, column in enumerate(self._categoricals):
            texts = columns.get(column.name)
            if texts is None:
                _absent(column, issues)
                levels.append(())
                continue
            cells, raw = encode(text or "" for text in texts)
            readings = read_levels(column, raw)
            own, names = encode([level or None for level in readings])
            codes[:, j] = np.append(own, -1)[cells]
            levels.append(names)
            _note_missing_and_unusual(column, cells, ~np.equal(own, -1), _unknown_among(column, readings), issues)
        for j, column in enumerate(self._dates):
            cells, values = self._distinct(column, columns, issues)
            if values is not None:
                dates[:, j] = values[cells]
        issues.errors.sort(key=lambda problem: self._place[problem.field])
        return ValidationResult(Frame(self.layout, rows, numbers, codes, tuple(levels), dates), issues.errors, issues.warnings)

    def _distinct(self, column: Column, columns: Mapping[str, Sequence[str]], issues: Issues) -> tuple[Ints, NDArray[Any] | None]:
        """Codes of a column's cells and the values of its distinct texts (None when the column is absent), with their issues added."""
        texts = columns.get(column.name)
        if texts is None:
            _absent(column, issues)
            return np.empty(0, dtype=np.intp), None
        cells, raw = encode(text or "" for text in texts)
        values: NDArray[Any]
        values, refused = read_dates(column, raw) if column.type == "date" else read_numbers(column, raw)
        for at, code in refused.items():
            issues.errors.extend(invalid_value(column, int(row), code, "text") for row in np.flatnonzero(cells == at))
        if column.type == "number":
            for at in np.flatnonzero(np.abs(values) >= EXACT).tolist():
                if is_rounded(raw[at], values[at]):
                    issues.warnings.extend(inexact(column, int(row)) for row in np.flatnonzero(cells == at))
        there = ~np.isnan(values) if column.type != "date" else ~np.equal(values, MISSING_DATE)
        present = there.copy()
        present[list(refused)] = True  # refused already, not missing as well
        outside = np.zeros(len(raw), dtype=bool)
        if column.low is not None and column.high is not None:
            outside = there & ((values < column.low) | (values > column.high))
        _note_missing_and_unusual(column, cells, present, outside, issues)
        return cells, values


def read_numbers(column: Column, texts: Sequence[str]) -> tuple[Floats, dict[int, str]]:
    """Each text of a number, integer or boolean column as float64 (NaN where missing or refused), and error codes by position."""
    refused: dict[int, str] = {}
    values = plain_values(texts, column.grammar) if column.type != "boolean" else None
    if values is None:
        read = boolean_reader(column.grammar) if column.type == "boolean" else number_reader(column.grammar)
        values = np.empty(len(texts))
        for i, text in enumerate(texts):
            try:
                values[i] = read(text)
            except ValueError:
                values[i] = np.nan
                refused[i] = "unreadable"
    if column.type == "integer":
        for i in np.flatnonzero((values != np.floor(values)) & ~np.isnan(values)).tolist():
            refused[i] = "not_integer"
        for i in np.flatnonzero(np.abs(values) > EXACT).tolist():
            refused[i] = "too_large"
        values[list(refused)] = np.nan
    return values, refused


def read_levels(column: Column, texts: Sequence[str]) -> list[str]:
    """Each text as its canonical level, "" where missing."""
    read = level_reader(column.grammar)
    return [read(text or "") for text in texts]


def read_dates(column: Column, texts: Sequence[str]) -> tuple[Longs, dict[int, str]]:
    """Each text as microseconds (MISSING_DATE where missing or refused), and the code of the error at each refused position."""
    read = date_reader(column.grammar)
    values = np.empty(len(texts), dtype=np.int64)
    refused: dict[int, str] = {}
    for i, text in enumerate(texts):
        try:
            values[i] = read(text)
        except ValueError as error:
            values[i] = MISSING_DATE
            refused[i] = "with_zone" if isinstance(error, OffsetError) else "unreadable"
    return values, refused


def _fast_path_check(column: Column) -> tuple[frozenset[type], float, float]:
    """Types and range of the numbers that are valid without a warning. Comparing with the range also excludes NaN and infinity."""
    low = -_HUGE if column.low is None else column.low
    high = _HUGE if column.high is None else column.high
    if column.grammar.missing_numbers:
        return frozenset(), low, high
    if column.type == "boolean":
        return frozenset((bool,)), 0, 1
    types = (int,) if column.type == "integer" else (int, float)
    return frozenset(types), max(low, -EXACT), min(high, EXACT)


def _known(column: Column) -> frozenset[str]:
    return frozenset(level_of(level) for level in column.levels) - frozenset(column.grammar.missing)


def _boolean_cell(column: Column) -> Callable[[Any, int, Issues], float]:
    """The function that validates any value of a boolean column; it returns NaN where missing or refused."""
    texts, missing, recoded = boolean_texts(column.grammar), frozenset(column.grammar.missing), dict(column.grammar.recoded)

    def cell(value: Any, row: int, issues: Issues) -> float:
        if hasattr(value, "item"):
            value = value.item()
        if value is None or isinstance(value, str):
            level = recoded_level(value, recoded)
            if not level or level in missing:
                return _missing(column, row, issues)
            read = texts.get(level.casefold())
            return _refuse(column, row, "unreadable", value, issues) if read is None else read
        if isinstance(value, (bool, int, float)) and value in (0, 1):
            return float(value)
        return _refuse(column, row, "wrong_type", value, issues)

    return cell


def _number_cell(column: Column) -> Callable[[Any, int, Issues], float]:
    """The function that validates any value of a column of numbers or whole numbers; it returns NaN where missing or refused."""
    read_text, whole = number_reader(column.grammar), column.type == "integer"
    missing_numbers = frozenset(column.grammar.missing_numbers)
    low = -math.inf if column.low is None else column.low
    high = math.inf if column.high is None else column.high

    def cell(value: Any, row: int, issues: Issues) -> float:
        if hasattr(value, "item"):
            value = value.item()
        if value is None:
            return _missing(column, row, issues)
        given = value
        if isinstance(value, str):
            try:
                value = read_text(value)
            except ValueError:
                return _refuse(column, row, "unreadable", given, issues)
            if math.isnan(value):
                return _missing(column, row, issues)
            if is_rounded(given, value):
                issues.warnings.append(inexact(column, row))
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return _refuse(column, row, "wrong_type", given, issues)
        if isinstance(value, float) and not math.isfinite(value):
            return _refuse(column, row, "not_finite", given, issues)
        if whole and value != int(value):
            return _refuse(column, row, "not_integer", given, issues)
        if abs(value) > EXACT and (whole or isinstance(value, int)):
            if whole or abs(value) > _HUGE:
                return _refuse(column, row, "too_large", given, issues)
            if float(value) != value:
                issues.warnings.append(inexact(column, row))
        if value in missing_numbers:
            return _missing(column, row, issues)
        if not low <= value <= high:
            issues.warnings.append(out_of_range(column, row, kind_of_value(given)))
        return float(value)

    return cell


def _refuse(column: Column, row: int, code: str, value: Any, issues: Issues) -> float:
    issues.errors.append(invalid_value(column, row, code, kind_of_value(value)))
    return math.nan


def _level_cell(column: Column) -> Callable[[Any, int, Issues], str]:
    """The function that validates any value of a column of texts; it returns the canonical level, "" where missing or refused."""
    missing, recoded = frozenset(column.grammar.missing) | {""}, dict(column.grammar.recoded)
    known = _known(column)
    checks_levels = column.type in ("category", "ordered") and bool(known)

    def cell(value: Any, row: int, issues: Issues) -> str:
        if isinstance(value, float) and not math.isfinite(value):
            issues.errors.append(invalid_value(column, row, "not_finite", "number"))
            return ""
        try:
            level = recoded_level(value, recoded)
        except TypeError:
            issues.errors.append(invalid_value(column, row, "wrong_type", kind_of_value(value)))
            return ""
        if level in missing:
            _missing(column, row, issues)
            return ""
        if checks_levels and level not in known:
            issues.warnings.append(unknown_level(column, row, kind_of_value(value)))
        return level

    return cell


def _date_cell(column: Column) -> Callable[[Any, int, Issues], int]:
    """The function that validates any value of a column of dates; it returns MISSING_DATE where missing or refused."""
    read, takes_numbers = date_reader(column.grammar), is_written_as_number(column.grammar.date)
    low, high = _LEAST if column.low is None else column.low, math.inf if column.high is None else column.high

    def cell(value: Any, row: int, issues: Issues) -> int:
        if value is None:
            _missing(column, row, issues)
            return MISSING_DATE
        text = level_of(value) if takes_numbers and type(value) in (int, float) else value
        if not isinstance(text, str):
            issues.errors.append(invalid_value(column, row, "wrong_type", kind_of_value(value)))
            return MISSING_DATE
        try:
            moment: int = read(text)
        except ValueError as error:
            code = "with_zone" if isinstance(error, OffsetError) else "unreadable"
            issues.errors.append(invalid_value(column, row, code, "text"))
            return MISSING_DATE
        if moment == MISSING_DATE:
            _missing(column, row, issues)
        elif not low <= moment <= high:
            issues.warnings.append(out_of_range(column, row, "text"))
        return moment

    return cell


def _missing(column: Column, row: int | None, issues: Issues) -> float:
    if not column.nullable:
        issues.errors.append(invalid_value(column, row, "missing", "null"))
    elif column.missing_share == 0:
        issues.warnings.append(unexpected_missing(column, row))
    return math.nan


def _absent(column: Column, issues: Issues) -> None:
    """A column is absent: one issue for all rows."""
    if not column.nullable:
        issues.errors.append(invalid_value(column, None, "missing", "null"))
    else:
        message = msg("The column “{column}” is not there; its values count as missing.", column=column.name)
        issues.warnings.append(ValidationIssue(None, column.name, "missing_column", message, "a column of this name", "nothing"))


def _unknown_among(column: Column, readings: Sequence[str]) -> NDArray[np.bool_]:
    known = _known(column)
    if column.type not in ("category", "ordered") or not known:
        return np.zeros(len(readings), dtype=bool)
    return np.array([level != "" and level not in known for level in readings], dtype=bool)


def _note_missing_and_unusual(column: Column, cells: Ints, there: NDArray[np.bool_], unusual: NDArray[np.bool_], issues: Issues) -> None:
    """Add the issues of missing cells and of unusual ones (unknown levels, values outside the range) in a column of coded texts."""
    if not there.all():
        absent = np.append(~there, True)  # code -1: a cell without a text
        for row in np.flatnonzero(absent[cells]).tolist():
            _missing(column, row, issues)
    elif (cells < 0).any():
        for row in np.flatnonzero(cells < 0).tolist():
            _missing(column, row, issues)
    if unusual.any():
        warning = unknown_level if column.type in CATEGORICAL_TYPES else out_of_range
        issues.warnings.extend(warning(column, row, "text") for row in np.flatnonzero(np.append(unusual, False)[cells]).tolist())
