"""Compares two histograms: population stability index, G-test and false discovery rate, with numpy alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .frame import Bools, Floats

_SMALLEST = 1e-300
_PRECISION = 1e-15


def chi_square_tail(statistic: float, degrees: int) -> float:
    """P(X >= statistic) for a chi-square variable with `degrees` degrees of freedom, to about 1e-12."""
    return 1.0 if statistic <= 0 or degrees <= 0 else upper_gamma(degrees / 2, statistic / 2)


def upper_gamma(a: float, x: float) -> float:
    """The regularised upper incomplete gamma function Q(a, x), a and x above 0.

    A series for x < a + 1, Lentz's continued fraction above (Abramowitz & Stegun 6.5).
    """
    scale = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        step = a
        while abs(term) > abs(total) * _PRECISION:
            step += 1
            term *= x / step
            total += term
        return max(0.0, 1 - total * scale)
    b = x + 1 - a
    c, d = 1 / _SMALLEST, 1 / b
    fraction = d
    for i in range(1, 10_000):
        numerator = -i * (i - a)
        b += 2
        d = 1 / _away_from_zero(numerator * d + b)
        c = _away_from_zero(b + numerator / c)
        change = c * d
        fraction *= change
        if abs(change - 1) < _PRECISION:
            break
    return min(1.0, scale * fraction)


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _SMALLEST else _SMALLEST


def g_test(first: Floats, second: Floats) -> float:
    """The p-value of the G-test that two histograms (bins,) come from one distribution; bins that are empty in both are ignored.

    With Williams' correction (1976), which lowers the false positive rate of small samples.
    """
    table = np.stack([first, second]).astype(np.float64)
    table = table[:, table.sum(axis=0) > 0]
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if table.shape[1] < 2 or rows.min() == 0:
        return 1.0
    expected = np.outer(rows, columns) / rows.sum()
    filled = table > 0
    statistic = 2 * float(np.sum(table[filled] * np.log(table[filled] / expected[filled])))
    total, degrees = rows.sum(), table.shape[1] - 1
    williams = 1 + float((total * (1 / rows).sum() - 1) * (total * (1 / columns).sum() - 1) / (6 * total * degrees))
    return chi_square_tail(statistic / williams, degrees)


def population_stability(reference: Floats, now: Floats) -> float:
    """The population stability index, the sum of (a - r) ln(a / r) over the shares of the bins, each at least that of half a row; bins that
    are empty in both are ignored.
    """
    filled = (reference > 0) | (now > 0)
    r, a = (np.maximum(counts[filled], 0.5) / max(counts.sum(), 0.5) for counts in (reference, now))
    return float(np.sum((a - r) * np.log(a / r)))


def benjamini_hochberg(p_values: Sequence[float], rate: float) -> Bools:
    """Which hypotheses are rejected when the false discovery rate is to stay below `rate`: (len,) bool."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    below = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(1, len(p)))
    rejected = np.zeros(len(p), dtype=bool)
    if len(below):
        rejected[order[: below[-1] + 1]] = True
    return rejected
