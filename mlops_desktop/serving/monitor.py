"""Drift monitoring: counts of the served rows in the bins of the training data. No row is stored.

The bins of each column are fixed at training: deciles of numbers and dates with bins below and above the range, the 30 most frequent
levels with bins for the other known levels and for unseen ones, and a bin for missing values. Counts of processes or days can be added.

A column drifts when the change is *significant and large*: watch when PSI > 0.1, act when PSI > 0.25, if the p-value (`drift`) is below
0.01 and stays significant among all columns and the score (Benjamini-Hochberg at 3 %). PSI alone has many false positives in small windows,
p-values alone in large ones. Dates that are later than those of training are no drift: the calendar moves on.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from .chi_square import benjamini_hochberg
from .dates import date_text
from .drift import SIGNIFICANT, measure_levels, measure_numbers
from .errors import UserError
from .frame import MISSING_DATE, Floats, Frame, Ints, Longs
from .message import msg, number_msg
from .prediction_spec import MonitoredScore, PredictionSpec
from .schema import NUMBER_TYPES, Column, Schema
from .serialization import Serializable
from .value_text import number_text

WATCH, ACT = 0.1, 0.25
FALSE_DISCOVERIES = 0.03  # below the promised 5 %, for p-values of few rows are not exact
MIN_ROWS = 50
DECILES = 10
MAX_LEVELS = 30
MAX_PENDING = 128  # rows are counted in batches: a few microseconds a row instead of 100
VERDICTS = ("not_enough_data", "stable", "watch", "act")


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


@dataclass(frozen=True)
class Reference(Serializable):
    """The distribution of the training data: the bins of every input column and of the score."""

    columns: tuple[Bins, ...]
    score: Bins
    rows: int


def reference_of(schema: Schema, frame: Frame, scores: Floats, spec: PredictionSpec) -> Reference:
    """The reference of the rows that a model was trained on. `scores` are the model's, of any number of rows, in the shape of `spec`.

    Pass scores of rows that the model was not fitted on (out of fold, or held out): scores of its own training rows are overconfident, so
    new data would appear to drift. Only counts and bin edges are stored, and of categories only the schema's (frequent) levels.
    """
    bins = []
    for column in schema.columns:
        if column.type in NUMBER_TYPES:
            bins.append(_numeric(column.name, "number", frame.number(column.name), column))
        elif column.type == "date":
            bins.append(_numeric(column.name, "date", _date_values(frame.date(column.name)), column))
        else:
            bins.append(_categorical_bins(column, *frame.categorical(column.name)))
    return Reference(tuple(bins), _score_bins(spec.monitored(scores)), frame.rows)


def _numeric(name: str, kind: str, values: Floats, column: Column | None = None) -> Bins:
    present = values[~np.isnan(values)]
    low, high = (float(present.min()), float(present.max())) if len(present) else (0.0, 0.0)
    if column is not None and column.low is not None and column.high is not None:
        low, high = float(column.low), float(column.high)
    cuts = np.unique(np.quantile(present, np.arange(1, DECILES) / DECILES)) if len(present) else np.empty(0)
    bins = Bins(name, kind, (), low, high, tuple(cuts[(cuts >= low) & (cuts <= high)].tolist()))
    return _with_counts(bins, bins.count_values(values))


def _categorical_bins(column: Column, codes: Ints, levels: Sequence[str]) -> Bins:
    counted = np.bincount(codes[codes >= 0], minlength=len(levels)).tolist()
    known = [*column.levels] if column.type in ("category", "ordered") else []
    frequency = dict(zip(levels, counted, strict=True))
    by_frequency = sorted(known, key=lambda level: (-frequency.get(level, 0), level))
    if not known:
        return Bins(column.name, "presence", (int((codes < 0).sum()), int((codes >= 0).sum())))
    bins = Bins(column.name, "categorical", (), levels=tuple(by_frequency[:MAX_LEVELS]), others=tuple(by_frequency[MAX_LEVELS:]))
    counts = np.zeros(bins.size(), dtype=np.int64)
    _count_categories(counts, bins.places(), codes, levels)
    return _with_counts(bins, counts)


def _score_bins(score: MonitoredScore) -> Bins:
    if not score.classes:
        return _numeric("score", "number", score.values)
    counts = np.bincount(score.values.astype(np.intp), minlength=score.classes)
    return Bins("score", "categorical", (0, 0, 0, *counts.tolist()), levels=tuple(str(i) for i in range(score.classes)))


def _with_counts(bins: Bins, counts: Longs) -> Bins:
    return replace(bins, counts=tuple(counts.tolist()))


def _date_values(dates: Longs) -> Floats:
    return np.where(np.equal(dates, MISSING_DATE), np.nan, dates.astype(np.float64))


def _place(places: Mapping[str, int] | None, code: int, levels: Sequence[str]) -> int:
    """The bin of one cell: 0 when missing, 1 when its level has no bin; without `places` 1 for every level."""
    return 0 if code < 0 else 1 if places is None else places.get(levels[code], 1)


def _count_categories(counts: Longs, places: Mapping[str, int] | None, codes: Ints, levels: Sequence[str]) -> None:
    """Add the cells of a categorical column to `counts`."""
    bins = np.array([*(_place(places, code, levels) for code in range(len(levels))), 0])
    counts += np.bincount(bins[codes], minlength=len(counts))


class Counters:
    """Counts of the scored rows in the bins of a reference. Thread-safe.

    Up to 128 rows are kept in memory until they are counted as a batch; after that only the counts are kept.
    """

    def __init__(self, reference: Reference, spec: PredictionSpec) -> None:
        self.reference = reference
        self._monitored = spec.monitored
        self._lock = threading.Lock()
        self._pending: list[tuple[Frame, Floats]] = []
        self._pending_rows = 0
        self._counts = [np.zeros(bins.size(), dtype=np.int64) for bins in (*reference.columns, reference.score)]
        self._places = [bins.places() if bins.type == "categorical" else {} for bins in reference.columns]
        self.rows = 0

    def add(self, frame: Frame, scores: Floats) -> None:
        """Count rows of the schema's layout with their scores."""
        with self._lock:
            self._pending.append((frame, scores))
            self._pending_rows += frame.rows
            if self._pending_rows >= MAX_PENDING:
                self._count()

    def counts(self) -> list[list[int]]:
        """The counts of every column, then of the score, as plain JSON; `merge` adds those of another process."""
        with self._lock:
            self._count()
            return [counts.tolist() for counts in self._counts]

    def merge(self, counts: Sequence[Sequence[int]]) -> None:
        """Add the `counts()` of another process with the same reference; UserError when they do not fit."""
        sizes = [len(own) for own in self._counts]
        if [len(other) for other in counts] != sizes:
            raise UserError("These counts belong to another model.", "Only counts of the same model version can be added up.")
        with self._lock:
            for own, other in zip(self._counts, counts, strict=True):
                own += np.asarray(other, dtype=np.int64)
            self.rows += int(sum(counts[-1]))

    def _count(self) -> None:
        pending, self._pending, self._pending_rows = self._pending, [], 0
        if not pending:
            return
        frames = [frame for frame, _ in pending]
        layout = frames[0].layout
        numbers = np.concatenate([frame.numbers for frame in frames])
        dates = np.concatenate([frame.dates for frame in frames])
        single = [(frame.codes[0].tolist(), frame.levels) for frame in frames if frame.rows == 1]
        several = [frame for frame in frames if frame.rows != 1]
        for bins, places, counts in zip(self.reference.columns, self._places, self._counts, strict=False):
            if bins.type == "number":
                counts += bins.count_values(numbers[:, layout.numbers.index(bins.name)])
            elif bins.type == "date":
                counts += bins.count_values(_date_values(dates[:, layout.dates.index(bins.name)]))
            else:
                at, known = layout.categoricals.index(bins.name), places if bins.type == "categorical" else None
                for frame in several:
                    _count_categories(counts, known, frame.codes[:, at], frame.levels[at])
                tally = [0] * len(counts)
                for codes, levels in single:
                    tally[_place(known, codes[at], levels[at])] += 1
                counts += np.array(tally)
        self._count_scores(np.concatenate([scores for _, scores in pending]))

    def _count_scores(self, scores: Floats) -> None:
        counts, score = self._counts[-1], self._monitored(scores)
        self.rows += len(scores)
        if score.classes:
            counts += np.bincount(score.values.astype(np.intp) + 3, minlength=len(counts))
        else:
            counts += self.reference.score.count_values(score.values)

    def report(self, counts: Sequence[Sequence[int]] | None = None) -> dict[str, Any]:
        """The drift report of `counts` (by default its own) as plain JSON:
        `{"rows", "reference_rows", "verdict", "columns": [...], "score", "counts"}`.

        A column has `field`, `verdict` (not_enough_data, stable, watch, act), `psi`, `p`, the shares `missing`, `unseen` and `outside` at
        training and now, its `bins` as shares, and a `note` where something moved that is no drift. A column (or the score) that is not
        significant after a Benjamini-Hochberg correction at 3 % is stable; the overall verdict is the worst of them.
        """
        counts = self.counts() if counts is None else counts
        columns = [compare(bins, now) for bins, now in zip(self.reference.columns, counts, strict=False)]
        score = compare(self.reference.score, counts[-1])
        tested = [one for one in (*columns, score) if one["verdict"] != "not_enough_data"]
        kept = benjamini_hochberg([one["p"] for one in tested], FALSE_DISCOVERIES)
        for one, keep in zip(tested, kept.tolist(), strict=True):
            one["verdict"] = one["verdict"] if keep else "stable"
        verdict = max((one["verdict"] for one in tested), key=VERDICTS.index, default="not_enough_data")
        return {
            "rows": int(sum(counts[-1])),
            "reference_rows": self.reference.rows,
            "verdict": verdict,
            "rule": {"watch": WATCH, "act": ACT, "p": SIGNIFICANT, "least_rows": MIN_ROWS, "false_discoveries": FALSE_DISCOVERIES},
            "columns": columns,
            "score": score,
            "counts": [list(one) for one in counts],
        }


