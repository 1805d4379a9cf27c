"""Compares two histograms of one column: how far they are apart (PSI), and how often chance alone makes as large a difference.

Bins that are empty at training by construction would alarm without drift where training rows are few. Values beyond the training range are
tested by how many of the largest (or smallest) of all values are new ones, which depends on no distribution, and have a bin of their own
only when they are more than chance; unseen levels share a bin with the rare ones. Bins are merged by the expectation of both histograms
together, so that the choice does not depend on which of them is the larger. Numbers have a second test beside the one of all bins: the rank
sum, which finds a shift of the whole column among many columns in far fewer rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .chi_square import g_test, population_stability
from .frame import Bools, Floats

SIGNIFICANT = 0.01
MIN_EXPECTED = 4.0  # rows that a bin must expect in the smaller of the two histograms; deciles of 50 rows expect 5 each


def measure_numbers(reference: Floats, now: Floats) -> tuple[float, float]:
    """PSI and p-value of numbers or dates; bins (n,): missing, below the training range, within it in order, above it."""
    chances = {end: _chance_beyond(reference, now, end) for end in (1, -1)}
    folded = _folded(reference, now, [1, -1])
    p = g_test(*_merged(*folded, _rare(*folded)))
    apart = [end for end, chance in chances.items() if chance < SIGNIFICANT / 4]
    bins = _folded(reference, now, [end for end in chances if end not in apart])
    rare = _rare(*bins)
    rare[apart] = False
    smallest = min(p, _chance_of_ranks(reference[1:], now[1:]), *chances.values())
    return population_stability(*_merged(*bins, rare)), min(1.0, 4 * smallest)  # the least of four tests (Bonferroni)


def measure_levels(reference: Floats, now: Floats, seldom: Sequence[int] = ()) -> tuple[float, float]:
    """PSI and p-value of categories; the bins at `seldom` hold levels that training knows as rare or not at all, and count as one."""
    rare = _rare(reference, now)
    rare[list(seldom)] = True
    merged = _merged(reference, now, rare)
    return population_stability(*merged), g_test(*merged)


def _chance_beyond(reference: Floats, now: Floats, end: int) -> float:
    """The probability that so many new values lie beyond all training values at one end: that the k outermost of all are new ones."""
    beyond, new, old = float(now[end]), float(now[1:].sum()), float(reference[1:].sum())
    if reference[end] > 0 or beyond == 0 or old == 0:
        return 1.0
    every = new + old
    return math.exp(math.lgamma(new + 1) - math.lgamma(new - beyond + 1) - math.lgamma(every + 1) + math.lgamma(every - beyond + 1))


def _chance_of_ranks(reference: Floats, now: Floats) -> float:
    """The two-sided p-value of the rank sum (Wilcoxon, normal approximation) of two histograms of the same bins, (bins,), in rising order;
    the values of one bin are ties.
    """
    old, new, pooled = float(reference.sum()), float(now.sum()), reference + now
    every = old + new
    if not (old and new):
        return 1.0
    ranks = np.cumsum(pooled) - (pooled - 1) / 2
    variance = old * new / 12 * (every + 1 - float(np.sum(pooled**3 - pooled)) / (every * (every - 1)))
    if variance <= 0:
        return 1.0
    return math.erfc(abs(float(now @ ranks) - new * (every + 1) / 2) / math.sqrt(2 * variance))


def _folded(reference: Floats, now: Floats, ends: Sequence[int]) -> tuple[Floats, Floats]:
    """Both histograms with the outer bins at `ends` (1, -1) added to their inner neighbours."""
    first, second = reference.copy(), now.copy()
    for end in ends:
        for counts in (first, second):
            counts[2 * end] += counts[end]
            counts[end] = 0.0
    return first, second


def _rare(reference: Floats, now: Floats) -> Bools:
    """The bins that expect too few rows in the smaller of the histograms."""
    rows = reference.sum(), now.sum()
    return np.asarray((reference + now) / sum(rows) * min(rows) < MIN_EXPECTED)


def _merged(reference: Floats, now: Floats, rare: Bools) -> tuple[Floats, Floats]:
    """Both histograms with the rare bins as one, which takes in the smallest other bin while it is rare itself."""
    rows = reference.sum(), now.sum()
    pooled = reference + now
    rare = rare.copy()
    while 0 < pooled[rare].sum() / sum(rows) * min(rows) < MIN_EXPECTED and not rare.all():
        rare[np.flatnonzero(~rare)[np.argmin(pooled[~rare])]] = True
    first, second = (np.append(counts[~rare], counts[rare].sum()) for counts in (reference, now))
    return first, second
