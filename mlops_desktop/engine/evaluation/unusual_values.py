"""Warnings on single cells of a file that the training data did not have, as a bundle gives them for each row of its answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from mlops_desktop.serving.column import Column, ValidationIssue
from mlops_desktop.serving.column_types import type_of
from mlops_desktop.serving.column_types.levels import are_unseen, unknown_level
from mlops_desktop.serving.frame import Frame
from mlops_desktop.serving.schema import Schema


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
        if column.nullable and column.missing_share == 0:
            kind, missing = type_of(column), frame.missing(column.name)
            found.extend(kind.missing_in_row(column, row) for row in np.flatnonzero(missing).tolist())
        found.extend(_unusual(column, frame))
    return found


def _unusual(column: Column, frame: Frame) -> Iterator[ValidationIssue]:
    if column.is_categorical:
        codes, levels = frame.categorical(column.name)
        unseen = np.append(are_unseen(column, levels), False)
        yield from (unknown_level(column, row, "text") for row in np.flatnonzero(unseen[codes]).tolist())
    else:
        kind = type_of(column)
        outside = kind.are_outside(column, kind.values(column, frame))
        yield from (kind.out_of_range(column, row, "text") for row in np.flatnonzero(outside).tolist())
