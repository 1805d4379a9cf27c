"""Validates the rows of requests and the columns of tables by a schema, and makes frames of them.

What depends on the schema alone is prepared once, so that a row of twenty fields costs microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .column import Column, Issues, ValidationResult, not_an_object, unknown_field
from .column_types import type_of
from .column_types.levels import are_unseen, known_levels, read_levels, unknown_level
from .column_types.number import inexact
from .frame import MISSING_DATE, Frame, Ints, Layout, encode
from .names import known_names

MAX_UNKNOWN = 20  # fields of one row that the model does not have, that warnings name


class RequestValidator:
    """The columns of a schema with what validates a value of each."""

    def __init__(self, columns: Sequence[Column], layout: Layout) -> None:
        self._numbers = [c for c in columns if c.is_number]
        self._categoricals = [c for c in columns if c.is_categorical]
        self._dates = [c for c in columns if c.is_date]
        self._names = frozenset(c.name for c in columns)
        self._place = {c.name: i for i, c in enumerate(columns)}
        self.layout = layout
        # Fast-path checks, per column: (name, types, low, high) and (name, levels). A value that fails them goes to the function of its
        # column, which decides every case.
        self._number_checks = [(c.name, *type_of(c).fast_check(c)) for c in self._numbers]
        self._level_checks = [(c.name, known_levels(c)) for c in self._categoricals]
        self._number_cells = [type_of(c).cell_check(c) for c in self._numbers]
        self._level_cells = [type_of(c).cell_check(c) for c in self._categoricals]
        self._date_cells = [(c.name, type_of(c).cell_check(c)) for c in self._dates]

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
                numbers += [np.nan] * len(number_checks)  # an empty row, whose answer is not used
                codes += [-1] * len(level_checks)
                dates += [MISSING_DATE] * len(date_cells)
                continue
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
                    numbers.append(self._number_cells[j](value, i, issues))
            for j, ((name, known), index) in enumerate(level_slots):
                value = get(name)
                if type(value) is str and value in known:
                    codes.append(index.setdefault(value, len(index)))
                else:
                    unusual = True
                    level = self._level_cells[j](value, i, issues)
                    codes.append(index.setdefault(level, len(index)) if level else -1)
            for name, cell in date_cells:
                dates.append(cell(get(name), i, issues))
            if unusual or date_cells:
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
        further = (name for name in row if name not in self._names)
        issues.warnings += [unknown_field(i, name) for name in islice(further, MAX_UNKNOWN)]

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
                type_of(column).note_absent(column, issues)
                levels.append(())
                continue
            cells, raw = encode(text or "" for text in texts)
            readings = read_levels(column, raw)
            own, names = encode([level or None for level in readings])
            codes[:, j] = np.append(own, -1)[cells]
            levels.append(names)
            _note_missing_and_unusual(column, cells, ~np.equal(own, -1), are_unseen(column, readings), issues)
        for j, column in enumerate(self._dates):
            cells, values = self._distinct(column, columns, issues)
            if values is not None:
                dates[:, j] = values[cells]
        issues.errors.sort(key=lambda problem: self._place[problem.field])
        return ValidationResult(Frame(self.layout, rows, numbers, codes, tuple(levels), dates), issues.errors, issues.warnings)

    def _distinct(self, column: Column, columns: Mapping[str, Sequence[str]], issues: Issues) -> tuple[Ints, NDArray[Any] | None]:
        """Codes of a column's cells and the values of its distinct texts (None when the column is absent), with their issues added."""
        texts, kind = columns.get(column.name), type_of(column)
        if texts is None:
            kind.note_absent(column, issues)
            return np.empty(0, dtype=np.intp), None
        cells, raw = encode(text or "" for text in texts)
        values, refused = kind.read_texts(column, raw)
        for at, code in refused.items():
            issues.errors.extend(kind.error(column, int(row), code, "text") for row in np.flatnonzero(cells == at))
        for at in kind.rounded(raw, values):
            issues.warnings.extend(inexact(column, int(row)) for row in np.flatnonzero(cells == at))
        present = kind.are_there(values)
        present[list(refused)] = True  # refused already, not missing as well
        _note_missing_and_unusual(column, cells, present, kind.are_outside(column, values), issues)
        return cells, values


def _note_missing_and_unusual(column: Column, cells: Ints, there: NDArray[np.bool_], unusual: NDArray[np.bool_], issues: Issues) -> None:
    """Add the issues of missing cells and of unusual ones (unknown levels, values outside the range) in a column of coded texts."""
    kind = type_of(column)
    if not there.all():
        absent = np.append(~there, True)  # code -1: a cell without a text
        for row in np.flatnonzero(absent[cells]).tolist():
            kind.note_missing(column, row, issues)
    elif (cells < 0).any():
        for row in np.flatnonzero(cells < 0).tolist():
            kind.note_missing(column, row, issues)
    if unusual.any():
        warning = unknown_level if column.is_categorical else kind.out_of_range
        issues.warnings.extend(warning(column, row, "text") for row in np.flatnonzero(np.append(unusual, False)[cells]).tolist())
