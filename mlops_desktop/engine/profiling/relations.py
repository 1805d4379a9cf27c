"""Measures how columns of a table are associated: one strength from 0 to 1 for every pair, whatever their types.

The strength is that of a correlation: two normal columns that correlate at 0.5 keep about 0.5 when one or both are cut into levels, and
columns that have nothing to do with each other stay near 0, however many levels they have.
"""

from __future__ import annotations

import numpy as np

from mlops_desktop.base.job import Job
from mlops_desktop.engine.data import Table
from mlops_desktop.engine.profiling.results import Relations
from mlops_desktop.serving.frame import MISSING_DATE, Floats, Ints
from mlops_desktop.serving.schema import Column

SAMPLE = 20_000  # rows that relations are measured on
MOST_COLUMNS = 60
_MOST_LEVELS = 50
_RARE = 5  # levels with fewer rows count as one, so that no single row makes a relation


def relations(table: Table, target: str | None, job: Job) -> Relations:
    """A strength for every pair of columns, None where a pair has no two rows in common.

    Two numbers (dates and booleans too): Pearson's correlation, with its sign; Spearman's rank correlation beside it. Two categories:
    Cramér's V on the scale of a correlation. A number and a category: the correlation ratio. Both are corrected for bias. Texts,
    identifiers, and categories of more than 50 levels are left out. Tables of more than SAMPLE rows are measured on so many rows, drawn
    with a fixed seed.
    """
    frame = table.frame
    rows: Ints = np.arange(frame.rows)
    if frame.rows > SAMPLE:
        rows = np.sort(np.random.default_rng(0).choice(frame.rows, SAMPLE, replace=False))
    fit = [c for c in table.schema.columns if _fits(table, c)]
    chosen = fit[:MOST_COLUMNS]
    if target and any(c.name == target for c in fit[MOST_COLUMNS:]):
        chosen = [*chosen[:-1], next(c for c in fit if c.name == target)]
    sample = frame.take(rows)
    numbers: dict[int, Floats] = {}
    categories: dict[int, Ints] = {}
    for i, column in enumerate(chosen):
        if column.is_number:
            numbers[i] = sample.number(column.name)
        elif column.is_date:
            moments = sample.date(column.name)
            numbers[i] = np.where(np.equal(moments, MISSING_DATE), np.nan, moments.astype(np.float64))
        else:
            # Levels that no sampled row has are squeezed out, so that the counting tables stay small.
            categories[i] = np.unique(np.append(sample.categorical(column.name)[0], -1), return_inverse=True)[1][:-1] - 1
    values, ranked = np.full((2, len(chosen), len(chosen)), np.nan)
    at = np.array(list(numbers), dtype=np.intp)
    if len(at):
        values[np.ix_(at, at)] = pearson(np.column_stack(list(numbers.values())))
        ranked[np.ix_(at, at)] = pearson(np.column_stack([ranks(one) for one in numbers.values()]))
    for count, (i, codes) in enumerate(categories.items()):
        job.step(count / len(categories))
        for j, other in categories.items():
            if j >= i:
                values[i, j] = values[j, i] = category_strength(codes, other)
        for j, value in numbers.items():
            values[i, j] = values[j, i] = correlation_ratio(codes, value)
    return Relations(
        columns=tuple(column.name for column in chosen),
        values=_plain(values),
        rows=len(rows),
        sampled=len(rows) < frame.rows,
        left_out=len(table.schema.columns) - len(chosen),
        spearman=_plain(ranked),
    )


def _plain(values: Floats) -> tuple[tuple[float | None, ...], ...]:
    return tuple(tuple(round(v, 6) if np.isfinite(v) else None for v in row) for row in values.tolist())


def _fits(table: Table, column: Column) -> bool:
    if column.is_free_text:
        return False
    if column.is_number or column.is_date:
        return True
    return len(table.frame.categorical(column.name)[1]) <= _MOST_LEVELS


