"""Warnings on single cells of a file that the training data did not have, as a bundle gives them for each row of its answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from mlops_desktop.serving.cells import level_of
from mlops_desktop.serving.column import Column, ValidationIssue, out_of_range, unexpected_missing, unknown_level
from mlops_desktop.serving.frame import Bools, Frame
from mlops_desktop.serving.schema import CATEGORICAL_TYPES, NUMBER_TYPES, Schema


def unusual_values(schema: Schema, frame: Frame, absent: Collection[str] = ()) -> list[ValidationIssue]:
    """A warning for each cell that is missing where training had none, holds an unknown level, or lies outside the range of training.

    Numbers come first, then categories, then dates, each by row (from 0), as in a bundle. `absent` are the columns that the file lacks.
    """
    found: list[ValidationIssue] = []
    layout = schema.layout()
    for name in (*layout.numbers, *layout.categoricals, *layout.dates):
        column = schema.column(name)
        if name in absent:
            continue
        missing = frame.missing(column.name)
        if column.nullable and column.missing_share == 0:
            found.extend(unexpected_missing(column, row) for row in np.flatnonzero(missing).tolist())
        found.extend(_unusual(column, frame, ~missing))
    return found


def _unusual(column: Column, frame: Frame, there: Bools) -> Iterator[ValidationIssue]:
    if column.type in CATEGORICAL_TYPES:
        known = frozenset(map(level_of, column.levels)) - frozenset(column.grammar.missing)
        if column.type in ("category", "ordered") and known:
            codes, levels = frame.categorical(column.name)
            unseen = np.array([level not in known for level in levels] + [False], dtype=bool)
            yield from (unknown_level(column, row, "text") for row in np.flatnonzero(unseen[codes] & there).tolist())
    elif column.low is not None and column.high is not None:
        values = frame.number(column.name) if column.type in NUMBER_TYPES else frame.date(column.name)
        outside = there & ((values < column.low) | (values > column.high))
        yield from (out_of_range(column, row, "text") for row in np.flatnonzero(outside).tolist())
