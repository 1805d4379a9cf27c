"""What is proposed for decisions that a person has not made: each proposal with its reason, none hidden, all ordinary decisions
afterwards.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Operation, Target, Task
from mlops_desktop.base.job import Job
from mlops_desktop.engine.choices import choices, task_spec
from mlops_desktop.engine.data import default_positive, default_roles, guess_targets, guess_task
from mlops_desktop.engine.metrics import default_metric
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.recipe_trial import fitting_steps
from mlops_desktop.engine.pipeline.recommendations import Suggestion, read_suggestions, write_suggestions
from mlops_desktop.engine.pipeline.recommended import suggest_algorithms, suggest_steps
from mlops_desktop.engine.pipeline.split_proposal import propose_split
from mlops_desktop.engine.profiling import negative_codes, tick_levels
from mlops_desktop.engine.project import ColumnNote, Project, Step, default_splitter, refuse_metric
from mlops_desktop.serving.cells import level_of
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.value_text import number_text


def propose(folder: Path, project: Project, job: Job) -> tuple[Project, dict[str, str]]:
    """The project with every decision filled that was open, and for each of these a reason (one sentence) by the name of the decision.

    What a person decided is left as it is. UserError when it cannot hold: no such target, a metric of another task, a positive class that
    the target does not have.
    """
    job.step(0.0, "Looking at the columns")
    reasons: dict[str, str] = {}
    with_task = _with_task(Pipeline(folder, project), reasons)
    with ThreadPoolExecutor(1) as pool:  # numpy leaves Python free
        equal = pool.submit(lambda: with_task.equal_rows if project.split == default_splitter() else None)
        pipeline = _with_measures(with_task, reasons)
        equal.result()
    pipeline.reuse_results(with_task)
    job.step(0.4, "Proposing the split")
    pipeline = pipeline.of(_with_split(pipeline, reasons))
    job.step(0.6, "Proposing steps and algorithms")
    return _with_recipe(pipeline, reasons), reasons


def propose_task(folder: Path, project: Project) -> tuple[Project, dict[str, str]]:
    """The project with target, roles and kind of task filled where they were open, and the reasons. UserError when there is no such
    target.
    """
    reasons: dict[str, str] = {}
    return _with_task(Pipeline(folder, project), reasons).project, reasons


def _with_task(pipeline: Pipeline, reasons: dict[str, str]) -> Pipeline:
    pipeline = pipeline.of(_with_roles(pipeline, reasons))
    pipeline = pipeline.of(_with_missing_codes(pipeline, reasons))
    if pipeline.project.task:
        return pipeline
    task, reasons["task"] = guess_task(pipeline.table, pipeline.project.target)
    return pipeline.of(replace(pipeline.project, task=Task(task)))


def suggestions(pipeline: Pipeline) -> tuple[Suggestion, ...]:
    """Row filters and steps that suit this data, whatever of them is in the project already; kept in the store.

    UserError when there are no rows to learn from.
    """
    key = pipeline.keys.suggestions
    with contextlib.suppress(KeyError):
        return read_suggestions(pipeline.store, key)
    missing = pipeline.table.missing(pipeline.project.target)
    row_filters = [(choices().row_filters.read("drop_missing_target"), _why_drop(missing, pipeline.project.target))] if missing else []
    columns = pipeline.table.schema.select(pipeline.features).columns
    found = (*row_filters, *suggest_steps(columns, pipeline.table.frame, pipeline.train_rows))
    pipeline.store.put(key, write_suggestions(found))
    return found


def _why_drop(missing: int, target: str) -> str:
    return plural_msg(
        missing,
        "1 row has no value in “{target}”: nothing can be learned from it.",
        "{n} rows have no value in “{target}”: nothing can be learned from them.",
        target=target,
    )


def _with_roles(pipeline: Pipeline, reasons: dict[str, str]) -> Project:
    table, project = pipeline.table, pipeline.project
    if not project.target:
        ranked = guess_targets(table)
        if not ranked:
            raise UserError("No column of this file looks like something to predict.", "Choose the target yourself.")
        project = replace(project, target=ranked[0][0])
        reasons["target"] = ranked[0][1]
    names = [c.name for c in table.schema.columns]
    if project.target not in names:
        raise UserError(
            msg("The file has no column “{target}”.", target=project.target),
            msg("It has: {names}{text}.", names=", ".join(names[:12]), text=" …" if len(names) > 12 else ""),
        )
    notes = dict(project.columns)
    note = notes.get(project.target, ColumnNote())
    if not note.recode and (levels := tick_levels(table, project.target)):
        notes[project.target] = replace(note, recode=levels)
        tick = next(iter(levels))
        reasons[f"recode.{project.target}"] = msg(
            "“{target}” holds “{tick}” or nothing, so an empty cell is read as “no”.", target=project.target, tick=tick
        )
    grouped = any(note.role == "group" for note in notes.values())
    for name, (role, reason) in default_roles(table, project.target).items():
        if role == "group" and grouped:
            continue  # a person chose what belongs together
        if name not in notes or notes[name].role is None:
            notes[name] = replace(notes.get(name, ColumnNote()), role=role)
            reasons[f"roles.{name}"] = reason
    return replace(project, columns=notes)


def _with_missing_codes(pipeline: Pipeline, reasons: dict[str, str]) -> Project:
    """The project with the numbers that stand for “missing” beyond doubt, such as -999, far below all others."""
    table, notes = pipeline.table, dict(pipeline.project.columns)
    asked = {column.name: notes.get(column.name, ColumnNote()) for column in table.schema.columns if column.is_number}
    free = [name for name, note in asked.items() if not note.missing and note.role not in ("id", "ignore")]
    for name, codes in negative_codes(table, free).items():
        texts = tuple(number_text(code) for code, _ in codes)
        notes[name] = replace(asked[name], missing=texts)
        reasons[f"missing.{name}"] = plural_msg(
            sum(count for _, count in codes),
            "1 cell of “{column}” holds {codes}, far from all other values: it is read as missing.",
            "{n} cells of “{column}” hold {codes}, far from all other values: they are read as missing.",
            column=name,
            codes=", ".join(texts),
        )
    return replace(pipeline.project, columns=notes)


def _with_measures(pipeline: Pipeline, reasons: dict[str, str]) -> Pipeline:
    """The pipeline with rows without a target left out, and with a positive class and a metric."""
    table, project = pipeline.table, pipeline.project
    missing = table.missing(project.target)
    if missing and table.frame.missing(project.target)[pipeline.kept_rows].any():
        rest = [step for step in project.row_filters if step.component.id != "drop_missing_target"]
        project = replace(project, row_filters=(Step(choices().row_filters.read("drop_missing_target")), *rest))
        reasons["row_filters"] = _why_drop(missing, project.target)
    measured = pipeline.of(project)
    target = measured.target
    if project.positive is not None:
        _refuse_positive(project, target)
    elif task_spec(target.task).has_positive:
        positive, reasons["positive"] = default_positive(target)
        project = replace(project, positive=positive)
    if project.metric:
        refuse_metric(project)
    else:
        metric, reasons["metric"] = default_metric(target, None if project.positive is None else target.classes.index(project.positive))
        project = replace(project, metric=metric)
    return measured.of(project)


def _refuse_positive(project: Project, target: Target) -> None:
    if not task_spec(target.task).has_positive:
        raise UserError("Only a target of two classes has a positive one.", "Leave it out: positive=")
    if project.positive not in target.classes:
        raise UserError(
            msg("“{positive}” is not a class of “{target}”.", positive=level_of(project.positive), target=project.target),
            msg("Take “{first}” or “{second}”.", first=level_of(target.classes[0]), second=level_of(target.classes[1])),
        )


def _with_split(pipeline: Pipeline, reasons: dict[str, str]) -> Project:
    project = pipeline.project
    if project.split != default_splitter():
        return project
    split, reason = propose_split(pipeline)
    reasons["split"] = reason
    return replace(project, split=split)


def _with_recipe(pipeline: Pipeline, reasons: dict[str, str]) -> Project:
    project = pipeline.project
    suggested = {} if project.steps else {one: why for one, why in suggestions(pipeline) if isinstance(one, Operation)}
    project = replace(project, steps=project.steps or tuple(map(Step, suggested)))
    if not project.candidates:
        assert project.task is not None
        texts = any(c.type == "text" for c in pipeline.table.schema.select(pipeline.features).columns)
        algorithms = suggest_algorithms(project.task, len(pipeline.train_rows), texts=texts)
        project = replace(project, candidates=tuple(algorithm for algorithm, _ in algorithms))
        reasons.update({f"candidates.{algorithm.id}": _named(algorithm, reason) for algorithm, reason in algorithms})
    if pipeline.project.steps:
        return project  # a person's steps are refused where they are chosen, or by the run
    if not project.encodings:  # a pinned encoding may need steps that a person has still to choose
        project, why = fitting_steps(pipeline.of(project))
        reasons.update({"steps": why} if why else {})
    kept = [step.component for step in project.steps]
    reasons.update({f"steps.{i}": _named(operation, suggested[operation]) for i, operation in enumerate(kept)})
    return project


def _named(component: Component, reason: str) -> str:
    return msg("{label}: {reason}", label=as_message(component.label), reason=reason)
