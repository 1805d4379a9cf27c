"""Reads the distinct values of a column by its schema, each once: numbers, moments, levels."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import compress

import numpy as np

from mlops_desktop.engine.data.coded_texts import bytes_of, ends_of
from mlops_desktop.engine.data.quick_reading import iso_dates, number_dates, quick_numbers
from mlops_desktop.engine.data.raw_column import RawColumn, Reading, typed_texts
from mlops_desktop.engine.data.table import StoredLevels, stored_levels
from mlops_desktop.serving.cells import EXACT, Grammar, boolean_reader
from mlops_desktop.serving.column_types import type_of
from mlops_desktop.serving.column_types.levels import read_levels
from mlops_desktop.serving.dates import is_written_as_number, missing_dates
from mlops_desktop.serving.frame import MISSING_DATE, Bools, Floats, Longs, encode
from mlops_desktop.serving.numbers import is_plain
from mlops_desktop.serving.schema import NUMBER_TYPES, Column

_MAY_BE_OTHER_LEVEL = re.compile(rb"[^\x00-\x7f]|\.0")


def value_of_empty(raw: RawColumn, column: Column, levels: list[str]) -> float:
    """The value of a cell without one in a typed source: NaN or code -1, unless empty cells stand for a level (it joins `levels`)."""
    level = dict(column.grammar.recoded).get("") if column.grammar.recoded else None
    if column.type == "boolean":
        return boolean_reader(column.grammar)("") if level is not None else math.nan
    if level is None or raw.codes.min(initial=0) >= 0:
        return -1.0
    if level not in levels:
        levels.append(level)
    return float(levels.index(level))


def read_raw(raw: RawColumn, column: Column) -> Reading:
    """The distinct values of a column by its schema, read once: (values, levels, refused).

    `values` are float64, int64 microseconds, or codes into `levels`, by the column's type; `refused` maps positions among the distinct
    values to the code of the fault.
    """
    key = (column.type, column.grammar)
    if key not in raw._readings:
        values, levels, refused = _read(raw, column)
        raw._readings[key] = raw.keep(values), stored_levels(levels) if raw.on_disk and levels else levels, refused
    return raw._readings[key]


def _read(raw: RawColumn, column: Column) -> Reading:
    if column.is_date:
        return _read_dates(raw, column)
    if column.is_number:
        return _read_numbers(raw, column)
    if raw.kind == "text" and _are_levels(raw, column.grammar):
        there = ~raw.among(("", *column.grammar.missing))
        return np.where(there, np.cumsum(there) - 1, -1), _levels_where(raw, there), {}
    texts = raw.texts if raw.kind == "text" else typed_texts(raw, column)
    codes, levels = encode(level or None for level in read_levels(column, texts))
    return codes, levels, {}


def _are_levels(raw: RawColumn, grammar: Grammar) -> bool:
    """Whether each of the clean texts is a level of its own or missing: none stands for another, or may be a whole number such as 1.0."""
    return not grammar.recoded and not _MAY_BE_OTHER_LEVEL.search(bytes_of(raw.distinct))


def _levels_where(raw: RawColumn, there: Bools) -> Sequence[str]:
    """Some of the distinct texts as levels."""
    import pyarrow as pa

    if not raw.on_disk:
        return [*compress(raw.texts, there.tolist())]
    texts = raw.distinct.filter(pa.array(there))
    return StoredLevels(np.frombuffer(bytes_of(texts), np.uint8), ends_of(texts)[1:].astype(np.int64))


def _read_numbers(raw: RawColumn, column: Column) -> tuple[Floats, list[str], dict[int, str]]:
    if raw.kind == "boolean" and column.type != "boolean":
        return np.full(len(raw.counts), np.nan), [], dict.fromkeys(range(len(raw.counts)), "wrong_type")
    if raw.kind in NUMBER_TYPES:
        assert raw.values is not None
        values = np.where(np.isin(raw.values, column.grammar.missing_numbers), np.nan, raw.values)
        return values, [], _unfit(values, column)
    if raw.kind == "date":
        return np.full(len(raw.counts), np.nan), [], dict.fromkeys(range(len(raw.counts)), "wrong_type")
    if column.type == "boolean":
        values, refused = type_of(column).read_texts(column, raw.texts)
        return values, [], refused
    if raw.decimals is not None and is_plain(column.grammar):
        values = raw.decimals.copy()
        values[np.isin(values, column.grammar.missing_numbers) | raw.among(column.grammar.missing)] = np.nan
        return _without(values, _unfit(values, column))
    values, good = quick_numbers(raw.distinct, column.grammar)
    refused = _unfit(values, column)
    if not good.all():
        rest = np.flatnonzero(~good).tolist()
        slow, wrong = type_of(column).read_texts(column, raw.texts_at(rest))
        values[rest] = slow
        refused.update({rest[i]: code for i, code in wrong.items()})
    return _without(values, refused)


def _without(values: Floats, refused: dict[int, str]) -> tuple[Floats, list[str], dict[int, str]]:
    values[list(refused)] = np.nan
    return values, [], refused


def _unfit(values: Floats, column: Column) -> dict[int, str]:
    there = ~np.isnan(values)
    if column.type == "integer":
        found = dict.fromkeys(np.flatnonzero(there & (values != np.floor(values))).tolist(), "not_integer")
        return {**found, **dict.fromkeys(np.flatnonzero(there & (np.abs(values) > EXACT)).tolist(), "too_large")}
    if column.type == "boolean":
        return dict.fromkeys(np.flatnonzero(there & (values != 0) & (values != 1)).tolist(), "wrong_type")
    return {}


def _read_dates(raw: RawColumn, column: Column) -> tuple[Longs, list[str], dict[int, str]]:
    if raw.kind == "date":
        assert raw.values is not None
        return np.where(missing_dates(raw.values, column.grammar), MISSING_DATE, raw.values), [], {}
    if raw.kind in ("number", "integer") and is_written_as_number(column.grammar.date):
        moments, faults = type_of(column).read_texts(column, typed_texts(raw, Column(raw.name, "category")))
        return moments, [], faults
    if raw.kind != "text":
        return np.full(len(raw.counts), MISSING_DATE), [], dict.fromkeys(range(len(raw.counts)), "wrong_type")
    own = column.grammar
    values = iso_dates(raw.distinct) if not own.date and not own.zone and not raw.among(own.missing).any() else None
    if values is not None:
        return np.where(missing_dates(values, own), MISSING_DATE, values), [], {}
    values, shaped, impossible = number_dates(raw.distinct, own)
    rest = np.flatnonzero(~shaped).tolist()
    slow, wrong = type_of(column).read_texts(column, raw.texts_at(rest))
    values[rest] = slow
    refused = dict.fromkeys(np.flatnonzero(impossible).tolist(), "unreadable")
    return values, [], {**refused, **{rest[i]: code for i, code in wrong.items()}}
