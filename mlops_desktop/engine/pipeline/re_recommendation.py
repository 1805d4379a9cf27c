"""Renews recommendations after the target, a role, a type or the data changed; what a person chose stays.

A decision counts as proposed while it is what would be proposed for the decisions before the change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part, Silent
from mlops_desktop.base.params import Flag
from mlops_desktop.base.splitter import Splitter
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.data import default_roles
from mlops_desktop.engine.metrics import METRICS
from mlops_desktop.engine.pipeline.consistency import consistent
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.proposal import propose, propose_task
from mlops_desktop.engine.project import ColumnNote, Project
from mlops_desktop.serving.cells import level_of
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg, quoted_columns

_RECOMMENDED = ("task", "positive", "metric", "split", "steps", "candidates")


def re_recommend(folder: Path, before: Project, project: Project, job: Job) -> tuple[Project, dict[str, str], list[str]]:
    """The project with every decision that follows from others made anew, the reasons, and what changed (a few words each).

    `before` are the decisions that the present proposals were made for. UserError when the target cannot be predicted.
    """
    opened = _opened(folder, before, project, Part(job, 0.0, 0.5))
    fit, notes = consistent(opened, Pipeline(folder, opened).overview(Silent()))
    fit, for_task = propose_task(folder, fit)
    fit, more = consistent(fit, Pipeline(folder, fit).overview(Silent()))  # what the kind of task excludes
    renewed, reasons = propose(folder, fit, Part(job, 0.5, 1.0))
    reasons, notes = {**for_task, **reasons}, [*notes, *more]
    if renewed.metric != project.metric and renewed.goals.score is not None:
        renewed = replace(renewed, goals=replace(renewed.goals, score=None))  # a number on another scale
    return renewed, reasons, [*notes, *changes(project, renewed)]


def _opened(folder: Path, before: Project, project: Project, job: Job) -> Project:
    """The project with those decisions open that are still as they were proposed for `before`."""
    if not before.data or not before.target or not before.task:
        return project
    table = Pipeline(folder, before).table
    given = default_roles(table, before.target)
    notes = dict(project.columns)
    for name, note in project.columns.items():
        old = before.columns.get(name, ColumnNote())
        if name in given and note.role == old.role == given[name][0]:
            notes[name] = replace(note, role=None)
    project = replace(project, columns={name: note for name, note in notes.items() if note != ColumnNote()})
    undecided: dict[str, Any] = {name: getattr(Project(), name) for name in _RECOMMENDED}
    try:
        former, _ = propose(folder, replace(before, **undecided), job)
    except UserError:
        return project  # nothing could be proposed for them
    same = {name: value for name, value in undecided.items() if getattr(project, name) == getattr(before, name) == getattr(former, name)}
    return replace(project, **same)


def changes(old: Project, new: Project) -> list[str]:
    """What differs, for a person: a few words for each decision."""
    found: list[str] = []
    if old.task != new.task:
        found.append(msg("task: {task:lower}", task=task_spec(new.task).title) if new.task is not None else msg("no task"))
    if level_of(old.positive or "") != level_of(new.positive or ""):
        found.append(
            msg("positive class: {positive}", positive=level_of(new.positive)) if new.positive is not None else msg("no positive class")
        )
    if old.metric != new.metric and new.metric in METRICS:
        found.append(msg("metric: {metric}", metric=METRICS[new.metric].label))
    if old.split != new.split:
        found.extend(_split(old.split, new.split))
    if old.steps != new.steps:
        found.append(plural_msg(len(new.steps), "1 step of preparation", "{n} steps of preparation"))
    if old.candidates != new.candidates:
        found.append(plural_msg(len(new.candidates), "1 algorithm", "{n} algorithms"))
    if old.row_filters != new.row_filters:
        found.append(msg("rows without a target are left out"))
    found.extend(_roles(old.columns, new.columns))
    if (old.costs, old.goals) != (new.costs, new.goals):
        found.append(msg("goals that do not fit were taken out"))
    return found


def _split(old: Splitter, new: Splitter) -> list[str]:
    """What differs: another splitter, or settings of the same one."""
    if type(old) is not type(new):
        return [msg("split: {split}", split=new.label)]
    found: list[str] = []
    for name, param in new.params().items():
        value = getattr(new, name)
        if value == getattr(old, name):
            continue
        if isinstance(param, Flag):
            found.append(msg("split: {label}" if value else "split: no longer “{label}”", label=param.label))
        else:
            shown = quoted_columns(value) if isinstance(value, tuple) else value
            found.append(msg("split: {label} {value}", label=param.label, value=shown))
    return found


def _roles(old: Mapping[str, ColumnNote], new: Mapping[str, ColumnNote]) -> list[str]:
    found: list[str] = []
    for name in sorted({*old, *new}):
        a, b = old.get(name, ColumnNote()).role, new.get(name, ColumnNote()).role
        if a != b:
            found.append(msg("role of “{column}”: {role}", column=name, role=b or "feature"))
    return found if len(found) <= 3 else [msg("roles of {n_found} columns", n_found=len(found))]
