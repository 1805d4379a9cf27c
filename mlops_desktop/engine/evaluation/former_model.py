"""Compares a model with the one that a project had before it got other data, on training rows that neither was trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.data import value_hashes
from mlops_desktop.engine.evaluation.final_evaluation import fold_sizes, fold_thresholds
from mlops_desktop.engine.evaluation.sampling_units import units_of
from mlops_desktop.engine.evaluation.seen_rows import recognised_rows
from mlops_desktop.engine.metrics import score
from mlops_desktop.engine.pipeline import Pipeline
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.training import Chosen, Runs, open_chosen, out_of_fold
from mlops_desktop.serving.frame import Bools, Floats
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg

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

    UserError when these have no model, or it cannot answer the rows of today, or too few of them are new to it, or that is not known.
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
    new = np.flatnonzero(~_known_rows(former, pipeline)[pipeline.train_rows[rows]])
    if len(new) < LEAST_ROWS:
        few: str = msg("No training row is new to the former model, so the two are not compared.")
        if len(new):
            only, many = "Only 1 training row is new to the former model.", "Only {n} training rows are new to the former model."
            few = plural_msg(len(new), only, many)
        raise UserError(few, "Add more rows.")
    answers = old.scorer.scores(part.frame.take(new))
    job.step(0.9, "Comparing the models")
    # A threshold that these very rows proposed would favour the model of now: those of a fold are decided by that of the others.
    by_fold = fold_thresholds(pipeline, part, scores)
    threshold = chosen.scorer.threshold if by_fold is None else np.repeat(by_fold, fold_sizes(pipeline))[new]
    return _compared(chosen, old, part.take(new), (answers, scores[new]), threshold)


def _known_rows(former: Pipeline, pipeline: Pipeline) -> Bools:
    """Which rows of the table of today, (rows,) bool, the former model was trained on: known by their places where rows were added, else by
    the features and the target as the former decisions read them. UserError when one is of another kind now, or nothing is known.
    """
    today = Pipeline(pipeline.folder, replace(former.project, data=pipeline.project.data))
    names = [*former.features, former.project.target]
    before, now = former.table.frame, today.table.frame
    for name in names:
        if name not in now.layout.names() or now.layout.kind(name) != before.layout.kind(name):
            raise UserError(
                msg("The former model was trained with “{column}” as another kind of column, so its rows are not recognised.", column=name),
                "Look at its own evaluation: Undo brings it back.",
            )
    old, new = value_hashes(before, names), value_hashes(now, names)
    known: Bools = np.zeros(len(new), dtype=bool)
    start = len(old) if np.array_equal(new[: len(old)], old) else 0
    if start:
        known[former.train_rows] = True
        known[former.test_rows] = former.project.refit == "all"
    found = recognised_rows(former, old, new[start:])
    if not start and not found.is_known:
        raise UserError(
            "Too many rows are equal to tell which of them the former model was trained on.",
            "Look at its own evaluation: Undo brings it back.",
        )
    known[start:] = found.rows
    return known


def _compared(
    chosen: Chosen, old: Chosen, part: Dataset, scores: tuple[Floats, Floats], threshold: float | Floats | None
) -> FormerComparison:
    """The comparison on the rows of `part`; `scores` of them are the former ones and those of now, which `threshold` decides."""
    pipeline = chosen.pipeline
    project, units = pipeline.project, units_of(pipeline, part)
    weights = np.ones(units.of_row.shape) if part.weights is None else part.weights

    def of(times: Floats) -> tuple[float, float]:
        """The metric of both where each unit counts so many times, (units,)."""
        row_weights = times[units.of_row] * weights
        return (
            score(project.metric, part.target, scores[0], pipeline.positive, old.scorer.threshold, row_weights),
            score(project.metric, part.target, scores[1], pipeline.positive, threshold, row_weights),
        )

    former, now = of(np.ones(units.count))
    draw = np.random.default_rng(project.seed)
    drawn = np.array(
        [of(np.bincount(draw.integers(0, units.count, units.count), minlength=units.count).astype(float)) for _ in range(RESAMPLES)]
    )
    low, high = np.nanquantile(drawn[:, 1] - drawn[:, 0], (0.025, 0.975)).tolist()
    return FormerComparison(old.run.label, project.metric, part.frame.rows, former, now, low, high)
