"""What is in a table, column by column: statistics, distributions (by target), relations, findings.

Every row counts unless it says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.target_columns import FEW_CLASSES
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.data import Table
from mlops_desktop.engine.profiling.all_findings import find
from mlops_desktop.engine.profiling.finding import Seen
from mlops_desktop.engine.profiling.relations import relations
from mlops_desktop.engine.profiling.results import ByTarget, ColumnProfile, Histogram, Profile, Value
from mlops_desktop.engine.profiling.row_rules import repeated_rows
from mlops_desktop.engine.project import Role
from mlops_desktop.serving.cells import level_of
from mlops_desktop.serving.dates import date_text
from mlops_desktop.serving.frame import MISSING_DATE, Floats, Frame, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.schema import Column

BINS = 20
TOP = 12  # levels that are listed for a categorical column
_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_GROUPS = 8  # classes that a distribution by target distinguishes; the rest are one


def profile(table: Table, target: str | None, job: Job, *, task: str | None = None, roles: Mapping[str, Role] | None = None) -> Profile:
    """Everything of a table that the Data panel, the report and `profile` show; `std` divides by n - 1. With a target, histograms and top
    levels are split by it.
    """
    frame = table.frame
    groups = _groups(table, target, task) if target else None
    columns = []
    for i, column in enumerate(table.schema.columns):
        job.step(0.6 * i / len(table.schema.columns), msg("Looking at {column}", column=column.name))
        columns.append(_described(column, frame, groups if column.name != target else None))
    job.step(0.6, "Relations between the columns")
    related = relations(table, target, Part(job, 0.6, 0.8))
    job.step(0.8, "Findings")
    found = find(table, target, task, roles or {}, Part(job, 0.8, 1.0))
    duplicates = repeated_rows(Seen(table, target, task, roles or {}))
    return Profile(frame.rows, duplicates, tuple(columns), tuple(found), related, tuple(table.evidence), target)


@dataclass(frozen=True, eq=False)
class Groups:
    """What a target splits rows by: class positions (-1 where missing) with their names, or numbers to average."""

    names: tuple[str, ...]
    codes: Ints
    values: Floats | None = None


def _groups(table: Table, target: str, task: str | None) -> Groups:
    column = table.schema.column(target)
    frame = table.frame
    if column.is_categorical:
        codes, levels = frame.categorical(target)
        return _largest(codes, list(levels))
    if column.is_date:
        return Groups((), np.full(frame.rows, -1, dtype=np.intp))
    values = frame.number(target)
    there = ~np.isnan(values)
    distinct, codes = np.unique(values[there], return_inverse=True)
    if not (task_spec(task).has_classes if task else len(distinct) <= FEW_CLASSES):
        return Groups((), np.where(there, 0, -1).astype(np.intp), values)
    labels = (*column.grammar.false[:1], *column.grammar.true[:1])
    if column.type == "boolean":
        names = [labels[int(v)] if len(labels) == 2 else level_of(bool(v)) for v in distinct.tolist()]
    else:
        names = [level_of(v) for v in distinct.tolist()]
    all_codes = np.full(frame.rows, -1, dtype=np.intp)
    all_codes[there] = codes
    return _largest(all_codes, names)


def _largest(codes: Ints, names: list[str]) -> Groups:
    """The largest groups in the order of their names; the others are one."""
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    used = np.flatnonzero(counts)
    kept = sorted(used[np.argsort(-counts[used], kind="stable")][:_GROUPS].tolist(), key=lambda i: names[i])
    place = np.full(len(names) + 1, -1, dtype=np.intp)
    place[used] = len(kept)
    place[kept] = np.arange(len(kept))
    rest = ("other",) if len(used) > len(kept) else ()
    return Groups((*(names[i] for i in kept), *rest), place[codes])


def _described(column: Column, frame: Frame, groups: Groups | None) -> ColumnProfile:
    missing = int(frame.missing(column.name).sum())
    start = ColumnProfile(column.name, column.type, column.unit, column.description, missing, distinct=0)
    if column.type == "boolean":
        return _of_boolean(start, column, frame, groups)
    if column.is_number:
        return _of_values(start, frame.number(column.name), groups)
    if column.is_date:
        return _of_dates(start, frame, column, groups)
    return _categorical_profile(start, frame, column, groups)


def _of_boolean(start: ColumnProfile, column: Column, frame: Frame, groups: Groups | None) -> ColumnProfile:
    values = frame.number(column.name)
    codes = np.where(np.isnan(values), -1, values == 1).astype(np.intp)
    names = [(column.grammar.false or ("false",))[0], (column.grammar.true or ("true",))[0]]
    counts = np.bincount(codes[codes >= 0], minlength=2)
    order = np.argsort(-counts, kind="stable")
    shown = [i for i in order.tolist() if counts[i]]
    return replace(
        start,
        distinct=int((counts > 0).sum()),
        top=tuple((names[i], int(counts[i])) for i in shown),
        mean=float(np.nanmean(values)) if counts.sum() else None,
        by_target=_split(codes, shown, groups),
    )


def _of_values(start: ColumnProfile, values: Floats, groups: Groups | None) -> ColumnProfile:
    ordered = np.sort(values[~np.isnan(values)])
    if not len(ordered):
        return replace(start, quantiles={}, zeros=0)
    distinct = 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))
    edges = _edges(ordered, distinct, start.type == "integer")
    bins = _bins(values, edges)
    with np.errstate(over="ignore", invalid="ignore"):  # sums of the largest floats: such a mean is reported as unknown
        mean, std = ordered.mean(), ordered.std(ddof=1) if len(ordered) > 1 else math.nan
        quantiles = np.quantile(ordered, _QUANTILES).tolist()
    counts = np.bincount(bins[bins >= 0], minlength=len(edges) - 1)
    return replace(
        start,
        distinct=distinct,
        mean=_finite(mean),
        std=_finite(std),
        min=float(ordered[0]),
        max=float(ordered[-1]),
        quantiles={f"{q:g}": _finite(v) for q, v in zip(_QUANTILES, quantiles, strict=True)},
        histogram=Histogram(tuple(edges.tolist()), tuple(counts.tolist())),
        zeros=int(np.searchsorted(ordered, 0.0, "right") - np.searchsorted(ordered, 0.0, "left")),
        by_target=_split(bins, list(range(len(edges) - 1)), groups),
    )


def _edges(ordered: Floats, distinct: int, whole: bool) -> Floats:
    """Edges of equal bins; whole numbers get bins that hold equally many of them."""
    low, high = float(ordered[0]), float(ordered[-1])
    if whole and high - low < 2**52:
        step = max(math.ceil((high - low + 1) / BINS), 1)
        count = math.ceil((high - low + 1) / step)
        return low - 0.5 + step * np.arange(count + 1.0)
    if low == high or not math.isfinite(high - low):
        return np.array([low, np.nextafter(high, math.inf)]) if math.isfinite(high - low) else np.array([low, 0.0, high])
    return np.linspace(low, high, min(BINS, max(distinct, 1)) + 1)


def _bins(values: Floats, edges: Floats) -> Ints:
    bins = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    return np.where(np.isnan(values), -1, bins).astype(np.intp)


def _of_dates(start: ColumnProfile, frame: Frame, column: Column, groups: Groups | None) -> ColumnProfile:
    moments = frame.date(column.name)
    values = np.where(np.equal(moments, MISSING_DATE), np.nan, moments.astype(np.float64))
    found = _of_values(start, values, groups)

    def text(value: Value | None) -> str | None:
        return None if value is None else date_text(round(float(value)), column.grammar.date, column.grammar.zone)

    histogram = found.histogram
    return replace(
        found,
        mean=text(found.mean),
        std=None,
        min=text(found.min),
        max=text(found.max),
        quantiles={share: text(value) for share, value in (found.quantiles or {}).items()},
        histogram=Histogram(tuple(text(edge) or "" for edge in histogram.edges), histogram.counts) if histogram else None,
        zeros=0,
    )


def _categorical_profile(start: ColumnProfile, frame: Frame, column: Column, groups: Groups | None) -> ColumnProfile:
    codes, levels = frame.categorical(column.name)
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    used = np.flatnonzero(counts)
    found = replace(start, distinct=len(used))
    if column.is_free_text:
        sizes = np.array([len(level) for level in levels] or [0])
        word_counts = np.array([len(level.split()) for level in levels] or [0])
        total = int(counts.sum())
        if total:
            characters, per_text = (float((each[: len(counts)] * counts).sum() / total) for each in (sizes, word_counts))
            found = replace(found, characters=characters, words=per_text)
        used = used[counts[used] > 1]  # a text that occurs once is no usual one
    top = used[np.argsort(-counts[used], kind="stable")][:TOP].tolist()
    if column.type == "ordered":
        order = {level: i for i, level in enumerate(column.levels)}
        top.sort(key=lambda i: order.get(levels[i], len(order)))
    return replace(found, top=tuple((levels[i], int(counts[i])) for i in top), by_target=_split(codes, top, groups))


def _split(bins: Ints, shown: list[int], groups: Groups | None) -> ByTarget | None:
    """The counts of the shown bins by class, or the target's mean in each."""
    if groups is None or not shown:
        return None
    both = (bins >= 0) & (groups.codes >= 0)
    width = max(int(bins.max()) + 1, max(shown) + 1)
    if groups.values is not None:
        counts = np.bincount(bins[both], minlength=width)
        sums = np.bincount(bins[both], weights=groups.values[both], minlength=width)
        return ByTarget(means=tuple(_finite(sums[i] / counts[i]) if counts[i] else None for i in shown))
    if not groups.names:
        return None
    table = np.bincount(groups.codes[both] * width + bins[both], minlength=width * len(groups.names)).reshape(len(groups.names), width)
    return ByTarget(tuple(groups.names), tuple(map(tuple, table[:, shown].tolist())))


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
