"""Estimates what the best run of a leaderboard reaches: its score, corrected for having been chosen by it.

The highest of many scores is too high, for chance helped the winner (and the more, the fewer the rows and the more the trials). The choice
is repeated on bootstrap samples of the out-of-fold rows, and what each sample chooses is scored on the rows that the sample left out: the
bootstrap bias corrected cross-validation of Tsamardinos, Greasidou and Borboudakis (Machine Learning 107, 2018). Nothing is fitted. As
scores of a leaderboard are means over the folds, so are those of the samples; and what is subtracted from the score of the best run is its
lead in the left out rows over what the samples chose, which leaves out what both have in common (few rows, the spread of the draws).
The mean lead is bounded by what the expected maximum of as many scores can exceed their mean by (standard deviation times sqrt(2 ln runs)):
a few rows on which another run is far off, as in few folds by time, would give more than chance can.
Where the best run is an ensemble, which was found by the same scores, each sample finds one of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np

from mlops_desktop.base.families import Dataset
from mlops_desktop.base.metric import Statistic
from mlops_desktop.engine.choices import BASELINE, choices
from mlops_desktop.engine.evaluation.results import SelectionEstimate, selection_key
from mlops_desktop.engine.evaluation.sampling_units import Units, units_of
from mlops_desktop.engine.metrics import metric_of, predictions
from mlops_desktop.engine.pipeline import Candidate, Combination, Pipeline
from mlops_desktop.engine.training import Run, Runs, ranked
from mlops_desktop.serving.frame import Floats

MOST_RUNS = 30  # of the best ones: those behind them are chosen by no sample
RESAMPLES = 400
LEAST_RESAMPLES = 20
WORK = 30_000_000  # runs x resamples x rows
BLOCK = 4_000_000  # cells of weights at a time: 32 MB
MEMBERS = 12  # runs of which a sample finds an ensemble
FOUND_IN = 2.0  # seconds for the ensembles of all samples, by the next two: of one rating, and of each of its rows
RATING, RATED_ROW = 3e-4, 6e-8
NEGLIGIBLE = 0.05  # of the standard error of the score: less is not worth a second figure
RATINGS = 5 * MEMBERS
MOST_ROWS_FOUND = 200_000  # of more, an ensemble owes nothing to chance that would be seen
Find = Callable[[Floats, Floats], Sequence[Statistic] | None]


def selection_estimate(pipeline: Pipeline, runs: Runs) -> SelectionEstimate | None:
    """The estimate for the leaderboard of today's decisions, from the store or made now. None where nothing was chosen among several runs,
    the best one is the baseline, the correction is far below the error of its score, or its out-of-fold scores are not in the store.
    """
    board = runs.list(pipeline.keys.board)
    key = selection_key(pipeline.keys, board)
    if not key:
        return None
    with suppress(KeyError):
        return pipeline.store.get_value(key, SelectionEstimate)
    done = ranked(board)
    if done[0].algorithm_id == BASELINE:
        return None
    folds = _FoldScores(pipeline)
    most, resamples = _affordable(pipeline.train.rows, len(done))
    read = [(run, scores) for run in done[:most] if (scores := folds.scores(run)) is not None]
    if not read or read[0][0] is not done[0]:
        return None
    find = None
    if done[0].of_ensemble and pipeline.train.rows <= MOST_ROWS_FOUND:
        read = [read[0], *(one for one in read if not one[0].of_ensemble)]
        if len(read) > 2:
            find, resamples = folds.finder(read), min(resamples, folds.affordable_searches())
    units = units_of(pipeline, pipeline.train.take(np.concatenate([valid for _, valid in pipeline.folds])))
    statistics = [folds.statistics(scores) for _, scores in read]
    optimism = max(0.0, selection_optimism(statistics, folds.sizes, units, pipeline.project.seed, resamples, find))
    if 0.0 < optimism < NEGLIGIBLE * (done[0].std or 0.0) / math.sqrt(len(folds.sizes)):
        return None
    score = done[0].score or 0.0
    estimate = SelectionEstimate(done[0].id, score, score - optimism, len(done), resamples)
    pipeline.store.put_value(key, estimate)
    return estimate


def _affordable(rows: int, runs: int) -> tuple[int, int]:
    """How many runs and resamples are examined: fewer for many rows, where the best run owes little to chance."""
    most = min(runs, MOST_RUNS, max(2, WORK // (max(rows, 1) * LEAST_RESAMPLES)))
    return most, int(np.clip(WORK // (max(rows, 1) * most), LEAST_RESAMPLES, RESAMPLES))


class _FoldScores:
    """The out-of-fold scores of runs, and the metric of the project as a function of weights of the rows of each fold."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._parts = [pipeline.train.take(valid) for _, valid in pipeline.folds]
        self._metric = metric_of(pipeline.project.metric, pipeline.train.target.task)
        self.sizes = [len(valid) for _, valid in pipeline.folds]

    def scores(self, run: Run) -> list[Floats] | None:
        """The scores of a run by fold; None when they are not in the store any more."""
        store, keys, candidate = self._pipeline.store, self._pipeline.keys, run.candidate_of(self._pipeline.project)
        with suppress(KeyError):
            return [store.get(keys.fold(candidate, fold))[1]["scores"] for fold in range(len(self.sizes))]
        return None

    def statistics(self, scores: Sequence[Floats]) -> list[Statistic]:
        """The metric by fold of such scores; rows count by their weights too."""
        return [self._statistic(part, one) for part, one in zip(self._parts, scores, strict=True)]

    def _statistic(self, part: Dataset, scores: Floats) -> Statistic:
        statistic = self._metric.prepare(predictions(part.target, scores, self._pipeline.positive, None))
        of_row = part.weights
        return statistic if of_row is None else lambda drawn: statistic(drawn * of_row)

    def affordable_searches(self) -> int:
        """For how many resamples an ensemble can be found within FOUND_IN."""
        target = self._pipeline.train.target
        rows = len(target.values) * max(1, len(target.classes) - 1)
        return int(max(4, FOUND_IN / (RATINGS * (RATING + RATED_ROW * rows))))

    def finder(self, read: Sequence[tuple[Run, Sequence[Floats]]]) -> Find:
        """Finds an ensemble of the best single models of a sample, as a search does of all rows."""
        project, ensemble = self._pipeline.project, choices().ensembles["weighted_mean"]
        single = [(at, scores) for at, (run, scores) in enumerate(read) if not run.of_ensemble and not _stores(run.candidate_of(project))]

        def find(weights: Floats, inside: Floats) -> Sequence[Statistic] | None:
            ordered = sorted(single, key=lambda one: -inside[one[0]])[:MEMBERS]
            members = [scores for _, scores in ordered]

            def rate(scores: Sequence[Floats]) -> float:
                return float(_fold_means([self.statistics(scores)], self.sizes, weights[None, :])[0, 0])

            found = ensemble.find(members, rate, lambda _: True)
            if found is None:
                return None
            combined = [found[0].combine([members[at][fold] for at in found[1]]) for fold in range(len(self.sizes))]
            return self.statistics(combined)

        return find


