"""What a person sees of a table before deciding anything: each column's kind, what of it could be predicted, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.base.target_columns import TargetColumn
from mlops_desktop.engine.choices import task_spec, tasks
from mlops_desktop.engine.data import (
    Table,
    default_positive,
    default_roles,
    guess_targets,
    guess_task,
    named_positive,
    target_column,
    target_of,
)
from mlops_desktop.engine.metrics import default_metric
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.schema import CATEGORICAL_TYPES, NUMBER_TYPES, Column

BINS, TOP_LEVELS = 18, 8
SHOWN_CLASSES = 60  # classes that are listed by name; of more, the most frequent ones


def overview(table: Table, job: Job) -> dict[str, Any]:
    """`{"rows", "columns", "evidence", "targets": [[name, why]], "roles": {name: [role, why]}}`, plain JSON.

    A column is `{"name", "type", "missing", "distinct", "bars", "evidence": [{"rule", "message", "rows"}], "target"}`. Its `bars` are the
    heights of a small histogram, or the rows of the most frequent levels. Its `target` says what predicting it would mean: `{"refused"}`
    (a sentence), or `{"task", "why", "tasks", "classes": [[class, rows]], "more", "positive", "positive_why",
    "positive_doubtful", "metrics"}`, the metrics by task as `[id, why]`.
    """
    columns = []
    for i, column in enumerate(table.schema.columns):
        job.step(i / max(len(table.schema.columns), 1), "Looking at the columns")
        missing = table.frame.missing(column.name)
        evidence = [{"rule": e.rule, "message": e.message, "rows": list(e.rows[:20])} for e in table.evidence if e.column == column.name]
        columns.append(
            {
                "name": column.name,
                "type": column.type,
                "missing": int(missing.sum()),
                "distinct": _distinct(table, column.name),
                "bars": _bars(table, column),
                "evidence": evidence,
                "target": _as_target(table, column.name),
            }
        )
    return {
        "rows": table.rows,
        "columns": columns,
        "evidence": [e.message for e in table.evidence if not e.column],
        "targets": [list(pair) for pair in guess_targets(table)],
        "roles": {name: list(pair) for name, pair in default_roles(table).items()},
    }


def possible_tasks(column: TargetColumn) -> list[str]:
    """The ids of the tasks that a column can be the target of."""
    return [id_ for id_ in tasks() if column.distinct > 1 and task_spec(id_).fits(column)]


def _as_target(table: Table, name: str) -> dict[str, Any]:
    possible = possible_tasks(target_column(table, name))
    try:
        task, why = guess_task(table, name)
    except UserError as error:
        return {"refused": error.sentences}
    if not possible:
        return {
            "refused": msg("“{name}” has {distinct:,} different texts, too many to be classes.", name=name, distinct=_distinct(table, name))
        }
    if task not in possible:
        task = possible[0]
    found: dict[str, Any] = {"task": task, "why": why, "tasks": possible, "classes": [], "more": 0}
    found |= {"positive": None, "positive_why": "", "positive_doubtful": False}
    present = replace(table, frame=table.frame.take(~table.frame.missing(name)))
    metrics: dict[str, list[str]] = {}
    for each in possible:
        try:
            target = target_of(present, name, each)
        except UserError as error:
            if each == task:
                return {"refused": error.sentences}
            continue
        metrics[each] = list(default_metric(target))
        if target.classes:
            counts = np.bincount(target.values, minlength=len(target.classes))
            listed = sorted(range(len(counts)), key=lambda i: (-int(counts[i]), i))[:SHOWN_CLASSES]
            found["classes"] = [[target.classes[i], int(counts[i])] for i in sorted(listed)]
            found["more"] = len(counts) - len(listed)
        if task_spec(each).has_positive:
            found["positive"], found["positive_why"] = default_positive(target)
            found["positive_doubtful"] = named_positive(target.classes) is None
    found["metrics"] = metrics
    found["tasks"] = [each for each in possible if each in metrics]
    return found


def _bars(table: Table, column: Column) -> list[int]:
    if column.type in ("id", "text"):
        return []
    if column.type in CATEGORICAL_TYPES:
        codes, levels = table.frame.categorical(column.name)
        counts = np.bincount(codes[codes >= 0], minlength=len(levels))
        return [int(count) for count in np.sort(counts)[::-1][:TOP_LEVELS]]
    values = table.frame.number(column.name) if column.type in NUMBER_TYPES else table.frame.date(column.name).astype(np.float64)
    values = values[~table.frame.missing(column.name)]
    if not len(values):
        return []
    bins = 2 if column.type == "boolean" else BINS
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low) or high == low:
        return [len(values)]
    at = np.minimum(((values - low) / (high - low) * bins).astype(np.intp), bins - 1)
    return [int(count) for count in np.bincount(at, minlength=bins)]


def _distinct(table: Table, name: str) -> int:
    column = table.schema.column(name)
    if column.type in CATEGORICAL_TYPES:
        return len(table.frame.categorical(name)[1])  # levels of an imported table are its distinct values, each of them used
    values = table.frame.number(name) if column.type in NUMBER_TYPES else table.frame.date(name)
    return len(np.unique(values[~table.frame.missing(name)]))
