"""What a person sees of a table before deciding anything: each column's kind, what of it could be predicted, and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target, Task
from mlops_desktop.base.job import Job
from mlops_desktop.base.target_columns import TargetColumn
from mlops_desktop.engine.choices import task_spec, tasks
from mlops_desktop.engine.data import (
    Table,
    default_positive,
    default_roles,
    guess_targets,
    guess_task,
    named_event,
    target_column,
    target_of,
)
from mlops_desktop.engine.metrics import default_metric
from mlops_desktop.engine.profiling.results import ColumnOverview, Guess, Overview, TargetOption
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.schema import Column

BINS, TOP_LEVELS = 18, 8
SHOWN_ROWS = 20  # rows that a piece of evidence names
SHOWN_CLASSES = 60  # classes that are listed by name; of more, the most frequent ones


def overview(table: Table, job: Job) -> Overview:
    """Every column of the table, what of it could be predicted, and what is proposed."""
    columns = []
    for i, column in enumerate(table.schema.columns):
        job.step(i / max(len(table.schema.columns), 1), "Looking at the columns")
        columns.append(
            ColumnOverview(
                name=column.name,
                type=column.type,
                missing=int(table.frame.missing(column.name).sum()),
                distinct=table.distinct(column.name),
                bars=_bars(table, column),
                evidence=tuple(replace(e, rows=e.rows[:SHOWN_ROWS]) for e in table.evidence if e.column == column.name),
                target=_target_option(table, column.name),
            )
        )
    return Overview(
        rows=table.rows,
        columns=tuple(columns),
        evidence=tuple(e.message for e in table.evidence if not e.column),
        targets=tuple(Guess(*pair) for pair in guess_targets(table)),
        roles={name: Guess(*pair) for name, pair in default_roles(table).items()},
    )


def possible_tasks(column: TargetColumn) -> list[Task]:
    """The tasks that a column can be the target of."""
    return [Task(id_) for id_ in tasks() if column.distinct > 1 and task_spec(id_).fits(column)]


def _target_option(table: Table, name: str) -> TargetOption:
    possible = possible_tasks(target_column(table, name))
    try:
        guessed, reason = guess_task(table, name)
    except UserError as error:
        return TargetOption(refused=error.sentences)
    if not possible:
        return TargetOption(
            refused=msg("“{column}” has {distinct:,} different texts, too many to be classes.", column=name, distinct=table.distinct(name))
        )
    task = Task(guessed) if guessed in possible else possible[0]
    found = TargetOption(task=task, reason=reason)
    present = replace(table, frame=table.frame.take(~table.frame.missing(name)))
    for each in possible:
        try:
            target = target_of(present, name, each)
        except UserError as error:
            if each == task:
                return TargetOption(refused=error.sentences)
            continue
        found = replace(_with_classes(found, target, each), tasks=(*found.tasks, each))
        positive = target.classes.index(found.positive) if task_spec(each).has_positive and found.positive is not None else None
        found = replace(found, metrics={**found.metrics, each: Guess(*default_metric(target, positive))})
    return found


def _with_classes(option: TargetOption, target: Target, task: Task) -> TargetOption:
    """The option with the classes of the target as it is read for this task, and with a positive class where the task has one."""
    if target.classes:
        counts = np.bincount(target.values, minlength=len(target.classes))
        listed = sorted(range(len(counts)), key=lambda i: (-int(counts[i]), i))[:SHOWN_CLASSES]
        classes = tuple((target.classes[i], int(counts[i])) for i in sorted(listed))
        option = replace(option, classes=classes, more=len(counts) - len(listed))
    if task_spec(task).has_positive:
        positive, reason = default_positive(target)
        doubtful = named_event(target.classes) is None
        option = replace(option, positive=positive, positive_reason=reason, positive_doubtful=doubtful)
    return option


def _bars(table: Table, column: Column) -> tuple[int, ...]:
    if column.is_free_text:
        return ()
    if column.is_categorical:
        codes, levels = table.frame.categorical(column.name)
        counts = np.bincount(codes[codes >= 0], minlength=len(levels))
        return tuple(np.sort(counts)[::-1][:TOP_LEVELS].tolist())
    values = table.frame.number(column.name) if column.is_number else table.frame.date(column.name).astype(np.float64)
    values = values[~table.frame.missing(column.name)]
    if not len(values):
        return ()
    bins = 2 if column.type == "boolean" else BINS
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low) or high == low:
        return (len(values),)
    at = np.minimum(((values - low) / (high - low) * bins).astype(np.intp), bins - 1)
    return tuple(np.bincount(at, minlength=bins).tolist())
