"""Compares a model with the one that a project had before it got other data, on training rows that neither had learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.evaluation.seen_rows import seen_rows
from mlops_desktop.engine.metrics import score
from mlops_desktop.engine.pipeline import Pipeline
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.training import Chosen, Runs, open_chosen, out_of_fold
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.message import msg

LEAST_ROWS = 30
RESAMPLES = 200


@dataclass(frozen=True)
class FormerComparison:
    """The metric of both models on the same rows, signed as scikit-learn signs it: the `former` one answers as it was deployed, that of
    `now` out of fold. `low` and `high` hold the difference (now less former) with 95 % confidence.
    """

    label: str  # of the former model
    metric: str
    rows: int
    former: float
    now: float
    low: float
    high: float


def compare_former(chosen: Chosen, before: Project, job: Job) -> FormerComparison:
    """Compare the chosen run with the model of the decisions `before`.

    UserError when these have no model, or it cannot answer the rows of today, or too few of them are new to it.
    """
    pipeline = chosen.pipeline
    former = Pipeline(pipeline.folder, before)
    old = open_chosen(former, Runs(pipeline.folder), Part(job, 0.0, 0.4))
    rows, scores = out_of_fold(pipeline, chosen.candidate, Part(job, 0.4, 0.8))
    part = pipeline.train.take(rows)
    if old.scorer.task != part.target.task or old.scorer.classes != part.target.classes:
        raise UserError("The former model predicts something else.", "Look at its own evaluation: Undo brings it back.")
    known, wanted = part.frame.layout, old.scorer.schema.layout()
    unfit = [name for name in wanted.names() if name not in known.names() or known.kind(name) != wanted.kind(name)]
    if unfit:
        text = msg("The former model needs “{column}”, which is no feature now, or of another kind.", column=unfit[0])
        raise UserError(text, "Look at its own evaluation: Undo brings it back.")
    names = pipeline.table.frame.layout.names()
    table = pipeline.table.frame.take(pipeline.train_rows[rows])
    new = np.flatnonzero(~seen_rows(former, table, names))
    if len(new) < LEAST_ROWS:
        raise UserError(msg("Only {rows} training rows are new to the former model.", rows=len(new)), "Add more rows.")
    answers = old.scorer.scores(part.frame.take(new))
    job.step(0.9, "Comparing the models")
    weights = None if part.weights is None else part.weights[new]
    return _compared(chosen, old, part.target.take(new), answers, scores[new], weights)


def _compared(chosen: Chosen, old: Chosen, target: Target, answers: Floats, scores: Floats, weights: Floats | None) -> FormerComparison:
    project, positive = chosen.pipeline.project, chosen.pipeline.positive

    def of(rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> tuple[float, float]:
        some, counted = target.take(rows), None if weights is None else weights[rows]
        return (
            score(project.metric, some, answers[rows], positive, old.scorer.threshold, counted),
            score(project.metric, some, scores[rows], positive, chosen.scorer.threshold, counted),
        )

    count = len(target.values)
    former, now = of(np.arange(count))
    draw = np.random.default_rng(project.seed)
    drawn = np.array([of(draw.integers(0, count, count)) for _ in range(RESAMPLES)])
    low, high = np.nanquantile(drawn[:, 1] - drawn[:, 0], (0.025, 0.975)).tolist()
    return FormerComparison(old.run.label, project.metric, count, former, now, low, high)
