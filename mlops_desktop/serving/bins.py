"""The bins of a column's values at training, in which later values are counted too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .column import Column
from .dates import date_text
from .frame import MISSING_DATE, Floats, Ints, Longs
from .serialization import Serializable
from .value_text import number_text

DECILES = 10
MAX_LEVELS = 30


@dataclass(frozen=True)
class Bins(Serializable):
    """The bins of one column, and the number of training rows in each.

    Numbers and dates (microseconds): missing, below `low`, one between each two of `cuts`, above `high`. Categories: missing, unseen,
    other known levels, then each of `levels`. Categoricals without known levels (texts, identifiers): missing, present.
    """

    name: str
    type: str  # number, categorical, date, presence
    counts: tuple[int, ...]
    low: float = 0.0
    high: float = 0.0
    cuts: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def size(self) -> int:
        """The number of bins."""
        return {"number": len(self.cuts) + 4, "date": len(self.cuts) + 4, "categorical": len(self.levels) + 3, "presence": 2}[self.type]

    def count_values(self, values: Floats) -> Longs:
        """The counts of values (rows,), NaN where missing."""
        missing = np.isnan(values)
        present = values[~missing]
        position = np.searchsorted(np.array(self.cuts), present, side="right") + 2
        position[present < self.low] = 1
        position[present > self.high] = len(self.cuts) + 3
        counts = np.bincount(position, minlength=self.size())
        counts[0] = int(missing.sum())
        return counts.astype(np.int64)

    def places(self) -> dict[str, int]:
        """The bin of each known level."""
        return {**dict.fromkeys(self.others, 2), **{level: i for i, level in enumerate(self.levels, 3)}}

    def labels(self) -> list[str]:
        """The label of each bin."""
        if self.type == "presence":
            return ["missing", "there"]
        if self.type == "categorical":
            return ["missing", "unseen", "other", *(f"= {level}" for level in self.levels)]
        ends = [self._text(edge) for edge in (self.low, *self.cuts, self.high)]
        return ["missing", f"< {ends[0]}", *(f"{a} to {b}" for a, b in pairwise(ends)), f"> {ends[-1]}"]

    def _text(self, edge: float) -> str:
        return date_text(int(edge)) if self.type == "date" else number_text(edge, 6)


def number_bins(name: str, kind: str, values: Floats, column: Column | None = None) -> Bins:
    """The bins of numbers, or of dates as float64 microseconds, with their counts: deciles, and the range of the column."""
    present = values[~np.isnan(values)]
    low, high = (float(present.min()), float(present.max())) if len(present) else (0.0, 0.0)
    if column is not None and column.low is not None and column.high is not None:
        low, high = float(column.low), float(column.high)
    cuts = np.unique(np.quantile(present, np.arange(1, DECILES) / DECILES)) if len(present) else np.empty(0)
    bins = Bins(name, kind, (), low, high, tuple(cuts[(cuts >= low) & (cuts <= high)].tolist()))
    return _with_counts(bins, bins.count_values(values))


def level_bins(column: Column, codes: Ints, levels: Sequence[str], known: Sequence[str]) -> Bins:
    """The bins of codes of levels with their counts: the most frequent of the `known` levels; there or not, where none is known."""
    level_counts = np.bincount(codes[codes >= 0], minlength=len(levels)).tolist()
    frequency = dict(zip(levels, level_counts, strict=True))
    by_frequency = sorted(known, key=lambda level: (-frequency.get(level, 0), level))
    if not known:
        return Bins(column.name, "presence", (int((codes < 0).sum()), int((codes >= 0).sum())))
    bins = Bins(column.name, "categorical", (), levels=tuple(by_frequency[:MAX_LEVELS]), others=tuple(by_frequency[MAX_LEVELS:]))
    counts = np.zeros(bins.size(), dtype=np.int64)
    count_categories(counts, bins.places(), codes, levels)
    return _with_counts(bins, counts)


def _with_counts(bins: Bins, counts: Longs) -> Bins:
    return replace(bins, counts=tuple(counts.tolist()))


def date_values(dates: Longs) -> Floats:
    """Dates as float64 microseconds, NaN where missing."""
    return np.where(np.equal(dates, MISSING_DATE), np.nan, dates.astype(np.float64))


def bin_of(places: Mapping[str, int] | None, code: int, levels: Sequence[str]) -> int:
    """The bin of one cell: 0 when missing, 1 when its level has no bin; without `places` 1 for every level."""
    return 0 if code < 0 else 1 if places is None else places.get(levels[code], 1)


def count_categories(counts: Longs, places: Mapping[str, int] | None, codes: Ints, levels: Sequence[str]) -> None:
    """Add the cells of a categorical column to `counts`."""
    bins = np.array([*(bin_of(places, code, levels) for code in range(len(levels))), 0])
    counts += np.bincount(bins[codes], minlength=len(counts))
