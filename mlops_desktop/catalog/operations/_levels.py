"""Selects the levels of a category that a fitted transform may keep: those that enough rows have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mlops_desktop.base.params import number
from mlops_desktop.serving.frame import Frame
from mlops_desktop.serving.message import as_message, joined, msg

FEWEST_ROWS = 2  # a level that a single row has can name a person: it never leaves
ENOUGH_ROWS = 5  # that a large table asks for by itself


def min_rows(label: str, what: str) -> Any:
    """The field for the `min_rows` of `rows_needed`, empty for its rule. `what` happens to those of fewer rows, as a sentence."""
    rule = msg("Empty: 1 % of the rows, at least {fewest} and at most {enough}.", fewest=FEWEST_ROWS, enough=ENOUGH_ROWS)
    return number(None, FEWEST_ROWS, 1_000_000, label, help=joined([as_message(what), rule], " "), whole=True)


def rows_needed(rows: int, min_rows: int | None = None, min_share: float = 0.0) -> int:
    """How many of `rows` rows must share a level for it to be kept; never less than 2.

    Without `min_rows`: 1 % of the rows, but at least 2 and at most 5, so that small tables keep their levels. `min_share` is a share of
    the rows.
    """
    fewest = min(ENOUGH_ROWS, math.ceil(rows / 100)) if min_rows is None else min_rows
    return max(FEWEST_ROWS, fewest, math.ceil(min_share * rows))


def frequent_levels(frame: Frame, name: str, needed: int, most: int | None = None) -> tuple[list[str], bool]:
    """The levels of a categorical column that at least `needed` rows have, the most frequent first (equals by alphabet), at most `most` of
    them; and whether any other level occurs.
    """
    codes, levels = frame.categorical(name)
    counts = np.bincount(codes[codes >= 0], minlength=len(levels)).tolist()
    there = sorted((-count, level) for level, count in zip(levels, counts, strict=True) if count)
    kept = [level for count, level in there if -count >= needed][:most]
    return kept, len(kept) < len(there)