def compare(bins: Bins, now: Sequence[int]) -> dict[str, Any]:
    """The drift of one column's counts against training; see `Counters.report`."""
    reference, current = np.array(bins.counts, dtype=np.float64), np.array(now, dtype=np.float64)
    rows = current.sum()
    shares = [(reference / max(1.0, reference.sum())).round(6).tolist(), (current / max(1.0, rows)).round(6).tolist()]
    psi, p, note = _measure(bins, reference, current) if rows and reference.sum() else (0.0, 1.0, "")
    drifted = p < SIGNIFICANT and psi > WATCH
    verdict = "not_enough_data" if rows < MIN_ROWS else "stable" if not drifted else "act" if psi > ACT else "watch"
    categorical = bins.type == "categorical"
    outside = [] if bins.type in ("categorical", "presence") else [1, -1]
    return {
        "field": bins.name,
        "verdict": verdict,
        "psi": psi,
        "p": p,
        "missing": [share[0] for share in shares],
        "unseen": [share[1] for share in shares] if categorical else None,
        "outside": [round(sum(share[i] for i in outside), 6) for share in shares] if outside else None,
        "bins": [{"bin": label, "training": r, "now": a} for label, r, a in zip(bins.labels(), *shares, strict=True)],
        "note": note,
    }


def _measure(bins: Bins, reference: Floats, now: Floats) -> tuple[float, float, str]:
    """PSI, p-value and note of two histograms that are not empty."""
    if bins.type == "categorical":
        return *measure_levels(reference, now, seldom=(1, 2)), ""
    if bins.type == "presence":
        return *measure_levels(reference, now), ""
    if bins.type == "date" and _mean_place(now) > _mean_place(reference):
        later = [np.array([counts[0], counts[1], counts[2:].sum(), 0.0]) for counts in (reference, now)]
        psi, p = measure_numbers(reference, now)
        if p < SIGNIFICANT and psi > WATCH:
            share = number_msg(now[-1] / now.sum(), ".0%")
            ends = {"share": share, "end": date_text(int(bins.high))}
            return *measure_numbers(later[0], later[1]), msg("Time has passed: {share} of the rows are later than {end}.", **ends)
    return *measure_numbers(reference, now), ""


def _mean_place(counts: Floats) -> float:
    """The mean bin of the dates that are there."""
    return float(np.average(np.arange(1, len(counts)), weights=counts[1:])) if counts[1:].sum() else 0.0