def _stores(candidate: Candidate | Combination) -> bool:
    """Whether a model stores training rows: it is no member of an ensemble."""
    return isinstance(candidate, Candidate) and candidate.stores_training_data


def selection_optimism(
    runs: Sequence[Sequence[Statistic]], folds: Sequence[int], units: Units, seed: int, resamples: int, find: Find | None = None
) -> float:
    """By how much the score of the first run, which is the best one, is too high for having been chosen.

    `runs` are statistics by fold, `folds` numbers of rows: the rows of `units` stand fold by fold. Whole units are drawn. `find` makes an
    ensemble of weights of the rows (rows,) and the scores that runs have with them (runs,), None when none is better than each of them;
    then the first run is such an ensemble of all rows. At most what chance can give (see the module). 0 when no sample leaves rows out on
    which both have a score.
    """
    rng = np.random.default_rng([seed, 11])
    leads, best = list[Floats](), list[Floats]()
    size = max(1, BLOCK // max(len(units.of_row), 1))
    for start in range(0, resamples, size):
        count = min(size, resamples - start)
        drawn = rng.multinomial(units.count, np.full(units.count, 1 / units.count), size=count)[:, units.of_row].astype(np.float64)
        inside = _fold_means(runs, folds, drawn)
        outside = _fold_means(runs, folds, (drawn == 0).astype(np.float64))
        known = np.where(np.isnan(inside), -np.inf, inside)
        chosen = outside[np.argmax(known if find is None else known[1:], axis=0) + (find is not None), np.arange(count)]
        for at in range(count if find is not None else 0):
            assert find is not None
            if (found := find(drawn[at], known[:, at])) is not None:
                chosen[at] = _fold_means([found], folds, (drawn[at] == 0).astype(np.float64)[None, :])[0, 0]
        best.append(inside[0])
        leads.append(outside[0] - chosen)
    lead = np.concatenate(leads)
    lead = lead[np.isfinite(lead)]
    known_best = np.concatenate(best)
    known_best = known_best[np.isfinite(known_best)]
    if not len(lead) or not len(known_best):
        return 0.0
    return min(float(lead.mean()), float(known_best.std()) * math.sqrt(2 * math.log(max(len(runs), 2))))


def _fold_means(runs: Sequence[Sequence[Statistic]], folds: Sequence[int], weights: Floats) -> Floats:
    """The mean over the folds of each run, (runs, resamples); folds in which it is undefined are left out, NaN where there is no other."""
    ends = np.cumsum(folds)
    parts = [weights[:, end - rows : end] for end, rows in zip(ends.tolist(), folds, strict=True)]
    values = np.array([[statistic(part) for statistic, part in zip(run, parts, strict=True)] for run in runs])
    defined = np.isfinite(values)
    total, count = np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1)
    means: Floats = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return means
