"""Fits the chosen run on its final rows and compiles it to the scorer that is served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.data import describe_columns
from mlops_desktop.engine.pipeline import Pipeline, fit_steps
from mlops_desktop.engine.project import digest
from mlops_desktop.engine.training.blend import read_algorithm
from mlops_desktop.engine.training.model_fitting import fit
from mlops_desktop.engine.training.runs import Run, Runs
from mlops_desktop.engine.training.thresholds import Choice, choose_threshold
from mlops_desktop.engine.training.trials import out_of_fold
from mlops_desktop.serving.frame import Floats, Ints
from mlops_desktop.serving.monitor import Reference, reference_of
from mlops_desktop.serving.required_inputs import schema_of_needs
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.serialization import pack


def best_run(runs: list[Run]) -> Run | None:
    """The finished run with the highest score; of equals the one tried first. The baseline counts too."""
    done = [run for run in runs if run.status == "done" and run.score is not None]
    return max(done, key=lambda run: (round(run.score or 0.0, 12), -run.number), default=None)


def chosen_run(pipeline: Pipeline, runs: Runs) -> Run:
    """The run that the project chose, or the best one of its leaderboard. UserError when there is none."""
    if pipeline.project.chosen:
        run = runs.get(pipeline.project.chosen)
        if run.key != pipeline.keys.board:
            raise UserError(
                f"The chosen run {run.id[:8]} belongs to earlier decisions.",
                "Choose a run of today's leaderboard, or start training again.",
            )
        return run
    best = best_run(runs.list(pipeline.keys.board))
    if best is None:
        raise UserError("There is no trained model for these decisions yet.", "Start training first (`run`).")
    return best


@dataclass(frozen=True, eq=False)
class Chosen:
    """The chosen run of a flow with its scorer."""

    pipeline: Pipeline
    run: Run
    scorer: Scorer

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm with the parameters of the run."""
        return read_algorithm(self.run.algorithm)


def open_chosen(pipeline: Pipeline, runs: Runs, job: Job) -> Chosen:
    """The chosen run with its model, fitted and compiled now unless it is in the store."""
    run = chosen_run(pipeline, runs)
    key = pipeline.keys.scorer(run.id)
    try:
        scorer = pipeline.store.get_object(key)
    except KeyError:  # not there, damaged, or written by an edition whose parts are unknown here
        pipeline.store.put_object(key, _with_other_cut_off(pipeline, run) or _make_scorer(pipeline, run, job))
        pipeline.store.put(pipeline.keys.model(run.id), {"scorer": key})
        scorer = pipeline.store.get_object(key)
    assert isinstance(scorer, Scorer)
    return Chosen(pipeline, run, scorer)


def _with_other_cut_off(pipeline: Pipeline, run: Run) -> Scorer | None:
    """The model as it was fitted for another cut-off, with today's: a new cut-off needs no new fit. None when there is no such model."""
    try:
        scorer = pipeline.store.get_object(pipeline.store.get(pipeline.keys.model(run.id))[0]["scorer"])
    except KeyError:
        return None
    assert isinstance(scorer, Scorer)
    scorer = replace(scorer, version="", threshold=_threshold(pipeline, read_algorithm(run.algorithm)))
    return replace(scorer, version=_version(scorer))


def _make_scorer(pipeline: Pipeline, run: Run, job: Job) -> Scorer:
    project = pipeline.project
    algorithm = read_algorithm(run.algorithm)
    rows = pipeline.everything if project.refit == "all" else pipeline.train
    fitted_steps = fit_steps(project.active_steps(), rows, Part(job, 0.0, 0.4))
    job.step(0.4, f"{algorithm.label} on {rows.frame.rows:,} rows")
    fitted = fit(algorithm, fitted_steps.matrix, rows.target, rows.weights, project.seed)
    job.step(0.9, "Writing the model as plain data")
    scorer = Scorer(
        name=project.name,
        version="",
        task=rows.target.task,
        target=project.target,
        schema=describe_columns(pipeline.table, rows.frame, project.columns),
        transforms=fitted_steps.transforms,
        model=fitted.model,
        classes=rows.target.classes,
        positive=pipeline.positive,
        threshold=_threshold(pipeline, algorithm),
    )
    scorer = replace(scorer, schema=schema_of_needs(scorer, rows.frame))
    return replace(scorer, version=_version(scorer))


def _version(scorer: Scorer) -> str:
    """The first 12 hex digits of a hash over everything that the scorer is made of."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    document = pack(scorer, arrays)
    return digest(document, [[name, str(a.dtype), a.shape, digest(a.tobytes().hex())] for name, a in sorted(arrays.items())])[:12]


def _threshold(pipeline: Pipeline, algorithm: Algorithm) -> float | None:
    if pipeline.positive is None or pipeline.project.threshold is not None:
        return pipeline.project.threshold
    return proposed_threshold(pipeline, *out_of_fold(pipeline, algorithm)).threshold


def proposed_threshold(pipeline: Pipeline, rows: Ints, scores: Floats) -> Choice:
    """The cut-off that out-of-fold scores propose for a binary task."""
    assert pipeline.positive is not None
    project = pipeline.project
    return choose_threshold(
        pipeline.train.target.take(rows), scores[:, pipeline.positive], pipeline.positive, project.metric, project.costs
    )


def drift_reference(chosen: Chosen) -> Reference:
    """What training looked like, for drift: the columns of the training rows, and scores by models that did not see the row.

    On its own training rows a model is too sure: a forest's scores there are so far from those of any new day that every day would drift.
    """
    scorer, scores = chosen.scorer, out_of_fold(chosen.pipeline, chosen.algorithm)[1]
    return reference_of(scorer.schema, chosen.pipeline.train.frame, scores, scorer.task_spec)
