"""The chosen run: its model fitted for service, and what the sealed test part says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm, Target
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine import table as tables
from mlops_desktop.engine.blend import read_algorithm
from mlops_desktop.engine.evaluation import evaluate, evaluate_scores
from mlops_desktop.engine.explanation import permutation_importance
from mlops_desktop.engine.flow import Flow, Rows
from mlops_desktop.engine.project import digest
from mlops_desktop.engine.runs import Run, Runs
from mlops_desktop.engine.thresholds import Choice, choose_threshold
from mlops_desktop.engine.training import fit, learn_steps
from mlops_desktop.engine.trials import out_of_fold
from mlops_desktop.serving.answerable import schema_of_needs, spoilers
from mlops_desktop.serving.answers import unanswered
from mlops_desktop.serving.frame import Floats, Ints
from mlops_desktop.serving.monitor import Reference, reference_of
from mlops_desktop.serving.plain import pack
from mlops_desktop.serving.scorer import Scorer

IMPORTANCE_REPEATS = 5


def best_run(runs: list[Run]) -> Run | None:
    """The finished run with the highest score; of equals the one tried first. The baseline counts too."""
    done = [run for run in runs if run.status == "done" and run.score is not None]
    return max(done, key=lambda run: (round(run.score or 0.0, 12), -run.number), default=None)


def chosen_run(flow: Flow, runs: Runs) -> Run:
    """The run that the project chose, or the best one of its leaderboard. UserError when there is none."""
    if flow.project.chosen:
        run = runs.get(flow.project.chosen)
        if run.key != flow.keys.board:
            raise UserError(
                f"The chosen run {run.id[:8]} belongs to earlier decisions.",
                "Choose a run of today's leaderboard, or start training again.",
            )
        return run
    best = best_run(runs.list(flow.keys.board))
    if best is None:
        raise UserError("There is no trained model for these decisions yet.", "Start training first (`run`).")
    return best


@dataclass(frozen=True, eq=False)
class Chosen:
    """The chosen run of a flow with its scorer."""

    flow: Flow
    run: Run
    scorer: Scorer

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm with the parameters of the run."""
        return read_algorithm(self.run.algorithm)


def open_chosen(flow: Flow, runs: Runs, job: Job) -> Chosen:
    """The chosen run with its model, fitted and compiled now unless it is in the store."""
    run = chosen_run(flow, runs)
    key = flow.keys.scorer(run.id)
    try:
        scorer = flow.store.get_plain(key)
    except KeyError:  # not there, damaged, or written by an edition whose parts are unknown here
        flow.store.put_plain(key, _with_other_cut_off(flow, run) or _make_scorer(flow, run, job))
        flow.store.put(flow.keys.model(run.id), {"scorer": key})
        scorer = flow.store.get_plain(key)
    assert isinstance(scorer, Scorer)
    return Chosen(flow, run, scorer)


def _with_other_cut_off(flow: Flow, run: Run) -> Scorer | None:
    """The model as it was fitted for another cut-off, with today's: a new cut-off needs no new fit. None when there is no such model."""
    try:
        scorer = flow.store.get_plain(flow.store.get(flow.keys.model(run.id))[0]["scorer"])
    except KeyError:
        return None
    assert isinstance(scorer, Scorer)
    scorer = replace(scorer, version="", threshold=_threshold(flow, read_algorithm(run.algorithm)))
    return replace(scorer, version=_version(scorer))


