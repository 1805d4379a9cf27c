"""What a step changed: which columns are new, gone or other than before, a few cells and the distributions of each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops_desktop.base.number_format import MINUS
from mlops_desktop.engine.pipeline.preview_results import Change, ColumnCells, ColumnChange, ColumnDistribution, Side
from mlops_desktop.serving.dates import date_text, time_format
from mlops_desktop.serving.frame import CATEGORICAL, SPARSE, Bools, Frame, Ints
from mlops_desktop.serving.message import number_msg

MOST_CHANGES = 16  # changes that are drawn; the counts are of all of them
COLUMNS = 40  # columns of the table of first rows
BINS, TOP = 18, 8
LONGEST = 80  # characters of a cell
MISSING = "–"


@dataclass(frozen=True)
class Changes:
    """Names of columns before and after a step: `gone`, `new`, and `other`, those that are there on both sides with other values."""

    gone: tuple[str, ...]
    new: tuple[str, ...]
    other: tuple[str, ...]


def compare(before: Frame, after: Frame) -> Changes:
    """What is different between two frames of the same rows."""
    here, there = frozenset(before.layout.names()), frozenset(after.layout.names())
    return Changes(
        tuple(name for name in before.layout.names() if name not in there),
        tuple(name for name in after.layout.names() if name not in here),
        tuple(name for name in before.layout.names() if name in there and not _same(before, after, name)),
    )


def changed_cells(before: Frame, after: Frame) -> int:
    """How many cells two frames of the same rows differ in; a column that only one of them has counts with all of its rows."""
    found = compare(before, after)
    return (len(found.gone) + len(found.new)) * before.rows + sum(int(_differs(before, after, name).sum()) for name in found.other)


def _same(before: Frame, after: Frame, name: str) -> bool:
    return before.layout.kind(name) == after.layout.kind(name) and not _differs(before, after, name).any()


def _differs(before: Frame, after: Frame, name: str) -> Bools:
    """In which rows a column that is there on both sides is not the same."""
    kind = before.layout.kind(name)
    if kind != after.layout.kind(name):
        return np.ones(before.rows, dtype=bool)
    if kind == SPARSE:
        return np.zeros(before.rows, dtype=bool)  # no step changes a feature of a text and keeps its name
    if kind == CATEGORICAL:
        codes, levels = before.categorical(name)
        other, its = after.categorical(name)
        place = {level: i for i, level in enumerate(levels)}
        return _unequal(np.array([*(place.get(level, -2) for level in its), -1])[other], codes)
    if kind == "number":
        old, new = before.number(name), after.number(name)
        return _unequal(old, new) & ~(np.isnan(old) & np.isnan(new))
    return _unequal(before.date(name), after.date(name))


def _unequal(some: Any, others: Any) -> Bools:
    found: Bools = np.not_equal(some, others)
    return found


def changed_columns(before: Frame, after: Frame, changes: Changes, target_scores: Mapping[str, float]) -> tuple[ColumnChange, ...]:
    """The first changes with the distributions on both sides.

    Columns of 0 and 1 and features of texts that were made of one column are one distribution. `target_scores`: of new numbers, by name.
    """
    found: list[ColumnChange] = []
    left = dict.fromkeys(changes.new)
    for name in changes.gone:
        if len(found) >= MOST_CHANGES:
            break
        made = [one for one in left if not set(after.layout.source(one)).isdisjoint(before.layout.source(name))]
        flags = [one for one in made if _is_flag(after, one)]
        if len(flags) > 1 or (flags and after.layout.kind(flags[0]) == SPARSE):
            left = {one: None for one in left if one not in flags}
            found.append(ColumnChange(name, _distribution(before, name), _many(after, flags, name)))
        else:
            found.append(ColumnChange(name, _distribution(before, name), None))
    for name in changes.other[: max(MOST_CHANGES - len(found), 0)]:
        found.append(ColumnChange(name, _distribution(before, name), _distribution(after, name)))
    sparse = [name for name in left if after.layout.kind(name) == SPARSE]
    if sparse:
        source = ", ".join(after.layout.sources_of(sparse[:1]))
        found.append(ColumnChange(source, None, _many(after, sparse, source)))
        left = {one: None for one in left if one not in frozenset(sparse)}
    for name in list(left)[: max(MOST_CHANGES - len(found), 0)]:
        found.append(ColumnChange(name, None, _distribution(after, name), target_scores.get(name)))
    return tuple(found)


def _is_flag(frame: Frame, name: str) -> bool:
    if frame.layout.kind(name) == SPARSE:
        return True
    values = frame.number(name) if frame.layout.kind(name) == "number" else np.empty(0)
    return bool(len(values) and ((values == 0) | (values == 1)).all())


def _many(frame: Frame, names: Sequence[str], source: str) -> ColumnDistribution:
    """In how many rows each of these columns is not 0, the most frequent first."""
    counts: dict[str, int] = {}
    for name in names:
        if frame.layout.kind(name) == "number":
            counts[name] = int(np.count_nonzero(frame.number(name)))
    for block, features in zip(frame.sparse, frame.layout.sparse, strict=True):
        filled = np.bincount(block.indices, minlength=block.width).tolist()
        counts.update((name, filled[i]) for i, name in enumerate(features))
    wanted = sorted(names, key=lambda name: -counts[name])[:TOP]
    short = tuple(_short(name, source) for name in wanted)
    return ColumnDistribution("many", tuple(counts[name] for name in wanted), missing=0, distinct=len(names), names=short)


def _short(name: str, source: str) -> str:
    """A made column's name without the name that it was made of: “Paris” for “city = Paris”."""
    for between in (" = ", ": ", " "):
        if name.startswith(source + between):
            return name[len(source + between) :]
    return name


