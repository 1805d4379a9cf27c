"""Describes the columns of a model's schema: ranges, levels, usual values, none of which identifies a single row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from mlops_desktop.engine.data.table import Table
from mlops_desktop.engine.project import ColumnNote
from mlops_desktop.serving.dates import DAY, date_text, is_time_of_day
from mlops_desktop.serving.frame import MISSING_DATE, Frame, Longs
from mlops_desktop.serving.schema import Column, Schema

LEAST_ROWS = 5  # a level is named in what is exported when at least this many rows have it
DIGITS = 3  # ranges and usual values are rounded to so many significant digits, ranges outward
_HOUR = DAY // 24
_TINY = 1e-290


def describe_columns(table: Table, frame: Frame, notes: Mapping[str, ColumnNote] | None = None) -> Schema:
    """The schema of a frame's columns (rows of this table) in the table's order, described by these rows.

    Range, levels, typical value, missing share.

    Levels that fewer than LEAST_ROWS rows have are left out (an order that a person gave is kept whole); texts and identifiers have
    neither levels nor a typical value; numbers are rounded to DIGITS significant digits, ranges outward; ranges of dates are
    whole months, usual dates whole days, or hours where there is a time of day: so no value of a single row is given away.
    """
    notes = notes or {}
    here = set(frame.layout.names())
    return Schema(tuple(_described(c, frame, notes.get(c.name, ColumnNote())) for c in table.schema.columns if c.name in here))


def _described(column: Column, frame: Frame, note: ColumnNote) -> Column:
    missing = frame.missing(column.name)
    share = float(missing.mean()) if frame.rows else 0.0
    column = replace(
        column,
        nullable=True,
        unit=note.unit or column.unit,
        description=note.description or column.description,
        missing_share=max(round(share, 4), 0.0001) if share else 0.0,
    )
    if frame.rows == 0 or missing.all():
        return column
    if column.type == "boolean":
        return replace(column, typical=bool(np.mean(frame.number(column.name)[~missing]) >= 0.5))
    if column.is_number:
        return _of_number(column, frame.number(column.name)[~missing])
    if column.is_date:
        return _of_date(column, frame.date(column.name)[~missing])
    return _categorical_summary(column, frame, note)


def _of_number(column: Column, values: np.ndarray[Any, Any]) -> Column:
    low, high, middle = rounded(float(values.min()), -1), rounded(float(values.max()), 1), rounded(float(np.median(values)), 0)
    if column.type == "integer":
        return replace(column, low=int(low), high=int(high), typical=round(middle))
    return replace(column, low=low, high=high, typical=middle)


def rounded(value: float, direction: int) -> float:
    """A number with DIGITS significant digits: the next one below (-1), above (1), or the nearest (0)."""
    if abs(value) < _TINY or not math.isfinite(value):
        return value
    exponent = math.floor(math.log10(abs(value))) - DIGITS + 1
    step: float = 10.0 ** abs(exponent)
    scaled = value / step if exponent >= 0 else value * step
    found = _unscaled(round(scaled), step, exponent)
    if found != value and direction:
        found = _unscaled(math.floor(scaled) if direction < 0 else math.ceil(scaled), step, exponent)
    return found if math.isfinite(found) else value


def _unscaled(whole: int, step: float, exponent: int) -> float:
    return whole * step if exponent >= 0 else whole / step


def _of_date(column: Column, values: Longs) -> Column:
    low, high, middle = int(values.min()), int(values.max()), int(np.sort(values)[(len(values) - 1) // 2])
    if is_time_of_day(column.grammar.date):
        low, high, middle = low // _HOUR * _HOUR, min(-(-high // _HOUR) * _HOUR, DAY - 1), middle // _HOUR * _HOUR
    else:
        whole = _HOUR if np.any(values % DAY) else DAY  # the hour where the column has a time of day
        months = np.array([low, high], dtype="datetime64[us]").astype("datetime64[M]")
        low = int(months[0].astype("datetime64[us]").astype(np.int64))
        high = int((months[1] + 1).astype("datetime64[us]").astype(np.int64)) - 1
        middle = middle // whole * whole
    assert low != MISSING_DATE
    return replace(column, low=low, high=high, typical=date_text(middle, column.grammar.date, column.grammar.zone))


def _categorical_summary(column: Column, frame: Frame, note: ColumnNote) -> Column:
    if column.is_free_text:
        return replace(column, levels=(), typical=None)
    codes, names = frame.categorical(column.name)
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    frequent = {names[i]: int(counts[i]) for i in np.flatnonzero(counts >= LEAST_ROWS).tolist()}
    usual = min(frequent, key=lambda level: (-frequent[level], level), default=None)
    if column.type == "ordered":
        given = set(note.levels)
        return replace(column, levels=tuple(level for level in column.levels if level in frequent or level in given), typical=usual)
    return replace(column, levels=tuple(sorted(frequent, key=lambda level: (-frequent[level], level))), typical=usual)
