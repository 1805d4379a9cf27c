"""Ranks the runs of a leaderboard: which is the best, and which do not differ clearly from it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import takewhile

import numpy as np

from mlops_desktop.engine.choices import BASELINE
from mlops_desktop.engine.training.runs import Run

CONFIDENCE = 0.95


def ranked(runs: Iterable[Run]) -> list[Run]:
    """The finished runs, best first; of scores that are equal to 12 digits the one tried first. The baseline counts too."""
    done = [run for run in runs if run.status == "done" and run.score is not None]
    return sorted(done, key=lambda run: (-round(run.score or 0.0, 12), run.number))


def board_order(runs: Iterable[Run]) -> list[Run]:
    """The runs of a leaderboard in the order in which it shows them: the ranked ones, then the others in the order of their trials."""
    every = list(runs)
    first = ranked(every)
    placed = {run.id for run in first}
    return [*first, *sorted((run for run in every if run.id not in placed), key=lambda run: run.number)]


def best_run(runs: Iterable[Run]) -> Run | None:
    """The first of the ranked runs; None when none is finished."""
    return next(iter(ranked(runs)), None)


def tied_with_best(fold_scores: Sequence[Sequence[float]]) -> list[bool]:
    """For each run, scored on the same folds, whether its difference to the run with the best mean may be chance; the best is tied with
    itself.

    The paired t-test over folds with the corrected variance of Nadeau and Bengio (2003), for training parts overlap: the variance of the
    differences is taken times 1/k + 1/(k - 1) for k folds. One-sided at 95 %. A run without scores, with other folds than the best or
    with an undefined score is not tied; with one fold only the best itself is.
    """
    means = [float(np.mean(scores)) if len(scores) else -math.inf for scores in fold_scores]
    means = [mean if math.isfinite(mean) else -math.inf for mean in means]
    if not means or max(means) == -math.inf:
        return [False] * len(means)
    best = np.asarray(fold_scores[int(np.argmax(means))], dtype=np.float64)
    folds = len(best)
    limit = _quantile(folds - 1) if folds > 1 else 0.0
    tied = []
    for scores, mean in zip(fold_scores, means, strict=True):
        if mean == -math.inf or len(scores) != folds:
            tied.append(False)
            continue
        lead = best - np.asarray(scores, dtype=np.float64)
        error = math.sqrt(float(lead.var(ddof=1)) * (1 / folds + 1 / (folds - 1))) if folds > 1 else 0.0
        tied.append(bool(lead.mean() <= limit * error + 1e-12))
    return tied


def tied_runs(runs: Iterable[Run]) -> list[str]:
    """The ids of the runs that are tied with the best one (see `tied_with_best`), best first and without it: from the best down to the
    first run that is not tied, or that is no better than the baseline. Runs below that may be tied by their folds, but a run that ranks
    above them is clearly worse than the best.
    """
    order = ranked(runs)
    tied = zip(order, tied_with_best([run.fold_scores for run in order]), strict=True)
    reached = takewhile(lambda one: one[1] and one[0].algorithm_id != BASELINE, tied)
    return [run.id for run, _ in reached][1:]


def _quantile(degrees: int) -> float:
    """Student's t at CONFIDENCE, one-sided, to about 1e-12. Without scipy: the window ranks too, and imports no such library."""
    low, high = 0.0, 10.0
    while _within(high, degrees) < 2 * CONFIDENCE - 1:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, degrees) < 2 * CONFIDENCE - 1 else (low, middle)
    return high


def _within(reach: float, degrees: int) -> float:
    """P(-reach <= T <= reach) for whole degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(reach / math.sqrt(degrees))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    odd = degrees % 2
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for count in range(2 + odd, degrees + 1, 2):
        total += term
        term *= square * (count - 1) / count
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
