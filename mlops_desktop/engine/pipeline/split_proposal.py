"""The split that fits a table: by what ties its rows together, with as many folds as can be measured, and the reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.base.splitter import Splitter
from mlops_desktop.engine.data import default_roles
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.splitting import default_split
from mlops_desktop.engine.profiling import rises_in_time, time_order
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.value_text import value_text

TRIED_ROWS = 10_000  # up to so many rows any split is made before it is proposed; beyond, only those that may be impossible
LEAST_ROWS = 2  # to learn from in each fold
LEAST_OF_CLASS = 3  # rows of each of two classes: one to learn from, one to validate and one to test with


def propose_split(pipeline: Pipeline) -> tuple[Splitter, str]:
    """A fitting splitter for the rows of a project, and the reason in one or a few sentences. UserError when the target cannot be read, or
    when no split leaves rows to learn from, to validate and to test with.

    Rows of one group stay together, then the order of time holds, then equal rows stay together. What was only guessed gives way to what
    can be made, and the reason says so.
    """
    project, target, equal = pipeline.project, pipeline.target, pipeline.equal_rows
    _refuse_small_class(target)
    roles = pipeline.roles()
    here = set(roles.values())
    order = time_order(pipeline.table, project.target, roles)
    hidden = _hidden_groups(pipeline, order is not None)
    split, reason = default_split(target, here, equal, order, hidden)
    split, reason = _with_near_copies(pipeline, split, reason)
    fitting, refusal = _measurable(pipeline, split)
    if fitting is not None:
        return fitting, reason
    guessed = {name for name, (role, _) in default_roles(pipeline.table, project.target).items() if role == "group"}
    why = []
    if split.id == "grouped" and any(roles.get(name) == "group" for name in guessed):
        why = [msg("Whole groups cannot stay together: {refusal}", refusal=refusal.message)]
        split, reason = default_split(target, here - {"group"}, equal)
    elif hidden is not None and split.named_columns == hidden[0]:
        why = [msg("Whole combinations cannot stay together: {refusal}", refusal=refusal.message)]
        split, reason = default_split(target, here, equal, order)
    elif split.by_time and order is not None:
        why = [msg("The split does not follow “{name}”: {refusal}", name=", ".join(order[0]), refusal=refusal.message)]
        split, reason = default_split(target, here, equal)
    if why:
        fitting, refusal = _measurable(pipeline, split)
    if fitting is None and split.keeps_equal:
        why.append(msg("Equal rows cannot stay together: {refusal}", refusal=refusal.message))
        split, reason = default_split(target, here - {"group"} if guessed else here)
        fitting, refusal = _measurable(pipeline, split)
    if fitting is None and not split.role:
        raise refusal
    return fitting or split, joined([reason, *why], " ") if why else reason


def _hidden_groups(pipeline: Pipeline, dated: bool) -> tuple[tuple[str, ...], str] | None:
    """The columns whose combinations group the rows, and why; None where none do, or where the rows follow a date: the future is of the
    same groups then.
    """
    found = pipeline.hidden_groups
    if found is None or (dated and rises_in_time(pipeline.table, pipeline.project.target, pipeline.roles())):
        return None
    return found.columns, found.reason


def _with_near_copies(pipeline: Pipeline, split: Splitter, reason: str) -> tuple[Splitter, str]:
    """A shuffled split that keeps rows together which nearly repeat each other or seem to belong together, where there are such."""
    if "alike_together" not in split.params() or pipeline.near_copies is None:
        return split, reason
    given = {name: getattr(split, name) for name in split.params()}
    sets, rows = int(pipeline.near_copies.max()) + 1, len(pipeline.near_copies)
    text = "{reason} Rows that nearly repeat each other, or seem to belong together, stay on one side ({rows:,} rows are {sets:,} sets)."
    return split.with_known({**given, "equal_together": True, "alike_together": True}), msg(text, reason=reason, rows=rows, sets=sets)


def _refuse_small_class(target: Target) -> None:
    """UserError when one of two classes has too few rows for any split."""
    counts = np.bincount(target.values, minlength=len(target.classes)) if len(target.classes) == 2 else None
    if counts is None or counts.min() >= LEAST_OF_CLASS:
        return
    text = plural_msg(
        int(counts.min()),
        "Class “{name}” has 1 row: too few to learn from, to validate and to test with.",
        "Class “{name}” has {n} rows: too few to learn from, to validate and to test with.",
        name=value_text(target.classes[int(np.argmin(counts))]),
    )
    raise UserError(text, "Bring more rows of it, or predict another column.")


def _measurable(pipeline: Pipeline, split: Splitter) -> tuple[Splitter | None, UserError]:
    """The splitter with the most folds, no more than it has, with which every part can be measured; None and the refusal when none can.

    Whole groups and the order of time are to give each part two classes; when no number of folds does, the greatest number that can be made
    is taken.
    """
    most, refusal = None, UserError("")
    if len(pipeline.kept_rows) > TRIED_ROWS and split.role not in ("group", "time") and not split.keeps_equal:
        return split, refusal
    for count in range(int(getattr(split, "folds", 2)), 1, -1):
        trial = split.with_known({**{name: getattr(split, name) for name in split.params()}, "folds": count})
        made = pipeline.of(replace(pipeline.project, split=trial))
        try:
            train, test = (made.target.take(np.searchsorted(made.kept_rows, rows)) for rows in (made.train_rows, made.test_rows))
            parts = [test, *(train.take(valid) for _, valid in made.folds)]
            _refuse_single_rows(made)
        except UserError as error:
            refusal = refusal if refusal.message and split.role else error  # of rows too few: what stands against the fewest folds
            continue
        most = most or trial
        if trial.role not in ("group", "time") or all(_has_two_classes(part) for part in parts):
            return trial, refusal
    return most, refusal


def _refuse_single_rows(pipeline: Pipeline) -> None:
    """UserError when a fold learns from one row, from which nothing follows."""
    if min(len(train) for train, _ in pipeline.folds) < LEAST_ROWS:
        there = plural_msg(len(pipeline.kept_rows), "1 row", "{n} rows")
        text = msg("The table has {there}: too few to learn from, to validate and to test with.", there=there)
        raise UserError(text, "Bring a table with more rows.")


def _has_two_classes(target: Target) -> bool:
    return not target.classes or len(np.unique(target.values)) > 1
