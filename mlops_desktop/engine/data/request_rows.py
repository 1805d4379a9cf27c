"""Rows of a table as they would be sent to the service: JSON values that the schema reads back as the same row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mlops_desktop.serving.dates import date_text
from mlops_desktop.serving.frame import MISSING_DATE, Frame, Ints
from mlops_desktop.serving.schema import NUMBER_TYPES, Column, Schema


def sent_row(schema: Schema, frame: Frame, row: int) -> dict[str, Any]:
    """One row of a frame that holds the schema's columns (and perhaps others): a value for each column, None where it is missing."""
    return {column.name: sent_value(column, frame, row) for column in schema.columns}


def sent_value(column: Column, frame: Frame, row: int) -> Any:
    """One cell: a number, a boolean, a level or text, a date as ISO text, or None."""
    if column.type in NUMBER_TYPES:
        value = float(frame.number(column.name)[row])
        if math.isnan(value):
            return None
        return bool(value) if column.type == "boolean" else int(value) if column.type == "integer" else value
    if column.type == "date":
        moment = int(frame.date(column.name)[row])
        return None if moment == MISSING_DATE else date_text(moment, column.grammar.date, column.grammar.zone)
    codes, levels = frame.categorical(column.name)
    code = int(codes[row])
    return None if code < 0 else levels[code]


def span(frame: Frame, name: str, rows: Ints) -> tuple[float, float] | None:
    """The least and the greatest number of a column among these rows; None when it holds none there."""
    values = frame.number(name)[rows]
    there = values[~np.isnan(values)]
    return (float(there.min()), float(there.max())) if len(there) else None
