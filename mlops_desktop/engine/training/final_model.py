"""Fits the chosen run on its final rows, compiles it, and puts it together with its threshold to the scorer that is served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.data import describe_columns
from mlops_desktop.engine.pipeline import Candidate, Combination, FittedPipeline, FittedSteps, Pipeline, fit_steps
from mlops_desktop.engine.project import digest
from mlops_desktop.engine.training.model_fitting import fit
from mlops_desktop.engine.training.ranking import best_run
from mlops_desktop.engine.training.runs import Run, Runs
from mlops_desktop.engine.training.scorer_assembly import described, stored_scorer
from mlops_desktop.engine.training.thresholds import Choice, choose_threshold
from mlops_desktop.engine.training.trials import out_of_fold
from mlops_desktop.serving.frame import Floats, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.monitor import Reference, reference_of
from mlops_desktop.serving.node import Node
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.required_inputs import with_required_inputs
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.serialization import pack
from mlops_desktop.serving.transform import Transform


def chosen_run(pipeline: Pipeline, runs: Runs) -> Run:
    """The run that the project chose, or the best one of its leaderboard. UserError when there is none."""
    if pipeline.project.chosen:
        run = runs.get(pipeline.project.chosen)
        if run.key != pipeline.keys.board:
            raise UserError(
                msg("The chosen run {run} belongs to earlier decisions.", run=run.id[:8]),
                "Choose a run of the current leaderboard, or start training again.",
            )
        return run
    best = best_run(runs.list(pipeline.keys.board))
    if best is None:
        raise UserError("There is no trained model for these decisions yet.", "Start training first (`run`).")
    return best


@dataclass(frozen=True, eq=False)
class Chosen:
    """The chosen run of a pipeline with its scorer."""

    pipeline: Pipeline
    run: Run
    scorer: Scorer

    @property
    def candidate(self) -> Candidate | Combination:
        """The pipeline that the run fitted."""
        return self.run.candidate_of(self.pipeline.project)

    @property
    def rows(self) -> Dataset:
        """The rows that the scorer is fitted on."""
        return _final_rows(self.pipeline)


def _final_rows(pipeline: Pipeline) -> Dataset:
    return pipeline.everything if pipeline.project.refit == "all" else pipeline.train


def open_chosen(pipeline: Pipeline, runs: Runs, job: Job) -> Chosen:
    """The chosen run with its scorer. The model is fitted and compiled now unless it is in the store; another threshold, name, unit or
    description needs no fit.
    """
    run = chosen_run(pipeline, runs)
    project, store, keys = pipeline.project, pipeline.store, pipeline.keys
    try:
        return Chosen(pipeline, run, stored_scorer(project, store, run.id))
    except KeyError:  # not there, damaged, or written by an edition whose parts are unknown here
        runs.know_test_set(keys.split, pipeline.held_out_rows)
        scorer = described(_fitted_model(pipeline, run, job), project, _threshold(pipeline, run.candidate_of(project)))
    store.put(keys.scorer(run.id), {"threshold": scorer.threshold, "version": _version(scorer)})
    return Chosen(pipeline, run, stored_scorer(project, store, run.id))


def _fitted_model(pipeline: Pipeline, run: Run, job: Job) -> Scorer:
    """The model of a run from the store, fitted when it is absent: a scorer without name, threshold, units and descriptions."""
    key = pipeline.keys.model(run.id)
    try:
        model = pipeline.store.get_object(key)
    except KeyError:
        pipeline.store.put_object(key, _fit_model(pipeline, run, job))
        model = pipeline.store.get_object(key)
    assert isinstance(model, Scorer)
    return model


def _fit_model(pipeline: Pipeline, run: Run, job: Job) -> Scorer:
    project = pipeline.project
    candidate = run.candidate_of(project)
    rows = _final_rows(pipeline)
    transforms, node = fit_candidate(pipeline, candidate, rows, Part(job, 0.0, 0.9))
    job.step(0.9, "Writing the model as plain data")
    notes = {name: replace(note, label="", unit="", description="") for name, note in project.columns.items()}
    scorer = Scorer(
        name="",
        version="",
        task=rows.target.task,
        target=project.target,
        schema=describe_columns(pipeline.table, rows.frame, notes),
        transforms=transforms,
        node=node,
        classes=rows.target.classes,
        positive=pipeline.positive,
    )
    return replace(scorer, schema=with_required_inputs(scorer, rows.frame))


def fit_candidate(pipeline: Pipeline, candidate: Candidate | Combination, rows: Dataset, job: Job) -> tuple[tuple[Transform, ...], Node]:
    """The transforms that all models share, and the node of the models, each with its own encoding; fitted on these rows."""
    members = candidate.members
    steps: dict[tuple[Operation, ...], FittedSteps] = {}
    encoded: dict[tuple[Any, ...], FittedPipeline] = {}
    models: list[tuple[FittedPipeline, Model]] = []
    for i, member in enumerate(members):
        part = Part(job, i / len(members), (i + 1) / len(members))
        if member.steps not in steps:
            steps[member.steps] = fit_steps(member.steps, rows, Part(part, 0.0, 0.4))
        key = (member.steps, member.sampler, member.encoding, member.algorithm.takes_sparse)
        if key not in encoded:
            encoded[key] = pipeline.encode(member, steps[member.steps], Part(part, 0.4, 0.5))
        part.step(0.5, msg("{member} on {rows:,} rows", member=member.label, rows=rows.rows))
        train = encoded[key]
        models.append((train, fit(member.algorithm, train.matrix, train.target, train.weights, pipeline.project.seed).model))
    shared = models[0][0].transforms if len(encoded) == 1 else steps[members[0].steps].transforms if len(steps) == 1 else ()
    nodes = [Chain(fitted.transforms[len(shared) :], model) for fitted, model in models]
    return shared, candidate.ensemble.compile(nodes) if isinstance(candidate, Combination) else nodes[0]


def _version(scorer: Scorer) -> str:
    """The first 12 hex digits of a hash over everything that the scorer (its version empty) is made of."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    document = pack(scorer, arrays)
    return digest(document, [[name, str(a.dtype), a.shape, digest(a.tobytes().hex())] for name, a in sorted(arrays.items())])[:12]


def _threshold(pipeline: Pipeline, candidate: Candidate | Combination) -> float | None:
    if pipeline.positive is None or pipeline.project.threshold is not None:
        return pipeline.project.threshold
    return proposed_threshold(pipeline, *out_of_fold(pipeline, candidate)).threshold


def proposed_threshold(pipeline: Pipeline, rows: Ints, scores: Floats) -> Choice:
    """The threshold that out-of-fold scores propose for a binary task."""
    assert pipeline.positive is not None
    project, part = pipeline.project, pipeline.train.take(rows)
    return choose_threshold(part.target, scores[:, pipeline.positive], pipeline.positive, project.metric, project.costs, part.weights)


def drift_reference(chosen: Chosen) -> Reference:
    """What training looked like, for drift: the columns of the training rows, and scores by models that did not see the row.

    On its own training rows a model is too sure: a forest's scores there are so far from those of any new day that every day would drift.
    """
    scorer, scores = chosen.scorer, out_of_fold(chosen.pipeline, chosen.candidate)[1]
    return reference_of(scorer.schema, chosen.pipeline.train.frame, scores, scorer.prediction_spec)
