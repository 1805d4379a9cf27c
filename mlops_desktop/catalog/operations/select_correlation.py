"""Selects columns that are not correlated with another selected column."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import Dataset, Target
from mlops_desktop.base.params import choice, number
from mlops_desktop.base.selection import SelectionResult
from mlops_desktop.catalog.operations._selection import (
    ColumnSelection,
    contingency,
    filled,
    forced_in,
    forced_out,
    level_codes,
    score_categories,
)
from mlops_desktop.serving.frame import Bools, Floats, Frame, Ints
from mlops_desktop.serving.message import msg

_BLOCK = 256  # columns that are compared with the kept ones at a time


@dataclass(frozen=True, kw_only=True)
class SelectCorrelation(ColumnSelection):
    """Of columns that are correlated at or above a limit, keeps one: that which goes better with the target, or the first.

    Columns are visited from the best to the worst, and one is dropped when it is correlated with a kept one. The score is the
    correlation with the
    target without its sign (classification: the correlation ratio, the root of the share of variance between classes). Missing
    values count as the column's median. Features of texts are left alone.

    The score of a categorical column is Cramér's V with classes, and the correlation ratio with a number, both without the bias that grows
    with the number of levels (Bergsma 2013, “A bias-correction for Cramér's V and Tschuprow's T”; Kelley 1935, “An unbiased correlation
    ratio measure”). Categorical columns repeat each other by Tschuprow's T, which is 1 only when each determines the other: V is 1 for a
    city and its country, of which one is not enough. Missing is a level, rare levels are one. A category is not compared with numbers for
    the same reason. Dates are numbers.
    """

    id: ClassVar[str] = "select_correlation"
    label: ClassVar[str] = "Drop correlated columns"
    help: ClassVar[str] = "Of two strongly correlated columns one is enough: the one more strongly related to the target is kept."
    ranks: ClassVar[str] = "Correlation with the target"
    because: ClassVar[str] = "correlated with a column that is kept"
    scored_by: ClassVar[tuple[str, ...]] = ("method", "categories")

    limit: float = number(
        0.95, 0.1, 1.0, "Correlation threshold", help="The absolute correlation from which one of two columns is dropped.", tune=(0.7, 0.99)
    )
    method: str = choice("pearson", {"pearson": "Linear (Pearson)", "spearman": "Rank (Spearman)"}, "Correlation")
    stays: str = choice("best", {"best": "The one more strongly related to the target", "first": "The first column"}, "Column to keep")
    categories: bool = score_categories()
    forced_in: tuple[str, ...] = forced_in()
    forced_out: tuple[str, ...] = forced_out()

    def scored_columns(self, frame: Frame) -> tuple[str, ...]:
        texts = frozenset(name for block in frame.layout.sparse for name in block)
        return tuple(name for name in super().scored_columns(frame) if name not in texts)

    def scores(self, dataset: Dataset) -> dict[str, float]:
        frame, target = self.prepared(dataset.frame), dataset.target
        values = self._unit(frame)
        if not target.classes:
            wanted = _unit_length((target.values - target.values.mean())[:, None] if frame.rows else np.zeros((0, 1)))
            found = np.abs(values.T @ wanted)[:, 0]
        else:
            between = np.zeros(values.shape[1])
            for position in range(len(target.classes)):
                rows = values[target.values == position]
                between += rows.sum(axis=0) ** 2 / max(len(rows), 1)
            found = np.sqrt(between)
        scores = dict(zip(frame.layout.numbers, np.minimum(found, 1.0).tolist(), strict=True))
        codes, _ = level_codes(frame)
        return scores | {name: _with_target(codes[:, j], target) for j, name in enumerate(frame.layout.categoricals)}

    def pick(self, frame: Frame, scores: Mapping[str, float], inside: Sequence[str]) -> Collection[str]:
        frame, forced = self.prepared(frame), frozenset(inside)
        return [*self._numbers(frame, scores, forced), *self._categories(frame, scores, forced)]

    def _order(self, names: Sequence[str], scores: Mapping[str, float], forced: Collection[str]) -> list[int]:
        """The positions in which columns are visited: forced ones first, then by score where the best is to stay."""
        rank = [(name not in forced, -round(scores[name], 9) if self.stays == "best" else 0.0) for name in names]
        return sorted(range(len(names)), key=rank.__getitem__)

    def _categories(self, frame: Frame, scores: Mapping[str, float], forced: Collection[str]) -> list[str]:
        names, (codes, _) = frame.layout.categoricals, level_codes(frame)
        limit, kept = round(self.limit, 9), list[int]()
        for i in self._order(names, scores, forced):
            if names[i] in forced or not any(round(_tschuprow(codes[:, i], codes[:, j]), 9) >= limit for j in kept):
                kept.append(i)
        return [names[i] for i in kept]

    def _numbers(self, frame: Frame, scores: Mapping[str, float], forced: Collection[str]) -> list[str]:
        names = frame.layout.numbers
        order = self._order(names, scores, forced)
        values = np.ascontiguousarray(self._unit(frame).T[order])
        kept: list[int] = []
        limit = round(self.limit, 9)
        for start in range(0, len(order), _BLOCK):
            block = values[start : start + _BLOCK]
            same: Bools = np.logical_or.reduce(_alike(values[kept], block, limit), axis=0)
            among = _alike(block, block, limit)
            near: list[int] = []
            for j in range(len(block)):
                if names[order[start + j]] in forced or not (same[j] or among[near, j].any()):
                    near.append(j)
            kept.extend(start + j for j in near)
        return [names[order[i]] for i in kept]

    def why(self, frame: Frame, result: SelectionResult) -> dict[str, str]:
        reasons = super().why(frame, result)
        part = self.prepared(frame.select(result.scores))
        names = part.layout.numbers
        kept = [i for i, name in enumerate(names) if name in result.kept]
        values = self._unit(part).T
        for i, name in enumerate(names):
            if name in reasons and kept:
                alike = np.abs(values[kept] @ values[i])
                at = int(alike.argmax())
                reasons[name] = msg("repeats “{name}” (correlation {value:.2f})", name=names[kept[at]], value=min(float(alike[at]), 1.0))
        names, (codes, _) = part.layout.categoricals, level_codes(part)
        stay = [j for j, name in enumerate(names) if name in result.kept]
        for i, name in enumerate(names):
            if name in reasons and name not in result.forced_out and stay:
                value, at = max((_tschuprow(codes[:, i], codes[:, j]), -j) for j in stay)
                reasons[name] = msg("repeats “{name}” (association {value:.2f})", name=names[-at], value=value)
        return reasons

    def _unit(self, frame: Frame) -> Floats:
        """The columns around 0 and of length 1, so that their products are correlations; a constant column is 0."""
        values = filled(frame.numbers)
        if self.method == "spearman" and frame.rows:
            from scipy.stats import rankdata

            values = np.asarray(rankdata(values, axis=0), dtype=np.float64)
        return _unit_length(values - values.mean(axis=0) if frame.rows else values)


def _with_target(codes: Ints, target: Target) -> float:
    """How closely a category goes with the target, from 0 to 1: Cramér's V with classes, the correlation ratio with a number."""
    if target.classes:
        squared, width, height = _phi_squared(codes, target.values)
        return _root_share(squared, min(width, height))
    rows, level = len(codes), np.unique(codes, return_inverse=True)[1]
    counts = np.bincount(level)
    centred = target.values - target.values.mean() if rows else target.values
    whole = float((centred**2).sum())
    if whole <= 0 or rows <= len(counts):
        return 0.0
    within = whole - float((np.bincount(level, weights=centred) ** 2 / counts).sum())
    return math.sqrt(min(max(1 - within / whole * (rows - 1) / (rows - len(counts)), 0.0), 1.0))


