"""Finds the columns that a model cannot do without: when they are missing or extreme, it has no finite score.

It is found by scoring rows, so it holds for every transform and model.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .answers import unanswered
from .explain import typical_frame
from .frame import MISSING_DATE, Frame
from .schema import Schema
from .scorer import Scorer

SAMPLED = 200  # rows among which some with a finite score are sought
BASES = 3  # of them, in which each column is set to missing in turn


def with_required_inputs(scorer: Scorer, frame: Frame) -> Schema:
    """The scorer's schema with the columns required without which rows of the frame have no finite score.

    `frame` holds training rows. A column with missing values in the training data is never required.
    """
    sample = (
        np.unique(np.linspace(0, frame.rows - 1, min(SAMPLED, frame.rows)).astype(np.intp)) if frame.rows else np.empty(0, dtype=np.intp)
    )
    tried = frame.take(sample)
    answered = np.setdiff1d(np.arange(tried.rows), unanswered(scorer.scores(tried)) if tried.rows else [])
    layout = frame.layout
    nothing = Frame(
        layout,
        1,
        np.full((1, len(layout.numbers)), np.nan),
        np.full((1, len(layout.categoricals)), -1, dtype=np.intp),
        tuple([] for _ in layout.categoricals),
        np.full((1, len(layout.dates)), MISSING_DATE, dtype=np.int64),
    )
    needed: set[str] = set()
    for row in answered[:BASES].tolist():
        at = np.array([row], dtype=np.intp)
        names, each = _one_changed(tried.take(at), nothing)
        needed.update(names[i] for i in unanswered(scorer.scores(each)))
    needed -= {column.name for column in scorer.schema.columns if column.missing_share > 0}
    if not needed:
        return scorer.schema
    return Schema(tuple(replace(column, nullable=column.nullable and column.name not in needed) for column in scorer.schema.columns))


def blocking_columns(scorer: Scorer, row: Frame) -> list[str]:
    """The columns of a row without a finite score each of which alone, set to its typical value, would give one; in the schema's order."""
    names, each = _one_changed(row, typical_frame(scorer))
    found = set(names) - {names[i] for i in unanswered(scorer.scores(each))}
    return [column.name for column in scorer.schema.columns if column.name in found]


def _one_changed(row: Frame, other: Frame) -> tuple[list[str], Frame]:
    """The names of all columns, and for each the row with that column taken from `other`; both are frames of one row."""
    layout = row.layout
    n, w, d = len(layout.numbers), len(layout.categoricals), len(layout.dates)
    count = n + w + d
    numbers, codes, dates = np.repeat(row.numbers, count, axis=0), np.repeat(row.codes, count, axis=0), np.repeat(row.dates, count, axis=0)
    at = np.arange(n)
    numbers[at, at] = other.numbers[0]
    at = np.arange(w)
    shift = np.array([len(levels) for levels in row.levels], dtype=np.intp)
    codes[n + at, at] = np.where(other.codes[0] < 0, -1, other.codes[0] + shift)
    at = np.arange(d)
    dates[n + w + at, at] = other.dates[0]
    levels = tuple([*own, *theirs] for own, theirs in zip(row.levels, other.levels, strict=True))
    return [*layout.numbers, *layout.categoricals, *layout.dates], Frame(layout, count, numbers, codes, levels, dates)