def _distribution(frame: Frame, name: str) -> ColumnDistribution:
    kind = frame.layout.kind(name)
    missing = int(frame.missing(name).sum())
    if kind == CATEGORICAL:
        codes, levels = frame.categorical(name)
        counts = np.bincount(codes[codes >= 0], minlength=len(levels))
        top = np.argsort(-counts, kind="stable")[:TOP].tolist()
        shown = [i for i in top if counts[i]]
        names = tuple(_cut(levels[i]) for i in shown)
        return ColumnDistribution(kind, tuple(int(counts[i]) for i in shown), missing, int((counts > 0).sum()), names=names)
    values = frame.number(name) if kind == "number" else frame.date(name).astype(np.float64)
    values = values[~frame.missing(name) & np.isfinite(values)]
    distinct = np.unique(values)
    if kind == "number" and 0 < len(distinct) <= 2 and bool(np.isin(distinct, (0.0, 1.0)).all()):
        ones = int(values.sum())
        return ColumnDistribution("categorical", (len(values) - ones, ones), missing, len(distinct), names=("0", "1"))
    edges, bins = _histogram(values, len(distinct))
    return ColumnDistribution(kind, bins, missing, len(distinct), edges=edges)


def _histogram(values: Any, distinct: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Edges and counts."""
    if not len(values):
        return (), ()
    low, high = float(values.min()), float(values.max())
    if low == high or not math.isfinite(high - low):
        return (low, high), (len(values),)
    bins = min(BINS, max(distinct, 2))
    at = np.minimum(((values - low) / (high - low) * bins).astype(np.intp), bins - 1)
    return tuple(np.linspace(low, high, bins + 1).tolist()), tuple(np.bincount(at, minlength=bins).tolist())


def first_rows(before: Frame, after: Frame, changes: Changes, rows: int) -> tuple[ColumnCells, ...]:
    """The first rows of what changed, column by column.

    A changed column is on both sides; beside a new one are the columns it was made of. Rows in which a column changed come first.
    """
    touched = np.zeros(before.rows, dtype=bool)
    for name in changes.other[:COLUMNS]:
        touched |= _differs(before, after, name)
    first = np.argsort(~touched, kind="stable")[:rows]
    old, new = before.take(first), after.take(first)
    found: list[ColumnCells] = []
    shown: set[tuple[str, str]] = set()

    def add(frame: Frame, name: str, side: Side, change: Change) -> None:
        if (name, side) not in shown and len(found) < COLUMNS:
            shown.add((name, side))
            found.append(ColumnCells(name, frame.layout.kind(name), tuple(cells(frame, name)), side, change))

    for name in changes.other:
        add(old, name, "before", "other")
        add(new, name, "after", "other")
    sources = {name: after.layout.source(name) for name in changes.new[: 4 * COLUMNS]}
    for name in changes.gone:
        add(old, name, "before", "gone")
        sources_of_gone = frozenset(before.layout.source(name))
        for made, of in sources.items():
            if not sources_of_gone.isdisjoint(of):
                add(new, made, "after", "new")
    for made, of in sources.items():
        if (made, "after") not in shown:
            for source in of:
                if source in before.layout.names() and (source, "before") not in shown:
                    add(old, source, "before", "source")
            add(new, made, "after", "new")
    return tuple(found)


def cells(frame: Frame, name: str) -> list[str]:
    """Every cell of a column as a text; numbers with as many decimals as distinguish them, a dash for missing ones."""
    kind = frame.layout.kind(name)
    if kind == CATEGORICAL:
        return [MISSING if text is None else _cut(text) for text in frame.texts(name)]
    if kind == "date":
        dates = frame.date(name)
        form = time_format(dates)
        return [date_text(at, form).replace("T", " ") or MISSING for at in dates.tolist()]
    if kind == "number":
        return number_texts(frame.number(name).tolist())
    for block, features in zip(frame.sparse, frame.layout.sparse, strict=True):
        if name in features:
            at = features.index(name)
            there = block.indices == at
            dense = np.zeros(block.rows)
            dense[block.row_of()[there]] = block.data[there]
            return number_texts(dense.tolist())
    raise AssertionError(name)


def number_texts(values: Sequence[float]) -> list[str]:
    """Numbers of one column, all with the same decimals: those that distinguish them, at most two or four digits in all. They are messages,
    so the window writes them with the marks of its language.
    """
    known = [value for value in values if math.isfinite(value)]
    size = max((abs(value) for value in known), default=0.0)
    if size >= 1e12 or 0 < size < 1e-3:
        return [_number_text(value, ".4g") for value in values]
    most = max(2 if size < 1e6 else 0, 3 - (math.floor(math.log10(size)) if size > 0 else 0))
    decimals = next((d for d in range(most) if all(abs(round(value, d) - value) <= 1e-9 * size for value in known)), most)
    apart = "" if decimals == 0 and known and min(known) >= 1000 and size < 3000 else ","  # 2012 is a year, not two thousand and twelve
    return [_number_text(value, f"{apart}.{decimals}f") for value in values]


def _number_text(value: float, form: str) -> str:
    return MISSING if value != value else number_msg(abs(value), form, MINUS if value < 0 else "")


def rows_of(frame: Frame, at: Ints, first: Sequence[str] = ()) -> tuple[ColumnCells, ...]:
    """Some rows of a frame as texts, column by column, those of `first` first."""
    part = frame.take(at)
    here = (*frame.layout.numbers, *frame.layout.categoricals, *frame.layout.dates)
    names = tuple(dict.fromkeys([name for name in first if name in here] + list(here)))[:COLUMNS]
    return tuple(ColumnCells(name, part.layout.kind(name), tuple(cells(part, name))) for name in names)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
