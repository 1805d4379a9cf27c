"""Evaluates the chosen run: out of fold, on the held-out test set, and on unseen files."""

from __future__ import annotations

import math
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Target
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.number_format import format_number
from mlops_desktop.engine.data import Location, Table, load_anew, name_of, read_new_file, target_of
from mlops_desktop.engine.evaluation.baseline import baseline_prior, fold_baseline
from mlops_desktop.engine.evaluation.importance import permutation_importance
from mlops_desktop.engine.evaluation.model_evaluation import evaluate, evaluate_scores
from mlops_desktop.engine.evaluation.results import Evaluation, ProposedThreshold, held_out_notes
from mlops_desktop.engine.evaluation.sampling_units import units_of
from mlops_desktop.engine.evaluation.seen_rows import seen_rows
from mlops_desktop.engine.pipeline import Pipeline, read_facts, read_weights
from mlops_desktop.engine.project import Costs
from mlops_desktop.engine.training import (
    Chosen,
    Run,
    Runs,
    cross_fitted_thresholds,
    mean_cost,
    open_chosen,
    out_of_fold,
    proposed_threshold,
)
from mlops_desktop.serving.answers import unanswered
from mlops_desktop.serving.cells import level_of
from mlops_desktop.serving.csv_io import non_ascii_texts
from mlops_desktop.serving.frame import Floats, Frame, Ints, Longs
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.required_inputs import blocking_columns
from mlops_desktop.serving.schema import Schema

IMPORTANCE_REPEATS = 5
DECIDED_BY_FOLD = msg(
    "Metrics of decisions take for each fold the threshold that the other folds propose: at the one that is best on the same rows they"
    " would be too good."
)


def out_of_fold_evaluation(chosen: Chosen, job: Job) -> Evaluation:
    """The evaluation of the run's out-of-fold scores of the training rows; the held-out test set is not used.

    For two classes with the threshold that these scores propose, and its curve (with costs where they are set). Unless a person set the
    threshold, the rows of a fold are decided by the one that the other folds propose.
    """
    pipeline = chosen.pipeline
    key = pipeline.keys.out_of_fold(chosen.run.id)
    with suppress(KeyError):
        return pipeline.store.get_value(key, Evaluation)
    rows, scores = out_of_fold(pipeline, chosen.candidate, job)
    part = pipeline.train.take(rows)
    by_fold = fold_thresholds(pipeline, part, scores)
    found = evaluate_scores(
        part.target,
        scores,
        positive=pipeline.positive,
        threshold=chosen.scorer.threshold,
        seed=pipeline.project.seed,
        job=job,
        units=units_of(pipeline, part),
        weights=part.weights,
        decided_at=None if by_fold is None else np.repeat(by_fold, fold_sizes(pipeline)),
        baseline=fold_baseline(
            pipeline.train.target, pipeline.folds, pipeline.positive, pipeline.train.weights, baseline_prior(pipeline.project)
        ),
    )
    found = _placed(found, pipeline.train_rows[rows])
    classes = found.classification
    if pipeline.positive is not None and classes is not None:
        choice = proposed_threshold(pipeline, rows, scores)
        proposed = ProposedThreshold(choice.threshold, choice.rule, choice.reason)
        if by_fold is not None:
            value = _reached(found, choice.rule, pipeline.project.costs)
            reason = joined([choice.reason, msg("Judged by rows that it was not chosen by: {value}.", value=format_number(value, 3))], " ")
            proposed = replace(proposed, reason=reason)
            found = replace(found, notes=(*found.notes, DECIDED_BY_FOLD))
        classes = replace(classes, threshold_curve=choice.curve, fold_thresholds=by_fold)
        found = replace(found, choice=proposed, classification=classes)
    pipeline.store.put_value(key, found)
    return found


def _reached(found: Evaluation, rule: str, costs: Costs | None) -> float:
    """The value of what a threshold is chosen by (see `thresholds.rule_for`) with the decisions of an evaluation."""
    classes, metric = found.classification, found.metric(rule)
    if metric is not None and metric.value is not None:
        return metric.value
    assert classes is not None
    assert classes.positive is not None
    return mean_cost(classes.confusion.exact, classes.positive, costs or Costs()) if rule == "cost" else math.nan


def fold_sizes(pipeline: Pipeline) -> list[int]:
    """How many out-of-fold rows each fold has, in the order of these rows."""
    return [len(valid) for _, valid in pipeline.folds]


def fold_thresholds(pipeline: Pipeline, part: Dataset, scores: Floats) -> tuple[float, ...] | None:
    """The thresholds by which out-of-fold rows are decided; None where there is no threshold, or a person set one."""
    project, positive = pipeline.project, pipeline.positive
    if positive is None or project.threshold is not None:
        return None
    sizes = fold_sizes(pipeline)
    return cross_fitted_thresholds(part.target, scores[:, positive], positive, sizes, project.metric, project.costs, part.weights)


