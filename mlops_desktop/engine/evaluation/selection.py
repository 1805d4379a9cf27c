"""What the best run of a leaderboard is expected to reach: its score without what it owes to having been chosen by it.

The highest of many scores is too high, for chance helped the winner (and the more, the fewer the rows and the more the trials). The choice
is repeated on bootstrap samples of the out-of-fold rows, and what each sample chooses is scored on the rows that the sample left out: the
bootstrap bias corrected cross-validation of Tsamardinos, Greasidou and Borboudakis (Machine Learning 107, 2018). Nothing is fitted. As
scores of a leaderboard are means over the folds, so are those of the samples; and what is subtracted from the score of the best run is its
lead in the left out rows over what the samples chose, which leaves out what both have in common (few rows, the spread of the draws).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from mlops_desktop.base.metric import Statistic
from mlops_desktop.engine.evaluation.results import SelectionEstimate, selection_key
from mlops_desktop.engine.evaluation.sampling_units import Units, units_of
from mlops_desktop.engine.metrics import metric_of, predictions
from mlops_desktop.engine.pipeline import Pipeline
from mlops_desktop.engine.training import Run, Runs, ranked
from mlops_desktop.serving.frame import Floats

MOST_RUNS = 30  # of the best ones: those behind them are chosen by no sample
RESAMPLES = 400
LEAST_RESAMPLES = 20
WORK = 30_000_000  # runs x resamples x rows
BLOCK = 4_000_000  # cells of weights at a time: 32 MB


def selection_estimate(pipeline: Pipeline, runs: Runs) -> SelectionEstimate | None:
    """The estimate for the leaderboard of today's decisions, from the store or made now. None where nothing was chosen among several runs,
    or the out-of-fold scores of the best one are not in the store any more.
    """
    board = runs.list(pipeline.keys.board)
    key = selection_key(pipeline.keys, board)
    if not key:
        return None
    with suppress(KeyError):
        return pipeline.store.get_value(key, SelectionEstimate)
    done = ranked(board)
    most, resamples = _affordable(pipeline.train.rows, len(done))
    statistics = [found for run in done[:most] if (found := _statistics(pipeline, run)) is not None]
    if not statistics or _statistics(pipeline, done[0]) is None:
        return None
    rows = np.concatenate([valid for _, valid in pipeline.folds])
    units = units_of(pipeline, pipeline.train.take(rows))
    optimism = selection_optimism(statistics, [len(valid) for _, valid in pipeline.folds], units, pipeline.project.seed, resamples)
    score = done[0].score or 0.0
    estimate = SelectionEstimate(done[0].id, score, score - optimism, len(done), resamples)
    pipeline.store.put_value(key, estimate)
    return estimate


def _affordable(rows: int, runs: int) -> tuple[int, int]:
    """How many runs and resamples are looked at: fewer for many rows, where the best run owes little to chance."""
    most = min(runs, MOST_RUNS, max(2, WORK // (max(rows, 1) * LEAST_RESAMPLES)))
    return most, int(np.clip(WORK // (max(rows, 1) * most), LEAST_RESAMPLES, RESAMPLES))


def _statistics(pipeline: Pipeline, run: Run) -> list[Statistic] | None:
    """The metric of a run on each fold as a function of weights of its rows; None when its scores are not in the store any more."""
    project, candidate = pipeline.project, run.candidate_of(pipeline.project)
    metric = metric_of(project.metric, pipeline.train.target.task)
    found = []
    for fold, (_, valid) in enumerate(pipeline.folds):
        try:
            scores = pipeline.store.get(pipeline.keys.fold(candidate, fold))[1]["scores"]
        except KeyError:
            return None
        found.append(metric.prepare(predictions(pipeline.train.target.take(valid), scores, pipeline.positive, None)))
    return found


def selection_optimism(runs: Sequence[Sequence[Statistic]], folds: Sequence[int], units: Units, seed: int, resamples: int) -> float:
    """By how much the score of the first run, which is the best one, is too high for having been chosen.

    `runs` are statistics by fold, `folds` numbers of rows: the rows of `units` stand fold by fold. Whole units are drawn. 0 when no sample
    leaves rows out on which both runs have a score.
    """
    rng = np.random.default_rng([seed, 11])
    leads: list[Floats] = []
    size = max(1, BLOCK // max(len(units.of_row), 1))
    for start in range(0, resamples, size):
        count = min(size, resamples - start)
        drawn = rng.multinomial(units.count, np.full(units.count, 1 / units.count), size=count)[:, units.of_row].astype(np.float64)
        inside = _fold_means(runs, folds, drawn)
        outside = _fold_means(runs, folds, (drawn == 0).astype(np.float64))
        chosen = np.argmax(np.where(np.isnan(inside), -np.inf, inside), axis=0)
        leads.append(outside[0] - outside[chosen, np.arange(count)])
    known = np.concatenate(leads)
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else 0.0


def _fold_means(runs: Sequence[Sequence[Statistic]], folds: Sequence[int], weights: Floats) -> Floats:
    """The mean over the folds of each run, (runs, resamples); folds in which it is undefined are left out, NaN where there is no other."""
    ends = np.cumsum(folds)
    parts = [weights[:, end - rows : end] for end, rows in zip(ends.tolist(), folds, strict=True)]
    values = np.array([[statistic(part) for statistic, part in zip(run, parts, strict=True)] for run in runs])
    defined = np.isfinite(values)
    total, count = np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1)
    means: Floats = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return means
