"""Measures how columns of a table are associated: one strength from 0 to 1 for every pair, whatever their types."""

from __future__ import annotations

import numpy as np

from mlops_desktop.base.job import Job
from mlops_desktop.engine.data import Table
from mlops_desktop.engine.profiling.results import Relations
from mlops_desktop.serving.frame import MISSING_DATE, Floats, Ints
from mlops_desktop.serving.schema import NUMBER_TYPES, Column

SAMPLE = 20_000  # rows that relations are measured on
MOST_COLUMNS = 60
_MOST_LEVELS = 50


def relations(table: Table, target: str | None, job: Job) -> Relations:
    """A strength for every pair of columns, None where a pair has no two rows in common.

    Two numbers (dates and booleans too): Pearson's correlation, with its sign. Two categories: Cramér's V, corrected for bias (Bergsma
    2013). A number and a category: the correlation ratio (eta). Texts, identifiers, and categories of more than 50 levels are left out.
    Tables of more than SAMPLE rows are measured on so many rows, drawn with a fixed seed.
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
        if column.type in NUMBER_TYPES:
            numbers[i] = sample.number(column.name)
        elif column.type == "date":
            moments = sample.date(column.name)
            numbers[i] = np.where(np.equal(moments, MISSING_DATE), np.nan, moments.astype(np.float64))
        else:
            # Levels that no sampled row has are squeezed out, so that the counting tables stay small.
            categories[i] = np.unique(np.append(sample.categorical(column.name)[0], -1), return_inverse=True)[1][:-1] - 1
    values = np.full((len(chosen), len(chosen)), np.nan)
    at = np.array(list(numbers), dtype=np.intp)
    if len(at):
        values[np.ix_(at, at)] = pearson(np.column_stack(list(numbers.values())))
    for count, (i, codes) in enumerate(categories.items()):
        job.step(count / len(categories))
        for j, other in categories.items():
            if j >= i:
                values[i, j] = values[j, i] = cramers_v(codes, other)
        for j, value in numbers.items():
            values[i, j] = values[j, i] = correlation_ratio(codes, value)
    return Relations(
        columns=tuple(column.name for column in chosen),
        values=tuple(tuple(round(v, 6) if np.isfinite(v) else None for v in row) for row in values.tolist()),
        rows=len(rows),
        sampled=len(rows) < frame.rows,
        left_out=len(table.schema.columns) - len(chosen),
    )


def _fits(table: Table, column: Column) -> bool:
    if column.type in ("text", "id"):
        return False
    if column.type in NUMBER_TYPES or column.type == "date":
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


def cramers_v(a: Ints, b: Ints) -> float:
    """Cramér's V of two coded columns (-1 is missing), corrected for bias; NaN when either has one level."""
    both = (a >= 0) & (b >= 0)
    k = int(b.max(initial=-1)) + 1
    seen = np.bincount(a[both] * k + b[both], minlength=(int(a.max(initial=-1)) + 1) * k).reshape(-1, max(k, 1)).astype(np.float64)
    seen = seen[seen.sum(axis=1) > 0][:, seen.sum(axis=0) > 0]
    (r, k), n = seen.shape, float(seen.sum())
    if n < 2 or r < 2 or k < 2:
        return float("nan")
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / n
    phi = ((seen - expected) ** 2 / expected).sum() / n
    phi = max(0.0, phi - (k - 1) * (r - 1) / (n - 1))
    smaller = min(k - (k - 1) ** 2 / (n - 1), r - (r - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(min(phi / smaller, 1.0))) if smaller > 0 else float("nan")


def correlation_ratio(codes: Ints, values: Floats) -> float:
    """Eta: the share of a number's spread that lies between the levels of a category, as a square root; NaN when nothing varies."""
    both = (codes >= 0) & ~np.isnan(values)
    codes, values = codes[both], values[both]
    if len(values) < 2:
        return float("nan")
    values = values / (float(np.abs(values).max()) or 1.0)
    values = values - values.mean()
    total = float(values @ values)
    if total <= 0 or len(np.unique(codes)) < 2:
        return float("nan")
    counts = np.bincount(codes)
    sums = np.bincount(codes, weights=values)
    used = counts > 0
    return float(np.sqrt(min((sums[used] ** 2 / counts[used]).sum() / total, 1.0)))