def _placed(found: Evaluation, rows: Ints) -> Evaluation:
    """The evaluation with the places of its worst rows in the table that was imported; `rows` are those of all evaluated rows."""
    return replace(found, worst=tuple(replace(one, table_row=int(rows[one.row])) for one in found.worst))


def held_out_evaluation(chosen: Chosen, runs: Runs, why: str, job: Job) -> Evaluation:
    """Measures the chosen model on the held-out test set. The access is counted, unless the same model was measured on these rows before:
    that shows nothing new, whether or not the result is still in the store.
    """
    pipeline, split = chosen.pipeline, chosen.pipeline.keys.split
    runs.know_test_set(split, pipeline.held_out_rows)
    result = pipeline.keys.evaluation(chosen.run.id)
    if not _measured_before(pipeline, chosen.run, runs):
        runs.record_test_access(split, f"{why}: {chosen.run.label} {chosen.run.short}", chosen.run.id, result)
    if (seen := seen_evaluation(pipeline, chosen.run, runs)) is not None:
        return seen
    fitted = _fitted_without_test_set(chosen, runs, Part(job, 0.0, 0.2))
    found = _placed(evaluate_rows(fitted, pipeline.test, Part(job, 0.2, 0.6)), pipeline.test_rows)
    importance = permutation_importance(
        fitted.scorer,
        pipeline.test.frame,
        pipeline.test.target,
        pipeline.project.metric,
        IMPORTANCE_REPEATS,
        pipeline.project.seed,
        Part(job, 0.6, 1.0),
        pipeline.test.weights,
    )
    found = replace(found, importance=importance)
    pipeline.store.put_value(pipeline.keys.evaluation(chosen.run.id), found)
    runs.measured_again(split, chosen.run.id, result)
    return _with_accesses(found, pipeline, runs)


def _measured_before(pipeline: Pipeline, run: Run, runs: Runs) -> bool:
    """Whether the run was measured on the same rows, at the same threshold, by a version that did not record the result of an access, or
    under an id or a key of an older version.
    """
    if pipeline.keys.evaluation(run.id) in pipeline.store:
        return run.short in runs.measured_runs(pipeline.keys.split)
    if any(key in pipeline.store for key in pipeline.keys.former_evaluations(run.id)):
        return True
    return runs.measured_by_older_version(pipeline.keys.split, run.id)


def _fitted_without_test_set(chosen: Chosen, runs: Runs, job: Job) -> Chosen:
    """The chosen run, fitted on the training rows alone, where the deployed model is fitted on all rows. It stays in the store."""
    pipeline = chosen.pipeline
    if pipeline.project.refit == "train":
        return chosen
    return open_chosen(Pipeline(pipeline.folder, replace(pipeline.project, refit="train", chosen=chosen.run.id)), runs, job)


def seen_evaluation(pipeline: Pipeline, run: Run, runs: Runs) -> Evaluation | None:
    """The evaluation on the held-out test set if it was made before; this is no new access."""
    with suppress(KeyError):
        return _with_accesses(pipeline.store.get_value(pipeline.keys.evaluation(run.id), Evaluation), pipeline, runs)
    return None


def _with_accesses(found: Evaluation, pipeline: Pipeline, runs: Runs) -> Evaluation:
    key = pipeline.keys.split
    share = runs.share_used_before(key)
    notes = held_out_notes(pipeline.project, share)
    accesses = len(runs.test_accesses(key))
    return replace(found, notes=(*notes, *found.notes), test_accesses=accesses, used_before=share or None)


def evaluate_rows(chosen: Chosen, rows: Dataset, job: Job) -> Evaluation:
    """Every metric and curve of the chosen model on given rows. UserError when a row has no answer."""
    without = unanswered(chosen.scorer.scores(rows.frame))
    if without:
        fields = blocking_columns(chosen.scorer, rows.frame.take(np.array(without[:1], dtype=np.intp)))
        among = msg(", such as one without “{field}”", field=fields[0]) if fields else ""
        raise UserError(
            msg(
                "The model has no prediction for {n_without:,} of {rows:,} rows{among}.",
                n_without=len(without),
                rows=rows.frame.rows,
                among=among,
            ),
            "Put a step that fills gaps before the model, and train again.",
        )
    trained_on = chosen.pipeline.train
    prior = baseline_prior(chosen.pipeline.project)(trained_on.target, trained_on.weights)
    seed, units = chosen.pipeline.project.seed, units_of(chosen.pipeline, rows)
    return evaluate(chosen.scorer, rows.frame, rows.target, seed=seed, job=job, prior=prior, units=units, weights=rows.weights)


