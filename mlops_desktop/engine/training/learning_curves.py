"""How the score grows with the rows that a model learns from: whether more rows would help, and whether the model overfits."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.metrics import score
from mlops_desktop.engine.pipeline import Candidate, Combination, Pipeline, read_candidate
from mlops_desktop.engine.training.executor import run_here
from mlops_desktop.engine.training.results import LearningCurve, LearningPoint
from mlops_desktop.engine.training.runs import Run
from mlops_desktop.engine.training.trials import Folds, fit_and_score, open_folds
from mlops_desktop.serving.frame import Ints
from mlops_desktop.serving.message import msg

SHARES = tuple(i / 10 for i in range(1, 11))
MOST_FOLDS = 3


@dataclass(frozen=True)
class FoldPoint:
    """Scores of one fold on so many rows, as in LearningPoint; `refused` says why a fit was refused."""

    rows: int
    train: float | None
    valid: float | None
    refused: str = ""


def learning_curve(pipeline: Pipeline, run: Run, job: Job) -> LearningCurve:
    """Fit a run's algorithm on growing shares of the training rows of the first folds.

    A score is None where a fit was refused or the metric is undefined (`notes` say why). Each share holds the smaller ones and about the
    same shares of the classes. The whole recipe is fitted anew on each, so the last point is what the leaderboard shows of these folds.
    Points are handed over as they come. Each fit is a task; its result and the curve are kept in the store.
    """
    key = pipeline.keys.learning_curve(run.id)
    with suppress(KeyError):
        return pipeline.store.get_value(key, LearningCurve)
    candidate, folds, count = run.candidate_of(pipeline.project), Folds(pipeline), min(MOST_FOLDS, len(pipeline.folds))
    points: list[LearningPoint] = []
    notes: dict[str, None] = {}
    done, whole = 0.0, count * sum(SHARES)
    for share in SHARES:
        fitted: list[FoldPoint] = []
        for fold in range(count):
            at = pipeline.keys.learning_point(run.id, share, fold)
            task = folds.task_for(at, fit_learning_point, run=run.id, candidate=candidate.to_json(), share=share, fold=fold)
            run_here(task, pipeline.store, Part(job, done / whole, (done + share) / whole))
            fitted.append(pipeline.store.get_value(at, FoldPoint))
            done += share
        notes.update((msg("{rows:,} rows: {refused}", rows=one.rows, refused=one.refused), None) for one in fitted if one.refused)
        rows = max(one.rows for one in fitted)
        points.append(LearningPoint(share, rows, tuple(one.train for one in fitted), tuple(one.valid for one in fitted)))
        job.partial(points[-1])
    found = LearningCurve(pipeline.project.metric, count, tuple(points), tuple(notes))
    pipeline.store.put_value(key, found)
    return found


def fit_learning_point(
    folder: str, project: dict[str, Any], run: str, candidate: dict[str, Any], share: float, fold: int, job: Job
) -> None:
    """The call of a point's task: fit a run's candidate on a share of the training rows of a fold, and put its scores into the store."""
    pipeline = open_folds(folder, project).pipeline
    train, valid = pipeline.folds[fold]
    fitted = read_candidate(candidate, pipeline.project)
    order = _order(pipeline, train, fold)
    rows = np.sort(order[: max(2, round(share * len(order)))])
    job.step(0.0, msg("Learning curve: {candidate} on {rows:,} rows", candidate=fitted.label, rows=len(rows)))
    try:
        found = FoldPoint(len(rows), *_scores(pipeline, fitted, rows, valid))
    except UserError as error:
        found = FoldPoint(len(rows), None, None, str(error.message))
    pipeline.store.put_value(pipeline.keys.learning_point(run, share, fold), found)


def _order(pipeline: Pipeline, rows: Ints, fold: int) -> Ints:
    """The rows in an order whose every beginning has about the classes' shares; for a split by time the latest rows come first."""
    if pipeline.project.split.by_time:
        assert pipeline.train.time is not None
        return rows[np.argsort(pipeline.train.time[rows], kind="stable")[::-1]]
    shuffled = np.random.default_rng([pipeline.project.seed, 7, fold]).permutation(rows)
    target = pipeline.train.target
    if not target.classes:
        return shuffled
    values = target.values[shuffled]
    by_class = np.argsort(values, kind="stable")
    counts = np.bincount(values, minlength=len(target.classes))
    rank = np.empty(len(values))
    rank[by_class] = np.arange(len(values)) - np.repeat(np.cumsum(counts) - counts, counts)
    return shuffled[np.argsort((rank + 0.5) / counts[values], kind="stable")]


def _scores(pipeline: Pipeline, candidate: Candidate | Combination, rows: Ints, valid: Ints) -> tuple[float | None, float | None]:
    """The score on the training rows, and on the validation rows."""
    fitted_on, validated = pipeline.train.take(rows), pipeline.train.take(valid)
    scores = fit_and_score(pipeline, candidate, rows, [fitted_on.frame, validated.frame])
    own, other = (
        score(pipeline.project.metric, part.target, found, pipeline.positive, None, part.weights)
        for part, found in zip((fitted_on, validated), scores, strict=True)
    )
    return own if np.isfinite(own) else None, other if np.isfinite(other) else None
