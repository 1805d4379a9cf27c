"""Scores the models of a leaderboard by the other kind of split: by blocks of time where folds are random, and the reverse.

Where neighbours in time are alike, a row that is drawn at random is predicted from rows of the same hours: its score says nothing of the
future. Both scores are side by side until a person has decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from mlops_desktop.base.families import Target
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.splitter import Fold, SplitFacts
from mlops_desktop.engine.choices import choices, task_spec
from mlops_desktop.engine.data import moments, time_blocks
from mlops_desktop.engine.metrics import row_weights, score
from mlops_desktop.engine.pipeline import Pipeline, make_folds
from mlops_desktop.engine.profiling import TIME_ORDER, Finding, FindingKind, time_columns
from mlops_desktop.engine.project import Changes
from mlops_desktop.engine.training.executor import InProcess, TaskFailed
from mlops_desktop.engine.training.ranking import ranked
from mlops_desktop.engine.training.results import OtherSplit
from mlops_desktop.engine.training.runs import Run, Runs
from mlops_desktop.engine.training.split_scores import TIME_RULES, best_of_each, other_splits, splits_text
from mlops_desktop.engine.training.trials import Folds, fit_and_score, open_folds, out_of_fold
from mlops_desktop.serving.frame import Floats, Ints
from mlops_desktop.serving.message import msg

LONGEST = 60.0  # seconds that a run may take to be validated again; the best one is by fewer folds then
SHARE, LEAST = 0.2, 10.0  # of the seconds of all runs, or so many seconds: what further models may take beside the best
BLOCKS, LEAST_BLOCKS = 20, 8  # of adjacent times whose losses are compared
LEAST_PROBABILITY = 1e-6
# The finding that scores by time are clearly worse: that of the order in time, with figures.
TIME_MATTERS = FindingKind(TIME_RULES[0], "Scores depend on rows of the same time", replaces=(TIME_ORDER.rule,))
WORSE, CERTAINTY = 1.1, 0.99  # by this factor the mean loss grows, for certain, where time matters


def compare_splits(pipeline: Pipeline, runs: Runs, job: Job) -> int:
    """Validate the best run, then the best of each other algorithm or ensemble, the other way, within a share of the time that the search
    took; the results are in the store (`OtherSplit`). How many there are; 0 where no column says when a row is, or rows are kept apart by
    groups. The best run is validated however slow it is, by fewer folds where all would take longer than LONGEST or that share. A run that
    cannot be validated so, for too few rows or a fault of a library, has no other score.
    """
    columns = time_columns(pipeline.table, pipeline.project.target, pipeline.roles())
    if not columns or pipeline.project.split.role in ("group", "fold"):
        return 0
    board = runs.list(pipeline.keys.board)
    chosen = best_of_each(board)
    left = max(LEAST, SHARE * sum(run.seconds for run in board))
    done, folds = 0, Folds(pipeline)
    for i, run in enumerate(chosen):
        count = len(pipeline.folds)
        if i and run.seconds > min(LONGEST, left):
            continue
        if run.seconds > (most := max(LONGEST, left)):
            count = max(1, int(most / run.seconds * count))
        key = pipeline.keys.other_split(run.id)
        if key not in pipeline.store:
            left -= run.seconds * count / len(pipeline.folds)
            task = folds.task_for(key, score_by_other_split, run=run.id, columns=list(columns), count=count)
            with suppress(TaskFailed):
                list(InProcess(pipeline.store, Part(job, i / len(chosen), (i + 1) / len(chosen))).run([task]))
        done += key in pipeline.store
    return done


def score_by_other_split(folder: str, project: dict[str, Any], run: str, columns: list[str], count: int, job: Job) -> None:
    """The call of a task: score a run (by its id) by `count` of the other folds of the training part, and put that into the store; the
    held-out test set is not touched.
    """
    pipeline = open_folds(folder, project).pipeline
    found = _validated(pipeline, Runs(pipeline.folder).get(run), tuple(columns), count, job)
    pipeline.store.put_value(pipeline.keys.other_split(run), found)


def _validated(pipeline: Pipeline, run: Run, columns: tuple[str, ...], count: int, job: Job) -> OtherSplit:
    candidate = run.candidate_of(pipeline.project)
    train, by_time = pipeline.train, pipeline.project.split.by_time
    when = moments(pipeline.table.frame.take(pipeline.train_rows), columns)
    folds = _shuffled(pipeline) if by_time else _blocked(time_blocks(when, len(pipeline.folds)), pipeline.equal_in_train)
    some = folds[-count:]  # the latest blocks are the nearest to the future
    found: list[float] = []
    loss = np.full(train.rows, np.nan)
    for i, (rows, valid) in enumerate(some):
        job.step(i / len(some), msg("{model}: validated by time and at random", model=run.label))
        part = train.take(valid)
        (scores,) = fit_and_score(pipeline, candidate, rows, [part.frame])
        found.append(score(run.metric, part.target, scores, pipeline.positive, None, part.weights))
        loss[valid] = _losses(part.target, scores)
    known = [one for one in found if np.isfinite(one)]
    fewer = len(some) if len(some) < len(folds) else 0
    other = OtherSplit(columns, by_time, float(np.mean(known)) if known else None, folds=fewer)
    if by_time:
        return other
    rows, own = out_of_fold(pipeline, candidate)
    usual = np.full(train.rows, np.nan)
    usual[rows] = _losses(train.target.take(rows), own)
    weights = row_weights(train.weights, train.rows)
    return replace(other, clearly_worse=_clearly_greater(loss, usual, weights, time_blocks(when, BLOCKS)))


def _blocked(blocks: Ints, equal: Ints | None) -> list[Fold]:
    """Folds that each predict one block from all others, so that they learn from as many rows as shuffled ones. Rows that are equal to one
    of the block (`equal`: codes, None for no such rule) are no training rows.
    """
    folds: list[Fold] = []
    for one in range(int(blocks.max()) + 1):
        inside = blocks == one
        kept = ~inside if equal is None else ~np.isin(equal, equal[inside])
        folds.append((np.flatnonzero(kept), np.flatnonzero(inside)))
    return folds


def _shuffled(pipeline: Pipeline) -> list[Fold]:
    """As many folds of rows drawn at random."""
    target = pipeline.train.target
    splitter = choices().splitters["stratified" if target.classes else "random"].with_known({"folds": len(pipeline.folds)})
    return make_folds(splitter, SplitFacts(target=target, strata=task_spec(target.task).strata(target)), pipeline.project.seed)


def _losses(target: Target, scores: Floats) -> Floats:
    """How far off each answer is, (rows,): the log-loss of its class, or its squared error."""
    if not target.classes:
        squares: Floats = (target.values - scores) ** 2
        return squares
    losses: Floats = -np.log(np.maximum(scores[np.arange(len(scores)), target.values], LEAST_PROBABILITY))
    return losses


def _clearly_greater(loss: Floats, usual: Floats, weights: Floats, blocks: Ints) -> bool:
    """Whether the weighted losses (rows,) are greater than usual by WORSE, and not by chance: Student's t over the means of blocks of
    time.
    """
    from scipy import stats

    both = np.isfinite(loss) & np.isfinite(usual) & (weights > 0)
    loss, usual, weights = loss[both], usual[both], weights[both]
    if not both.any() or weights @ loss < WORSE * (weights @ usual):
        return False
    totals = np.bincount(blocks[both], weights=weights)
    lead = np.bincount(blocks[both], weights=weights * (loss - usual))[totals > 0] / totals[totals > 0]
    if len(lead) < LEAST_BLOCKS:
        return False
    error = float(lead.std(ddof=1)) / np.sqrt(len(lead))
    return bool(lead.mean() > stats.t.ppf(CERTAINTY, len(lead) - 1) * error)


def time_findings(pipeline: Pipeline, board: Iterable[Run]) -> tuple[Finding, ...]:
    """That scores by time are clearly worse than at random, with the split by time as its fix; nothing while both are not known, or when
    they are not.
    """
    runs = ranked(board)
    others = other_splits(pipeline.store, pipeline.project, runs)
    worse = next((others[run.id] for run in runs if run.id in others and others[run.id].clearly_worse), None)
    if worse is None:
        return ()
    fix: Changes = {"split": {"id": "time", "params": {"column": [*worse.columns]}}}
    why = msg("Rows of the same time help to predict each other. The rows of the future have no such neighbours yet.")
    return (TIME_MATTERS.finding("high", worse.columns[0], splits_text(runs, others), why, fix),)


def with_time_findings(findings: Iterable[Finding], pipeline: Pipeline, board: Iterable[Run]) -> tuple[Finding, ...]:
    """The findings of a table, before them those of the scores by time (see `time_findings`) in place of the ones that these replace."""
    measured = time_findings(pipeline, board)
    replaced = TIME_MATTERS.replaces if measured else ()
    return (*measured, *(one for one in findings if one.rule not in replaced))
