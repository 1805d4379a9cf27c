"""Selects the columns that matter to a fitted model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mlops_desktop.base.families import Dataset, Target
from mlops_desktop.base.params import choice, number
from mlops_desktop.catalog.operations._selection import (
    ColumnSelection,
    best,
    filled,
    forced_in,
    forced_out,
    level_codes,
    reaching,
    score_categories,
)
from mlops_desktop.serving.frame import Floats, Frame

ROWS = 20_000  # more rows are sampled
TREES = 100
ONE_HOT_LEVELS = 40  # of a category that get a weight in the linear model


@dataclass(frozen=True, kw_only=True)
class SelectImportance(ColumnSelection):
    """Keeps the columns that a quick model relies on: a random forest (how much its splits gain), or a ridge regression on scaled
    columns (the sizes of its
    weights). Scores add up to 1. Missing values count as the median; the seed is fixed; more than 20,000 rows are sampled.

    Categorical columns: the forest (Breiman 2001, “Random forests”) splits codes from the most to the least frequent level; the linear
    model has a scaled 0 / 1 column for each level, and the sizes of their weights are added up (a factor is scored as a group, as in Yuan
    and Lin 2006, “Model selection and estimation in regression with grouped variables”). Missing is a level, rare levels are one. Dates are
    numbers.
    """

    id: ClassVar[str] = "select_importance"
    label: ClassVar[str] = "Keep the most important columns"
    help: ClassVar[str] = "Trains a fast model on all columns and keeps those with the highest importance."
    ranks: ClassVar[str] = "Model importance"
    because: ClassVar[str] = "low importance for a model"
    scored_by: ClassVar[tuple[str, ...]] = ("model", "categories")

    model: str = choice("tree", {"tree": "Random forest", "linear": "Linear model"}, "Model")
    keep_by: str = choice("share", {"share": "A share of the importance", "count": "A number of columns"}, "How many")
    share: float = number(0.95, 0.01, 1.0, "Share of the importance", help="The fewest columns that together reach it.", tune=(0.5, 1.0))
    count: int = number(20, 1, 100_000, "Number of columns", help="Columns that are always kept count as well.", whole=True, log=True)
    categories: bool = score_categories()
    forced_in: tuple[str, ...] = forced_in()
    forced_out: tuple[str, ...] = forced_out()

    def scores(self, dataset: Dataset) -> dict[str, float]:
        sample = dataset.sample(ROWS)
        frame, target = self.prepared(sample.frame), sample.target
        layout = frame.layout
        names = (*layout.numbers, *(name for block in layout.sparse for name in block), *layout.categoricals)
        if not frame.rows or not names or len(np.unique(target.values)) < 2:
            return dict.fromkeys(names, 1.0 / max(len(names), 1))
        found = self._forest(frame, target) if self.model == "tree" else self._ridge(frame, target)
        total = found.sum()
        found = found / total if total > 0 else np.full(len(names), 1.0 / len(names))
        return dict(zip(names, found.tolist(), strict=True))

    def pick(self, frame: Frame, scores: Mapping[str, float], inside: Sequence[str]) -> Collection[str]:
        return best(scores, self.count, inside) if self.keep_by == "count" else reaching(scores, self.share, inside)

    @staticmethod
    def _forest(frame: Frame, target: Target) -> Floats:
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        family = RandomForestClassifier if target.classes else RandomForestRegressor
        # float32's range, for that is what trees compare; one thread, for the sums of several depend on their order
        forest = family(n_estimators=TREES, max_features="sqrt", min_samples_leaf=3, random_state=0, n_jobs=1)
        features, _ = _with_categories(frame, level_codes(frame)[0].astype(np.float64))
        found: Floats = forest.fit(features, target.values).feature_importances_
        return found

    @staticmethod
    def _ridge(frame: Frame, target: Target) -> Floats:
        from sklearn.linear_model import Ridge, RidgeClassifier
        from sklearn.preprocessing import StandardScaler

        codes, counts = level_codes(frame, ONE_HOT_LEVELS)
        one_hot = [(codes[:, j : j + 1] == np.arange(count)).astype(np.float64) for j, count in enumerate(counts)]
        features, first = _with_categories(frame, np.hstack(one_hot) if one_hot else np.empty((frame.rows, 0)))
        scaled = StandardScaler(with_mean=not frame.sparse).fit_transform(features)
        ridge = RidgeClassifier(alpha=1.0) if target.classes else Ridge(alpha=1.0)
        found: Floats = np.abs(np.atleast_2d(ridge.fit(scaled, target.values).coef_)).sum(axis=0)
        if not counts:
            return found
        starts = first + np.cumsum([0, *counts[:-1]])
        return np.concatenate([found[:first], np.add.reduceat(found, starts)])


def _with_categories(frame: Frame, categories: Floats) -> tuple[Any, int]:
    """The features with columns for the categories behind them, and how many are before these."""
    features = _features(frame)
    if not categories.shape[1]:
        return features, features.shape[1]
    if not frame.sparse:
        return np.hstack([features, categories]), features.shape[1]
    from scipy.sparse import csr_array, hstack

    return hstack([features, csr_array(categories)], format="csr"), features.shape[1]


def _features(frame: Frame) -> Any:
    """Every number and feature of a text: a dense array, or scipy's CSR when there are features of texts."""
    top = float(np.finfo(np.float32).max)
    dense = np.clip(filled(frame.numbers), -top, top)
    if not frame.sparse:
        return dense
    from scipy.sparse import csr_array, hstack

    blocks = [
        # scikit-learn's trees take 32-bit indices alone
        csr_array((block.data, block.indices.astype(np.int32), block.indptr.astype(np.int32)), shape=(block.rows, block.width))
        for block in frame.sparse
    ]
    return hstack([csr_array(dense), *blocks], format="csr")
