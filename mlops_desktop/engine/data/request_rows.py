"""Rows of a table as they would be sent to the service: JSON values that the schema reads back as the same row."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlops_desktop.serving.column_types import type_of
from mlops_desktop.serving.frame import Frame, Ints
from mlops_desktop.serving.schema import Column, Schema


def sent_row(schema: Schema, frame: Frame, row: int) -> dict[str, Any]:
    """One row of a frame that holds the schema's columns (and perhaps others): a value for each column, None where it is missing."""
    return {column.name: sent_value(column, frame, row) for column in schema.columns}


def sent_value(column: Column, frame: Frame, row: int) -> Any:
    """One cell: a number, a boolean, a level or text, a date as ISO text, or None."""
    return type_of(column).sent(column, frame, row)


def span(frame: Frame, name: str, rows: Ints) -> tuple[float, float] | None:
    """The least and the greatest number of a column among these rows; None when it holds none there."""
    values = frame.number(name)[rows]
    there = values[~np.isnan(values)]
    return (float(there.min()), float(there.max())) if len(there) else None
