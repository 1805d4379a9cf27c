"""What the selections of features share: the fields of forced columns, ranks by score, and gaps filled by the median."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlops_desktop.base.params import columns
from mlops_desktop.serving.frame import Bools, Floats


def forced_in() -> Any:
    """The field of columns that stay whatever their score is."""
    help = "These stay whatever their score; a source column stands for everything that was made of it."
    return columns("number", "categorical", "date", "sparse", label="Always keep", help=help, all_when_empty=False)


def forced_out() -> Any:
    """The field of columns that go whatever their score is."""
    help = "These go whatever their score; a source column stands for everything that was made of it."
    return columns("number", "categorical", "date", "sparse", label="Always leave out", help=help, all_when_empty=False)


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
