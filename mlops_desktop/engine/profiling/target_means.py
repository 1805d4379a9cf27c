"""Finds columns that are the mean of the target within the levels of another column: each row's own answer is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mlops_desktop.engine.data import Table
from mlops_desktop.serving.frame import Bools, Floats, Ints
from mlops_desktop.serving.schema import Column

_TRIED = 200  # rows that are compared first: nearly every pair of columns is settled by them
_LEAST_LEVELS = 5  # of two rows or more
_SAME = 0.99  # share of the rows in which the mean must stand
_DECIMALS = 6
_SHARP = 0.05  # of the spread of the means: rounding beyond that would let other columns pass


def target_means(table: Table, features: Sequence[Column], target: Floats) -> Iterator[tuple[str, str]]:
    """The columns that hold the mean of the target, (rows,) with NaN where missing, over the rows of a level, and the column of the levels;
    "" where that is not in the table, but each value of the column is the mean over the rows that have it.

    The mean may leave out the row itself (not where the levels are gone), and may be rounded. Dates, texts and columns of fewer than five
    levels make no groups.
    """
    groups = [column for column in features if column.is_categorical and column.type != "text"]
    numbers = [column for column in features if column.is_number]
    found = set()
    for group in groups if numbers else ():
        means = _means(table.frame.categorical(group.name)[0], target)
        for column in numbers if means is not None else ():
            if column.name not in found and any(_equal(table.frame.number(column.name), mean) for mean in means or ()):
                found.add(column.name)
                yield column.name, group.name
    for column in numbers:
        if column.name not in found and _are_own_means(table.frame.number(column.name), target):
            yield column.name, ""


def _are_own_means(values: Floats, target: Floats) -> bool:
    """Whether each of the values, but few, is the mean of the target over the rows that have it, and they are not the target itself."""
    there = np.isfinite(values)
    distinct, codes = np.unique(values[there], return_inverse=True)
    if 2 * len(distinct) > len(codes) or _are_means(values, target):
        return False
    means = _means(codes.astype(np.intp), target[there])
    return means is not None and _equal(values[there], means[0])


def _means(codes: Ints, target: Floats) -> tuple[Floats, Floats] | None:
    """The mean of each row's level with the row and without it, NaN where there is none; None where the levels are no groups."""
    there = (codes >= 0) & ~np.isnan(target)
    counts = np.bincount(codes[there])
    if np.count_nonzero(counts >= 2) < _LEAST_LEVELS:
        return None
    sums = np.bincount(codes[there], weights=target[there])
    size, total = np.zeros(len(codes)), np.zeros(len(codes))
    size[there], total[there] = counts[codes[there]], sums[codes[there]]
    with np.errstate(invalid="ignore", divide="ignore"):
        own, others = total / np.where(size >= 2, size, 0), (total - target) / np.where(size >= 2, size - 1, 0)
    return own, others


def _equal(values: Floats, means: Floats) -> bool:
    some = slice(None, None, max(1, len(values) // _TRIED))
    return _are_means(values[some], means[some]) and _are_means(values, means)


def _are_means(values: Floats, means: Floats) -> bool:
    """Whether the values are the means where both are there, rounded to as many decimals as they show."""
    there: Bools = np.isfinite(values) & np.isfinite(means)
    values, means = values[there], means[there]
    away, std = np.abs(values - means), float(means.std()) if len(means) else 0.0
    if len(values) < _LEAST_LEVELS or np.mean(away <= _SHARP * std) < _SAME:
        return False
    decimals = next((d for d in range(_DECIMALS) if np.allclose(np.round(values, d), values, rtol=0, atol=1e-12)), _DECIMALS)
    off = 0.51 * 10.0**-decimals
    return std > 0 and off <= _SHARP * std and float(np.mean(away <= off)) >= _SAME