def evaluate_file(chosen: Chosen, path: Location, job: Job) -> Evaluation:
    """Every metric and curve of the chosen model on a file; the file needs the target's column. `rows_trained_on` counts
    those that the model was trained on; the `notes` name the columns of the model that it lacks. UserError when the model needs one.
    """
    project = chosen.pipeline.project
    schema = _schema_with_target(chosen)
    wanted = {project.target, *(column.name for column in chosen.scorer.schema.columns)}
    cells = load_anew(path, project.source, wanted, job, [*non_ascii_texts(schema)])[1]
    if project.target not in cells.names:
        raise UserError(
            msg("“{path}” has no column “{target}”, so predictions cannot be compared.", path=name_of(path), target=project.target),
            "Choose a file that holds the true values.",
        )
    new = read_new_file(cells, schema, chosen.scorer.schema)
    table, problems = Table(schema, new.checked.frame, ()), new.problems()
    there = np.flatnonzero(~table.frame.missing(project.target))
    known = np.array([i for i in there if i not in problems], dtype=np.intp)
    if not len(known):
        raise _nothing_to_compare(name_of(path), project.target, problems[int(there[0])] if len(there) else "")
    target = target_of(
        replace(table, frame=table.frame.take(known)), project.target, chosen.pipeline.train.target.task, classes=chosen.scorer.classes
    )
    features = table.frame.take(known).select(chosen.pipeline.features)
    if without := unanswered(chosen.scorer.scores(features)):
        kept = np.setdiff1d(np.arange(len(known)), without)
        if not len(kept):
            raise UserError(
                msg("The model has no prediction for any row of “{path}”.", path=name_of(path)),
                "Put a step that fills gaps before it, and train again.",
            )
        known, features, target = known[kept], features.take(kept), target.take(kept)
    kept_apart, unknown = _kept_apart(chosen.pipeline, table.frame.take(known), target, cells.names)
    weights, unweighted = _weights_of(chosen.pipeline, table.frame.take(known), cells.names)
    found = _placed(evaluate_rows(chosen, Dataset(features, target, weights, *kept_apart), job), known)
    deployed = [msg("Measured with the deployed model, which is fitted on all rows of the project.")] if project.refit == "all" else []
    seen = seen_rows(chosen.pipeline, table.frame.take(known), cells.names)
    trained_on = int(np.count_nonzero(seen.rows)) if seen.is_known else None
    undecided = [] if seen.is_known else [msg("Too many rows are equal to tell whether the model was trained on those of this file.")]
    notes = (*deployed, *undecided, *found.notes, *unknown, *unweighted, *new.notes)
    left_out = cells.rows - len(known)
    return replace(found, notes=notes, file=name_of(path), rows_in_file=cells.rows, rows_left_out=left_out, rows_trained_on=trained_on)


def _kept_apart(
    pipeline: Pipeline, frame: Frame, target: Target, names: Collection[str]
) -> tuple[tuple[Ints | None, Longs | Floats | None], list[str]]:
    """Groups and times of the rows of a file, for intervals; and a sentence on each of their columns that the file lacks."""
    split = pipeline.project.split
    columns: dict[str, tuple[str, ...]] = {role: (name,) for name, role in pipeline.roles().items() if role in ("group", "time")}
    if (named := split.named_columns) and split.role in ("group", "time"):
        columns[split.role] = named
    if not split.by_time:
        columns.pop("time", None)
    lacking = [name for some in columns.values() for name in some if name not in names]
    facts = read_facts(frame, target, {role: some for role, some in columns.items() if not set(some) & set(lacking)})
    template = "The file has no column “{column}”, so its rows count as independent: the intervals may be too narrow."
    return (facts.group, facts.time), [msg(template, column=name) for name in lacking]


def _weights_of(pipeline: Pipeline, frame: Frame, names: Collection[str]) -> tuple[Floats | None, list[str]]:
    """The weights of the rows of a file, and a sentence when it has no such column. UserError when they cannot be used."""
    column = pipeline.weight_column
    if not column:
        return None, []
    if column not in names:
        return None, [msg("The file has no column “{column}”, so all of its rows count alike.", column=column)]
    return read_weights(frame, column), []


def _nothing_to_compare(file: str, target: str, reason: str) -> UserError:
    """The error that no row of a file can be compared; `reason` is why the first row with a value of the target is refused, "" for none."""
    if reason:
        sentence = msg(
            "The model has no prediction for any row of “{file}”, the first one for this reason: {reason}", file=file, reason=reason
        )
        return UserError(sentence, "Write the values as in the training data, or choose another file.")
    return UserError(msg("No row of “{file}” can be compared: “{target}” has no value.", file=file, target=target), "Choose another file.")


def _schema_with_target(chosen: Chosen) -> Schema:
    """The columns of the training table: those of the model with the summaries of their training data, the target with its classes."""
    own = {column.name: column for column in chosen.scorer.schema.columns}
    columns = [own.get(column.name, column) for column in chosen.pipeline.table.schema.columns]
    target, classes = chosen.pipeline.project.target, chosen.scorer.classes
    if classes:
        columns = [replace(one, levels=tuple(map(level_of, classes))) if one.name == target else one for one in columns]
    return Schema(tuple(columns))
