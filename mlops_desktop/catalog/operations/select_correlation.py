"""Columns that say the same as another, taken out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import Dataset
from mlops_desktop.base.params import choice, number
from mlops_desktop.base.selection import Selection, SelectionResult
from mlops_desktop.catalog.operations._selection import filled, forced_in, forced_out
from mlops_desktop.serving.frame import Bools, Floats, Frame, Layout

_BLOCK = 256  # columns that are compared with the kept ones at a time


@dataclass(frozen=True, kw_only=True)
class SelectCorrelation(Selection):
    """Of columns that are correlated at or above a limit, keeps one: that which goes better with the target, or the first.

    Columns are visited from the best to the worst, and one is dropped when it is correlated with a kept one. The score is the
    correlation with the
    target without its sign (classification: the correlation ratio, the root of the share of variance between classes). Missing
    values count as the column's median. Features of texts are left alone.
    """

    id: ClassVar[str] = "select_correlation"
    label: ClassVar[str] = "Drop columns that say the same"
    help: ClassVar[str] = "Of two numbers that always rise and fall together, one is enough: the one that tells more of the target stays."
    ranks: ClassVar[str] = "Correlation with the target"
    because: ClassVar[str] = "says the same as a column that stays"
    scored_by: ClassVar[tuple[str, ...]] = ("method",)

    limit: float = number(
        0.95, 0.1, 1.0, "Correlated from", help="Correlation without its sign, from which two columns say the same.", tune=(0.7, 0.99)
    )
    method: str = choice("pearson", {"pearson": "Straight line (Pearson)", "spearman": "Order of values (Spearman)"}, "Correlation")
    stays: str = choice("best", {"best": "The one that goes better with the target", "first": "The first column"}, "What stays")
    forced_in: tuple[str, ...] = forced_in()
    forced_out: tuple[str, ...] = forced_out()

    def judged(self, layout: Layout) -> tuple[str, ...]:
        return layout.numbers

    def scores(self, dataset: Dataset) -> dict[str, float]:
        frame, target = dataset.frame, dataset.target
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
        return dict(zip(frame.layout.numbers, np.minimum(found, 1.0).tolist(), strict=True))

    def pick(self, frame: Frame, scores: Mapping[str, float], inside: Sequence[str]) -> Collection[str]:
        names = frame.layout.numbers
        forced = frozenset(inside)
        rank = {name: (name not in forced, -round(scores[name], 9) if self.stays == "best" else 0.0, i) for i, name in enumerate(names)}
        order = sorted(range(len(names)), key=lambda i: rank[names[i]])
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
        said = super().why(frame, result)
        part = frame.select(result.scores)
        names = part.layout.numbers
        kept = [i for i, name in enumerate(names) if name in result.kept]
        values = self._unit(part).T
        for i, name in enumerate(names):
            if name in said and kept:
                alike = np.abs(values[kept] @ values[i])
                at = int(alike.argmax())
                said[name] = f"says the same as “{names[kept[at]]}” (correlation {min(float(alike[at]), 1.0):.2f})"
        return said

    def _unit(self, frame: Frame) -> Floats:
        """The columns around 0 and of length 1, so that their products are correlations; a constant column is 0."""
        values = filled(frame.numbers)
        if self.method == "spearman" and frame.rows:
            from scipy.stats import rankdata

            values = np.asarray(rankdata(values, axis=0), dtype=np.float64)
        return _unit_length(values - values.mean(axis=0) if frame.rows else values)


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