def _make_scorer(flow: Flow, run: Run, job: Job) -> Scorer:
    project = flow.project
    algorithm = read_algorithm(run.algorithm)
    rows = flow.everything if project.refit == "all" else flow.train
    learned = learn_steps(project.active_steps(), rows.frame, rows.target, Part(job, 0.0, 0.4))
    job.step(0.4, f"{algorithm.label} on {rows.frame.rows:,} rows")
    fitted = fit(algorithm, learned.matrix, rows.target, rows.weights, project.seed)
    job.step(0.9, "Writing the model as plain data")
    scorer = Scorer(
        name=project.name,
        version="",
        task=rows.target.task,
        target=project.target,
        schema=tables.describe_columns(flow.table, rows.frame, project.columns),
        transforms=learned.transforms,
        model=fitted.model,
        classes=rows.target.classes,
        positive=flow.positive,
        threshold=_threshold(flow, algorithm),
    )
    scorer = replace(scorer, schema=schema_of_needs(scorer, rows.frame))
    return replace(scorer, version=_version(scorer))


def _version(scorer: Scorer) -> str:
    """The first 12 hex digits of a hash over everything that the scorer is made of."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    document = pack(scorer, arrays)
    return digest(document, [[name, str(a.dtype), a.shape, digest(a.tobytes().hex())] for name, a in sorted(arrays.items())])[:12]


def _threshold(flow: Flow, algorithm: Algorithm) -> float | None:
    if flow.positive is None or flow.project.threshold is not None:
        return flow.project.threshold
    return _choice(flow, *out_of_fold(flow, algorithm)).threshold


def _choice(flow: Flow, rows: Ints, scores: Floats) -> Choice:
    """The cut-off that out-of-fold scores propose for a binary task."""
    assert flow.positive is not None
    project = flow.project
    return choose_threshold(flow.train.target.take(rows), scores[:, flow.positive], flow.positive, project.metric, project.costs)


def drift_reference(chosen: Chosen) -> Reference:
    """What training looked like, for drift: the columns of the training rows, and scores by models that did not see the row.

    On its own training rows a model is too sure: a forest's scores there are so far from those of any new day that every day would drift.
    """
    return reference_of(chosen.scorer.schema, chosen.flow.train.frame, out_of_fold(chosen.flow, chosen.algorithm)[1])


def out_of_fold_evaluation(chosen: Chosen, job: Job) -> dict[str, Any]:
    """What the out-of-fold scores of the training part say of the run; the test part stays sealed.

    Beside what `evaluate_scores` says: for two classes `choice` {`threshold`, `rule`, `reason`}, the cut-off that these scores propose,
    with its `threshold_curve` (a `cost` in it where costs are set); and `table_row` of each of the `worst` rows.
    """
    flow = chosen.flow
    key = flow.keys.out_of_fold(chosen.run.id)
    if key not in flow.store:
        rows, scores = out_of_fold(flow, chosen.algorithm, job)
        part = flow.train.target.take(rows)
        found = evaluate_scores(part, scores, positive=flow.positive, threshold=chosen.scorer.threshold, seed=flow.project.seed, job=job)
        _place(found, flow.train_rows[rows])
        if flow.positive is not None:
            choice = _choice(flow, rows, scores)
            found["choice"] = {"threshold": choice.threshold, "rule": choice.rule, "reason": choice.reason}
            found["threshold_curve"] = choice.curve
        flow.store.put(key, found)
    return flow.store.get(key)[0]


def _place(found: dict[str, Any], rows: Ints) -> None:
    """Say of the worst rows where they stand in the table that was imported."""
    for one in found["worst"]:
        one["table_row"] = int(rows[one["row"]])


def test_evaluation(chosen: Chosen, runs: Runs, why: str, job: Job) -> dict[str, Any]:
    """What the sealed test part says of the chosen model. The look is counted, whether or not the result was in the store."""
    flow = chosen.flow
    runs.record_look(flow.keys.split, f"{why}: {chosen.run.label} {chosen.run.id[:8]}")
    key = flow.keys.evaluation(chosen.run.id)
    if key not in flow.store:
        honest = _unseeing(chosen, runs, Part(job, 0.0, 0.2))
        found = evaluate_rows(honest, flow.test, Part(job, 0.2, 0.6))
        _place(found, flow.test_rows)
        found["importance"] = permutation_importance(
            honest.scorer,
            flow.test.frame,
            flow.test.target,
            flow.project.metric,
            IMPORTANCE_REPEATS,
            flow.project.seed,
            Part(job, 0.6, 1.0),
        )
        flow.store.put(key, found)
    return {**flow.store.get(key)[0], "looks": len(runs.looks(flow.keys.split))}


def _unseeing(chosen: Chosen, runs: Runs, job: Job) -> Chosen:
    """The chosen run by a model that never saw the test part: its twin of the training rows where the deployed one is fitted on all."""
    flow = chosen.flow
    if flow.project.refit == "train":
        return chosen
    return open_chosen(Flow(flow.folder, replace(flow.project, refit="train", chosen=chosen.run.id)), runs, job)


def seen_evaluation(flow: Flow, run: Run, runs: Runs) -> dict[str, Any] | None:
    """The evaluation on the test part if it was made before; this is no new look."""
    key = flow.keys.evaluation(run.id)
    return {**flow.store.get(key)[0], "looks": len(runs.looks(flow.keys.split))} if key in flow.store else None


def evaluate_rows(chosen: Chosen, rows: Rows, job: Job) -> dict[str, Any]:
    """Every metric and curve of the chosen model on given rows, as plain JSON. UserError when a row has no answer."""
    without = unanswered(chosen.scorer.scores(rows.frame))
    if without:
        fields = spoilers(chosen.scorer, rows.frame.take(np.array(without[:1], dtype=np.intp)))
        among = f", such as one without “{fields[0]}”" if fields else ""
        raise UserError(
            f"The model has no answer for {len(without):,} of {rows.frame.rows:,} rows{among}.",
            "Put a step that fills gaps before the model, and train again.",
        )
    prior = _prior(chosen.flow.train.target)
    return evaluate(chosen.scorer, rows.frame, rows.target, seed=chosen.flow.project.seed, job=job, prior=prior)


def _prior(target: Target) -> Floats:
    """What a baseline that learned from these rows always answers: the shares of the classes, or the mean."""
    if not target.classes:
        return np.array([float(np.mean(target.values))])
    return np.bincount(target.values, minlength=len(target.classes)) / len(target.values)


def evaluate_file(chosen: Chosen, path: Path, job: Job) -> dict[str, Any]:
    """Every metric and curve of the chosen model on a file that it never saw; the file needs the target's column."""
    project = chosen.flow.project
    loader = project.loader if project.loader and path.suffix.lower() in project.loader.suffixes else None
    cells = tables.load_named(path, loader, {project.target}, job)[1]
    if project.target not in cells.columns:
        raise UserError(
            f"“{path.name}” has no column “{project.target}”, so answers cannot be compared.", "Choose a file that holds the true values."
        )
    table, problems = tables.read_like(cells, chosen.flow.table)
    there = np.flatnonzero(~table.frame.missing(project.target))
    known = np.array([i for i in there if i not in problems], dtype=np.intp)
    if not len(known):
        raise UserError(
            f"No row of “{path.name}” can be compared: “{project.target}” is missing or a value cannot be read.", "Choose another file."
        )
    target = tables.target_of(
        replace(table, frame=table.frame.take(known)), project.target, chosen.flow.train.target.task, classes=chosen.scorer.classes
    )
    features = table.frame.take(known).select(chosen.flow.features)
    if without := unanswered(chosen.scorer.scores(features)):
        kept = np.setdiff1d(np.arange(len(known)), without)
        if not len(kept):
            raise UserError(
                f"The model has no answer for any row of “{path.name}”.", "Put a step that fills gaps before it, and train again."
            )
        known, features, target = known[kept], features.take(kept), target.take(kept)
    found = evaluate_rows(chosen, Rows(features, target, None), job)
    _place(found, known)
    return {**found, "file": path.name, "rows_in_file": len(cells), "rows_left_out": len(cells) - len(known)}
