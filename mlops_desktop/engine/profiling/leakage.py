"""Measures how well one column alone predicts the target: a score that is too good indicates leakage."""

from __future__ import annotations

import numpy as np

from mlops_desktop.engine.data import Table
from mlops_desktop.serving.frame import MISSING_DATE, Floats, Ints
from mlops_desktop.serving.schema import Column

SAMPLE = 20_000
_FOLDS = 4
_LEAST_CLASS = 5
_LEAST_ROWS = 20


class SingleColumn:
    """Predicts a target from one column alone and measures how well by the Gini coefficient (0: nothing, 1: all).

    `target` are values with NaN for missing (`classes` 0), or class positions with -1. The column's values are put into bins (its levels,
    or quantiles); a row is predicted by the mean target of its bin on the other folds, so that rare levels cannot predict themselves.
    Binary: 2 AUC - 1. More classes: the least over the classes, each against the rest, since one class that is separable is plausible.
    Numbers: the covariance of the target with the prediction's ranks, over that with its own ranks. Large tables are measured on SAMPLE
    rows.
    """

    def __init__(self, table: Table, target: Floats | Ints, classes: int) -> None:
        there = (target >= 0) if classes else ~np.isnan(target)
        rows = np.flatnonzero(there)
        if len(rows) > SAMPLE:
            rows = np.sort(np.random.default_rng(0).choice(rows, SAMPLE, replace=False))
        self._table, self._rows, self._classes = table, rows, classes
        self._fold = np.random.default_rng(1).permutation(len(rows)) % _FOLDS
        self._positions: Ints = target[rows].astype(np.intp) if classes else np.zeros(0, dtype=np.intp)
        self._values: Floats = np.zeros(0)
        self._best = 0.0
        if not classes and len(rows):
            own = target[rows].astype(np.float64)
            self._values = own - own.mean()
            self._best = float(self._values @ _ranks(self._values, np.ones(len(rows))))

    def gini(self, column: Column) -> float:
        """The Gini coefficient of a column."""
        if len(self._rows) < _LEAST_ROWS:
            return 0.0
        bins = np.unique(_bins(self._table, column)[self._rows], return_inverse=True)[1]
        width = int(bins.max()) + 1
        cells = bins * _FOLDS + self._fold
        sizes = np.bincount(cells, minlength=width * _FOLDS).astype(np.float64).reshape(width, _FOLDS)
        if not self._classes:
            sums = np.bincount(cells, weights=self._values, minlength=width * _FOLDS).astype(np.float64).reshape(width, _FOLDS)
            ranks = _ranks(_cross_means(sums, sizes).ravel(), sizes.ravel())
            return max(float(sums.ravel() @ ranks) / self._best, 0.0) if self._best > 0 else 0.0
        counts = np.bincount(cells * self._classes + self._positions, minlength=width * _FOLDS * self._classes)
        hits = counts.reshape(width, _FOLDS, self._classes).astype(np.float64)
        found = []
        for c in range(self._classes):
            if _LEAST_CLASS <= hits[:, :, c].sum() <= len(self._rows) - _LEAST_CLASS:
                found.append(_gini_of_hits(hits[:, :, c], sizes))
        return min(found) if len(found) >= 2 else 0.0

    def missingness(self, column: Column) -> float:
        """How well the filled cells of a column predict the target, 0 to 1: the Gini coefficient of that alone, of a target with
        classes for the one that is predicted best against the rest. 0 when fewer than five cells are missing, or filled.
        """
        missing = self._table.frame.missing(column.name)[self._rows]
        gone = int(missing.sum())
        if min(gone, len(missing) - gone) < _LEAST_CLASS:
            return 0.0
        if not self._classes:
            ranks = _ranks(self._values, np.ones(len(missing)))
            auc = (ranks[missing].sum() - gone * (gone - 1) / 2) / (gone * (len(missing) - gone))
            return abs(2 * float(auc) - 1)
        sizes = np.bincount(self._positions, minlength=self._classes)
        hits = np.bincount(self._positions[missing], minlength=self._classes)
        measured = (sizes >= _LEAST_CLASS) & (len(missing) - sizes >= _LEAST_CLASS)
        rest = np.maximum(len(missing) - sizes, 1)
        apart = np.abs(hits / np.maximum(sizes, 1) - (gone - hits) / rest)
        return float(apart[measured].max(initial=0.0))


def _bins(table: Table, column: Column) -> Ints:
    frame = table.frame
    if column.is_number:
        values = frame.number(column.name)
    elif column.is_date:
        moments = frame.date(column.name)
        values = np.where(np.equal(moments, MISSING_DATE), np.nan, moments.astype(np.float64))
    else:
        return frame.categorical(column.name)[0]
    there = ~np.isnan(values)
    if not there.any():
        return np.full(frame.rows, -1, dtype=np.intp)
    count = int(np.clip(there.sum() // 25, 2, 40))
    cuts = np.unique(np.quantile(values[there], np.linspace(0, 1, count + 1)[1:-1]))
    return np.where(there, np.searchsorted(cuts, values, side="right"), -1).astype(np.intp)


def _cross_means(sums: Floats, sizes: Floats) -> Floats:
    """The mean of each bin over the folds but one, drawn toward the overall mean of these by one row; (bins, folds)."""
    other_sums, other_sizes = sums.sum(axis=1, keepdims=True) - sums, sizes.sum(axis=1, keepdims=True) - sizes
    mean = other_sums.sum(axis=0) / np.maximum(other_sizes.sum(axis=0), 1)
    means: Floats = (other_sums + mean) / (other_sizes + 1)
    return means


def _ranks(values: Floats, weights: Floats) -> Floats:
    """Ranks from 0 of values that stand for `weights` rows each, equal values sharing their mean rank."""
    _, inverse = np.unique(np.round(values, 12), return_inverse=True)
    sizes = np.bincount(inverse, weights=weights)
    ends = np.cumsum(sizes)
    middle: Floats = ((ends - sizes + ends - 1) / 2.0)[inverse]
    return middle


def _gini_of_hits(hits: Floats, sizes: Floats) -> float:
    ranks = _ranks(_cross_means(hits, sizes).ravel(), sizes.ravel())
    positives = hits.sum()
    negatives = sizes.sum() - positives
    auc = (hits.ravel() @ ranks - positives * (positives - 1) / 2) / (positives * negatives)
    return float(abs(2 * auc - 1))
