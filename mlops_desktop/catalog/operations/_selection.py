"""What the selections of features share: their fields, categories as codes, dates as numbers, ranks by score, gaps filled by the median."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from mlops_desktop.base.params import columns, flag
from mlops_desktop.base.selection import Selection
from mlops_desktop.catalog.operations._levels import frequent_levels, rows_needed
from mlops_desktop.serving.frame import MISSING_DATE, Bools, Floats, Frame, Ints

MOST_LEVELS = 200  # of a category that are distinguished, as the encodings do
_DAY = 86_400_000_000  # microseconds


class ColumnSelection(Selection, ABC):
    """A selection that scores categorical columns and dates as well, unless the field `categories` is off, as it is in steps of version 1.

    A categorical column with mostly distinct values (free text, an identifier) has no score: fewer than half of its filled cells hold a
    level that enough rows share (`level_codes`).
    """

    version: ClassVar[int] = 2
    scored_by: ClassVar[tuple[str, ...]] = ("categories",)
    categories: bool

    @classmethod
    def upgrade(cls, params: dict[str, Any], version: int) -> dict[str, Any]:
        """Steps of version 1 scored numbers and features of texts alone."""
        return params if version >= 2 else {"categories": False, **params}

    def identity(self) -> dict[str, Any]:
        """Without categories a step does what its version 1 did, so results that were made with it keep their keys."""
        found = super().identity()
        if not self.categories:
            found["version"] = 1
            del found["params"]["categories"]
        return found

    def scored_columns(self, frame: Frame) -> tuple[str, ...]:
        """Numbers, features of texts, and with `categories` dates and the categorical columns whose values repeat."""
        found = super().scored_columns(frame)
        if not self.categories:
            return found
        return (*found, *frame.layout.dates, *(name for name in frame.layout.categoricals if _repeats(frame, name)))

    def prepared(self, frame: Frame) -> Frame:
        """The frame as it is scored: dates as numbers behind the others; without `categories` neither dates nor categorical columns."""
        layout = frame.layout
        if not self.categories:
            return layout.without((*layout.categoricals, *layout.dates))[1](frame)
        if not layout.dates:
            return frame
        days = (frame.dates - _middle(frame)) / _DAY
        numbers = np.hstack([frame.numbers, np.where(frame.dates == MISSING_DATE, np.nan, days)])
        wider = replace(layout, numbers=(*layout.numbers, *layout.dates), dates=())
        return frame.with_blocks(wider, numbers=numbers, dates=frame.dates[:, :0])


def score_categories() -> Any:
    """The field that decides whether categorical columns and dates are scored."""
    help = "Each category and date is scored as one column. Off: they are left as they are, as free texts always are."
    return flag(True, "Score categories and dates", help=help)


def forced_in() -> Any:
    """The field of columns that stay whatever their score is."""
    help = "These are kept whatever their score; a source column includes the features made from it."
    return columns("number", "categorical", "date", "sparse", label="Always keep", help=help, all_when_empty=False)


def forced_out() -> Any:
    """The field of columns that go whatever their score is."""
    help = "These are left out whatever their score; a source column includes the features made from it."
    return columns("number", "categorical", "date", "sparse", label="Always leave out", help=help, all_when_empty=False)


def level_codes(frame: Frame, most: int = MOST_LEVELS) -> tuple[Ints, list[int]]:
    """Small codes of the categorical columns, (rows, columns), and how many there are for each column.

    The levels that enough rows share (`rows_needed`) are 0, 1 … from the most frequent on, at most `most`; all others share a code, and
    missing cells have one of their own. Only rows of this frame count.
    """
    names = frame.layout.categoricals
    found = np.empty((frame.rows, len(names)), dtype=np.intp)
    counts = []
    for j, name in enumerate(names):
        codes, levels = frame.categorical(name)
        kept, _ = frequent_levels(frame, name, rows_needed(frame.rows), most)
        place = {level: i for i, level in enumerate(kept)}
        table = [*(place.get(level, len(kept)) for level in levels), len(kept) + 1]
        found[:, j] = np.array(table, dtype=np.intp)[codes]
        counts.append(len(kept) + 2)
    return found, counts


def contingency(some: Ints, others: Ints) -> Floats:
    """How many rows have each pair of codes, (codes of some, codes of others) float64, without codes that no row has."""
    rows, columns = (np.unique(codes, return_inverse=True)[1] for codes in (some, others))
    height, width = int(rows.max(initial=-1)) + 1, int(columns.max(initial=-1)) + 1
    return np.bincount(rows * width + columns, minlength=height * width).reshape(height, width).astype(np.float64)


def best(scores: Mapping[str, float], count: int, inside: Sequence[str]) -> list[str]:
    """The `count` columns of the highest scores, those in `inside` first; equals in their order."""
    ranked = sorted(scores, key=lambda name: (name not in frozenset(inside), -round(scores[name], 12)))
    return ranked[: max(count, len(inside))]


def reaching(scores: Mapping[str, float], share: float, inside: Sequence[str]) -> list[str]:
    """The fewest columns whose scores add up to at least a share of all scores, those in `inside` first."""
    ranked = best(scores, len(scores), inside)
    total = sum(scores.values())
    kept, reached = len(inside), sum(scores[name] for name in inside)
    while kept < len(ranked) and (total <= 0 or round(reached / total, 12) < round(share, 12)):
        reached += scores[ranked[kept]]
        kept += 1
    return ranked[:kept]


def filled(values: Floats) -> Floats:
    """Numbers with the median of their column where they are missing, 0 in a column without any value."""
    out = values.copy()
    for j in np.flatnonzero(np.isnan(values).any(axis=0)).tolist():
        there = values[:, j][~np.isnan(values[:, j])]
        out[np.isnan(values[:, j]), j] = np.median(there) if len(there) else 0.0
    return out


def few_values(values: Floats, most: int) -> Bools:
    """Which columns hold whole numbers of at most so many different values, (columns,) bool."""
    whole = (values == np.round(values)).all(axis=0)
    found: Bools = np.array([bool(w) and len(np.unique(values[:, j])) <= most for j, w in enumerate(whole)], dtype=bool)
    return found


def _repeats(frame: Frame, name: str) -> bool:
    """Whether at least half of the filled cells hold a level that enough rows share."""
    codes, levels = frame.categorical(name)
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    return bool(2 * counts[counts >= rows_needed(frame.rows)].sum() >= counts.sum())


def _middle(frame: Frame) -> Ints:
    """The middle of the dates of each column, (columns,) int64 microseconds; 0 where there is none."""
    found = np.zeros(frame.dates.shape[1], dtype=np.int64)
    for j in range(len(found)):
        there = frame.dates[frame.dates[:, j] != MISSING_DATE, j]
        if len(there):
            found[j] = np.partition(there, len(there) // 2)[len(there) // 2]
    return found