def _tschuprow(some: Ints, others: Ints) -> float:
    """Tschuprow's T of two categories, from 0 to 1, by the correction of Bergsma 2013."""
    squared, width, height = _phi_squared(some, others)
    return _root_share(squared, math.sqrt(max(width, 0.0) * max(height, 0.0)))


def _phi_squared(some: Ints, others: Ints) -> tuple[float, float, float]:
    """The corrected mean square contingency of two categories, and the corrected numbers of levels less 1 (Bergsma 2013)."""
    counts = contingency(some, others)
    rows = counts.sum()
    if rows <= 1 or min(counts.shape) <= 1:
        return 0.0, 0.0, 0.0
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / rows
    squared = float(((counts - expected) ** 2 / expected).sum() / rows)
    freedom = [levels - 1 for levels in counts.shape]
    corrected = squared - freedom[0] * freedom[1] / (rows - 1)
    width, height = (free - free**2 / (rows - 1) for free in freedom)
    return max(corrected, 0.0), float(width), float(height)


def _root_share(squared: float, most: float) -> float:
    return math.sqrt(min(squared / most, 1.0)) if most > 0 else 0.0


def _alike(some: Floats, others: Floats, limit: float) -> Bools:
    """Which rows of both are correlated at or above the limit, (some, others) bool."""
    found: Bools = np.greater_equal(np.round(np.abs(some @ others.T), 9), limit)
    return found


def _unit_length(centred: Floats) -> Floats:
    # Divided by the largest first: squares of huge values would leave float64's range.
    top = np.abs(centred).max(axis=0, initial=0.0)
    centred = centred / np.where(top > 0, top, 1.0)
    length = np.sqrt((centred**2).sum(axis=0))
    out: Floats = centred / np.where(length > 0, length, 1.0)
    return out