def pearson(values: Floats) -> Floats:
    """Pearson's correlation of every pair of columns, each pair on the rows that have both; NaN where one does not vary there."""
    there = ~np.isnan(values)
    x = np.where(there, values, 0.0)
    largest = np.abs(x).max(axis=0, initial=0.0)
    x = x / np.where(largest > 0, largest, 1.0)  # before the sums, so that no number is too large for them
    x = np.where(there, x - x.sum(axis=0) / np.maximum(there.sum(axis=0), 1), 0.0)
    largest = np.abs(x).max(axis=0, initial=0.0)
    x = x / np.where(largest > 0, largest, 1.0)
    m = there.astype(np.float64)
    n, sx, sxx, sxy = m.T @ m, x.T @ m, (x * x).T @ m, x.T @ x
    with np.errstate(invalid="ignore", divide="ignore"):
        vx, vy = sxx - sx * sx / n, sxx.T - sx.T * sx.T / n
        out = (sxy - sx * sx.T / n) / np.sqrt(vx * vy)
        flat = (vx <= 1e-12 * np.maximum(sxx, 1e-300)) | (vy <= 1e-12 * np.maximum(sxx.T, 1e-300)) | (n < 2)
    return np.where(flat, np.nan, np.clip(out, -1.0, 1.0))


def ranks(values: Floats) -> Floats:
    """Ranks from 1 among the values that are there, equal ones sharing their mean rank; NaN stays."""
    there = ~np.isnan(values)
    place, counts = np.unique(values[there], return_inverse=True, return_counts=True)[1:]
    found = np.full(len(values), np.nan)
    found[there] = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return found


def category_strength(a: Ints, b: Ints) -> float:
    """How closely two coded columns (-1 is missing) go together, from 0 to 1; NaN when either has one level.

    The mean square contingency is corrected for bias (Bergsma, 2013), and 0 where chance explains it (chi-square at 5 %). With two levels
    on a side, Cramér's V of it is the correlation of the two as numbers. With more, V falls with the number of levels, so Pearson's
    contingency coefficient over its greatest value (Sakoda, 1977) is taken: of normal columns, cut into levels, it is their correlation.
    """
    both = (a >= 0) & (b >= 0)
    one, other = _merged(a[both]), _merged(b[both])
    r, k, n = int(one.max(initial=-1)) + 1, int(other.max(initial=-1)) + 1, float(len(one))
    if n < 2 or r < 2 or k < 2:
        return float("nan")
    seen = np.bincount(one * k + other, minlength=r * k).reshape(r, k).astype(np.float64)
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / n
    phi = float(((seen - expected) ** 2 / expected).sum()) / n
    smaller = min(k - (k - 1) ** 2 / (n - 1), r - (r - 1) ** 2 / (n - 1)) - 1
    if smaller <= 0:
        return float("nan")
    freedom = (k - 1) * (r - 1)
    if phi * n <= _chi_square_limit(freedom):
        return 0.0
    phi = min(max(0.0, phi - freedom / (n - 1)), smaller)
    if min(r, k) == 2:
        return float(np.sqrt(phi / smaller))
    return float(np.sqrt(phi / (1 + phi) * (smaller + 1) / smaller))


def _merged(codes: Ints) -> Ints:
    """Codes from 0 on without gaps, rare levels as one; as they are where nothing else would be left."""
    counts = np.bincount(codes)
    rare = counts < _RARE
    if np.count_nonzero(~rare) + bool((rare & (counts > 0)).any()) < 2:
        rare = np.zeros(len(counts), dtype=bool)
    return np.unique(np.where(rare[codes], len(counts), codes), return_inverse=True)[1].astype(np.intp)


def _chi_square_limit(freedom: int) -> float:
    """The value that chi-square exceeds by chance in 5 % of the cases (Wilson and Hilferty, 1931)."""
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + 1.6449 * part**0.5) ** 3)


def correlation_ratio(codes: Ints, values: Floats) -> float:
    """The share of a number's spread that lies between the levels of a category, as a square root, corrected for bias (Kelley, 1935).

    NaN when nothing varies, or when there are no more rows than levels.
    """
    both = (codes >= 0) & ~np.isnan(values)
    codes, values = codes[both], values[both]
    levels, codes = np.unique(codes, return_inverse=True)
    if len(levels) < 2 or len(values) <= len(levels):
        return float("nan")
    values = values / (float(np.abs(values).max()) or 1.0)
    values = values - values.mean()
    total = float(values @ values)
    if total <= 0:
        return float("nan")
    within = total - float((np.bincount(codes, weights=values) ** 2 / np.bincount(codes)).sum())
    unexplained = within / total * (len(values) - 1) / (len(values) - len(levels))
    return float(np.sqrt(min(max(0.0, 1 - unexplained), 1.0)))
