"""Drift monitoring: counts of the served rows in the bins of the training data. No row is stored.

The bins of each column are fixed at training: deciles of numbers and dates with bins below and above the range, the 30 most frequent
levels with bins for the other known levels and for unseen ones, and a bin for missing values. Counts of processes or days can be added.

A column drifts when the change is *significant and large*: watch when PSI > 0.1, act when PSI > 0.25, if the p-value (`drift`) is below
0.01 and stays significant among all columns and the score (Benjamini-Hochberg at 3 %). PSI alone has many false positives in small windows,
p-values alone in large ones. Dates that are later than those of training are no drift: the calendar moves on.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from .bins import Bins, bin_of, count_categories, date_values, number_bins
from .chi_square import benjamini_hochberg
from .column_types import type_of
from .dates import date_text
from .drift import SIGNIFICANT, measure_levels, measure_numbers
from .errors import UserError
from .frame import Floats, Frame
from .message import msg, number_msg
from .prediction_spec import MonitoredScore, PredictionSpec
from .schema import Schema
from .serialization import Serializable

WATCH, ACT = 0.1, 0.25
FALSE_DISCOVERIES = 0.03  # below the promised 5 %, for p-values of few rows are not exact
MIN_ROWS = 50
DECILES = 10
MAX_LEVELS = 30
MAX_PENDING = 128  # rows are counted in batches: a few microseconds a row instead of 100
MAX_PENDING_TEXT = 1_000_000  # characters in their cells
VERDICTS = ("not_enough_data", "stable", "watch", "act")


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
    bins = tuple(type_of(column).bins(column, frame) for column in schema.columns)
    return Reference(bins, _score_bins(spec.monitored(scores)), frame.rows)


def _score_bins(score: MonitoredScore) -> Bins:
    if not score.classes:
        return number_bins("score", "number", score.values)
    counts = np.bincount(score.values.astype(np.intp), minlength=score.classes)
    return Bins("score", "categorical", (0, 0, 0, *counts.tolist()), levels=tuple(str(i) for i in range(score.classes)))


class Counters:
    """Counts of the scored rows in the bins of a reference. Thread-safe.

    Up to 128 rows, and a megabyte of text, are kept in memory until they are counted as a batch; after that only the counts are kept.
    """

    def __init__(self, reference: Reference, spec: PredictionSpec) -> None:
        self.reference = reference
        self._monitored = spec.monitored
        self._lock = threading.Lock()
        self._pending: list[tuple[Frame, Floats]] = []
        self._pending_rows = self._pending_text = 0
        self._counts = [np.zeros(bins.size(), dtype=np.int64) for bins in (*reference.columns, reference.score)]
        self._places = [bins.places() if bins.type == "categorical" else {} for bins in reference.columns]
        self.rows = 0

    def add(self, frame: Frame, scores: Floats) -> None:
        """Count rows of the schema's layout with their scores."""
        with self._lock:
            self._pending.append((frame, scores))
            self._pending_rows += frame.rows
            self._pending_text += len("".join(chain.from_iterable(frame.levels)))
            if self._pending_rows >= MAX_PENDING or self._pending_text > MAX_PENDING_TEXT:
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
        pending, self._pending, self._pending_rows, self._pending_text = self._pending, [], 0, 0
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
                counts += bins.count_values(date_values(dates[:, layout.dates.index(bins.name)]))
            else:
                at, known = layout.categoricals.index(bins.name), places if bins.type == "categorical" else None
                for frame in several:
                    count_categories(counts, known, frame.codes[:, at], frame.levels[at])
                tally = [0] * len(counts)
                for codes, levels in single:
                    tally[bin_of(known, codes[at], levels[at])] += 1
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
    if bins.type == "date" and _mean_bin(now) > _mean_bin(reference):
        later = [np.array([counts[0], counts[1], counts[2:].sum(), 0.0]) for counts in (reference, now)]
        psi, p = measure_numbers(reference, now)
        if p < SIGNIFICANT and psi > WATCH:
            share = number_msg(now[-1] / now.sum(), ".0%")
            ends = {"share": share, "end": date_text(int(bins.high))}
            return *measure_numbers(later[0], later[1]), msg("Time has passed: {share} of the rows are later than {end}.", **ends)
    return *measure_numbers(reference, now), ""


def _mean_bin(counts: Floats) -> float:
    """The mean bin of the dates that are there."""
    return float(np.average(np.arange(1, len(counts)), weights=counts[1:])) if counts[1:].sum() else 0.0
