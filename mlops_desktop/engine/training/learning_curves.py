"""How the score grows with the rows that a model learns from: whether more rows would help, and whether the model overfits."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Silent
from mlops_desktop.engine.metrics import score
from mlops_desktop.engine.pipeline import Candidate, Combination, Pipeline
from mlops_desktop.engine.training.final_model import fit_candidate
from mlops_desktop.engine.training.results import LearningCurve, LearningPoint
from mlops_desktop.engine.training.runs import Run
from mlops_desktop.serving.frame import Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transform import chain

SHARES = tuple(i / 10 for i in range(1, 11))
MOST_FOLDS = 3


def learning_curve(pipeline: Pipeline, run: Run, job: Job) -> LearningCurve:
    """Fit a run's algorithm on growing shares of the training rows of the first folds.

    A score is None where a fit was refused or the metric is undefined (`notes` say why). Each share holds the smaller ones and about the
    same shares of the classes. The whole recipe is fitted anew on each, so the last point is what the leaderboard shows of these folds.
    Points are handed over as they come. The result is kept in the store.
    """
    key = pipeline.keys.learning_curve(run.id)
    with suppress(KeyError):
        return pipeline.store.get_value(key, LearningCurve)
    candidate = run.candidate_of(pipeline.project)
    folds = pipeline.folds[:MOST_FOLDS]
    orders = [_order(pipeline, train, fold) for fold, (train, _) in enumerate(folds)]
    points: list[LearningPoint] = []
    notes: dict[str, None] = {}
    done, whole = 0.0, len(folds) * sum(SHARES)
    for share in SHARES:
        most, scores = 0, list[tuple[float | None, float | None]]()
        for order, (_, valid) in zip(orders, folds, strict=True):
            rows = np.sort(order[: max(2, round(share * len(order)))])
            job.step(done / whole, msg("Learning curve: {candidate} on {n_rows:,} rows", candidate=candidate.label, n_rows=len(rows)))
            try:
                trained, validated = _scores(pipeline, candidate, rows, valid)
            except UserError as error:
                trained = validated = None
                notes[f"{len(rows):,} rows: {error.message}"] = None
            most = max(most, len(rows))
            scores.append((trained, validated))
            done += share
        points.append(LearningPoint(share, most, tuple(own for own, _ in scores), tuple(other for _, other in scores)))
        job.partial(points[-1])
    found = LearningCurve(pipeline.project.metric, len(folds), tuple(points), tuple(notes))
    pipeline.store.put_value(key, found)
    return found


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
    """The score on the rows that were learned from, and on the validation rows."""
    part, project = pipeline.train, pipeline.project
    dataset = part.take(rows)
    target = dataset.target
    transforms, node = fit_candidate(pipeline, candidate, dataset, Silent())
    layout, apply = chain(transforms, part.frame.layout)
    bound = node.bind(layout)
    own, other = (np.round(bound.scores(apply(frame)), 12) for frame in (dataset.frame, part.frame.take(valid)))
    found = (
        score(project.metric, target, own, pipeline.positive, None),
        score(project.metric, part.target.take(valid), other, pipeline.positive, None),
    )
    trained, validated = (value if np.isfinite(value) else None for value in found)
    return trained, validated
