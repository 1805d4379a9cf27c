"""Selects the columns with the most mutual information with the target, each by itself."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.families import Dataset, Target
from mlops_desktop.base.params import choice, number
from mlops_desktop.catalog.operations._selection import (
    ColumnSelection,
    best,
    contingency,
    few_values,
    filled,
    forced_in,
    forced_out,
    level_codes,
    score_categories,
)
from mlops_desktop.serving.frame import Csr, Floats, Frame

ROWS = 10_000  # more rows are sampled: the estimate hardly changes, the time does
_NEIGHBOURS = 3
_LEVELS = 20  # whole numbers of at most so many values are compared value by value


@dataclass(frozen=True, kw_only=True)
class SelectMutualInformation(ColumnSelection):
    """Keeps the columns of the highest mutual information with the target, estimated by scikit-learn with a fixed seed (in nats).

    Codes of categories and whole numbers of few values are taken as they are, other numbers by their nearest neighbours; missing
    values count as the median.
    For features of texts it is the information of whether the feature occurs in the row; a number to predict is then cut into ten parts.
    More than 10,000 rows are sampled.

    Categorical columns are discrete: missing is a level, rare levels are one. With classes to predict it is the information of the table
    of counts, less the bias that grows with the number of levels (Miller 1955, “Note on the bias of information estimates”); with a
    number, the estimate of Ross 2014, “Mutual information between discrete and continuous data sets”, as in scikit-learn. Dates are
    numbers.
    """

    id: ClassVar[str] = "select_mutual_information"
    label: ClassVar[str] = "Keep the most informative columns"
    help: ClassVar[str] = "Ranks each column by its mutual information with the target, linear or not, and keeps the best."
    ranks: ClassVar[str] = "Mutual information"
    because: ClassVar[str] = "less informative about the target than those kept"

    keep_by: str = choice("share", {"share": "A share of the columns", "count": "A number of columns"}, "How many")
    share: float = number(0.5, 0.001, 1.0, "Share of the columns", help="Rounded up.", tune=(0.1, 1.0))
    count: int = number(20, 1, 100_000, "Number of columns", help="Columns that are always kept count as well.", whole=True, log=True)
    categories: bool = score_categories()
    forced_in: tuple[str, ...] = forced_in()
    forced_out: tuple[str, ...] = forced_out()

    def scores(self, dataset: Dataset) -> dict[str, float]:
        sample = dataset.sample(ROWS)
        frame, target = self.prepared(sample.frame), sample.target
        names = frame.layout.numbers
        found = dict(zip(names, self._numbers(frame, target).tolist(), strict=True))
        for block, features in zip(frame.sparse, frame.layout.sparse, strict=True):
            found.update(zip(features, _presence(block, _parts(target)).tolist(), strict=True))
        found.update(zip(frame.layout.categoricals, _categories(frame, target), strict=True))
        return found

    def pick(self, frame: Frame, scores: Mapping[str, float], inside: Sequence[str]) -> Collection[str]:
        count = self.count if self.keep_by == "count" else math.ceil(round(self.share * len(scores), 9))
        return best(scores, count, inside)

    @staticmethod
    def _numbers(frame: Frame, target: Target) -> Floats:
        names = frame.layout.numbers
        if not names or frame.rows <= _NEIGHBOURS or len(np.unique(target.values)) < 2:
            return np.zeros(len(names))
        from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

        values = filled(frame.numbers)
        codes = np.array([name in frame.layout.category_codes for name in names], dtype=bool)
        discrete = few_values(values, _LEVELS) | codes
        # scikit-learn adds noise of the size of the values: beside a large mean it would hide small differences
        values = np.where(discrete, values, values - values.mean(axis=0))
        estimate: Any = mutual_info_classif if target.classes else mutual_info_regression
        found: Floats = estimate(values, target.values, discrete_features=discrete, n_neighbors=_NEIGHBOURS, random_state=0)
        return found


def _categories(frame: Frame, target: Target) -> list[float]:
    """The mutual information, in nats, of each categorical column with the target."""
    codes, _ = level_codes(frame)
    if not codes.shape[1] or frame.rows <= _NEIGHBOURS or len(np.unique(target.values)) < 2:
        return [0.0] * codes.shape[1]
    if target.classes:
        return [_information(contingency(codes[:, j], target.values)) for j in range(codes.shape[1])]
    from sklearn.feature_selection import mutual_info_regression

    found = mutual_info_regression(codes, target.values, discrete_features=True, n_neighbors=_NEIGHBOURS, random_state=0)
    return [float(one) for one in found]


def _information(counts: Floats) -> float:
    """The mutual information of a table of counts without its first-order bias (Miller 1955), at least 0."""
    total = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    there = counts > 0
    plain = float((counts[there] * np.log(counts[there] / expected[there])).sum() / total)
    bias = (int(there.sum()) - counts.shape[0] - counts.shape[1] + 1) / (2 * total)
    return max(plain - float(bias), 0.0)


def _parts(target: Target) -> NDArray[np.intp]:
    """The target as small whole numbers: its classes, or the tenths of a number."""
    if target.classes:
        return target.values.astype(np.intp)
    edges = np.unique(np.quantile(target.values, np.linspace(0, 1, 11)[1:-1])) if len(target.values) else np.empty(0)
    return np.searchsorted(edges, target.values)


def _presence(block: Csr, parts: NDArray[np.intp]) -> Floats:
    """The mutual information, in nats, of each feature's presence with the parts."""
    rows, classes = block.rows, int(parts.max(initial=0)) + 1
    if not rows:
        return np.zeros(block.width)
    there = block.data != 0
    cells = np.bincount(block.indices[there] * classes + parts[block.row_of()[there]], minlength=block.width * classes)
    present = cells.reshape(block.width, classes) / rows
    total = np.bincount(parts, minlength=classes) / rows
    found = np.zeros(block.width)
    for joint, share in ((present, present.sum(axis=1)), (total - present, 1 - present.sum(axis=1))):
        expected = share[:, None] * total
        ratio = np.divide(joint, expected, out=np.ones_like(joint), where=(joint > 0) & (expected > 0))
        found += (joint * np.log(ratio)).sum(axis=1)
    return np.maximum(found, 0.0)
