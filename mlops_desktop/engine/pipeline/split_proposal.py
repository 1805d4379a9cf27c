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
from mlops_desktop.engine.profiling import time_order
from mlops_desktop.serving.message import msg


def propose_split(pipeline: Pipeline) -> tuple[Splitter, str]:
    """A fitting splitter for the rows of a project, and the reason in one or a few sentences. UserError when the target cannot be read.

    Rows of one group stay together, then the order of time holds, then equal rows stay together. What was only guessed gives way to what
    can be made, and the reason says so.
    """
    project, target, equal = pipeline.project, pipeline.target, pipeline.equal_rows
    roles = pipeline.roles()
    here = set(roles.values())
    order = time_order(pipeline.table, project.target, roles)
    split, reason = default_split(target, here, equal, order)
    fitting, refusal = _measurable(pipeline, split)
    if fitting is not None:
        return fitting, reason
    guessed = {name for name, (role, _) in default_roles(pipeline.table, project.target).items() if role == "group"}
    if split.id == "grouped" and any(roles.get(name) == "group" for name in guessed):
        why = msg("Whole groups cannot stay together: {refusal}", refusal=refusal)
        return _without(default_split(target, here - {"group"}, equal), why)
    if split.by_time and order is not None:
        split, reason = default_split(target, here, equal)
        fitting, _ = _measurable(pipeline, split)
        why = msg("The split does not follow “{name}”: {refusal}", name=order[0], refusal=refusal)
        return _without((fitting or split, reason), why)
    if split.keeps_equal:
        return _without(default_split(target, here), msg("Equal rows cannot stay together: {refusal}", refusal=refusal))
    return split, reason


def _without(proposed: tuple[Splitter, str], why: str) -> tuple[Splitter, str]:
    split, reason = proposed
    return split, msg("{reason} {why}", reason=reason, why=why)


def _measurable(pipeline: Pipeline, split: Splitter) -> tuple[Splitter | None, str]:
    """The splitter with the most folds, no more than it has, with which every part can be measured; None and the refusal when none can.

    Fewer folds are tried for whole groups and for the order of time alone; when no number of them gives each part two classes, the greatest
    number that can be made is taken.
    """
    if split.role not in ("group", "time") and not split.keeps_equal:
        return split, ""
    folds = int(getattr(split, "folds", 2))
    most, refusal = None, ""
    for count in range(folds, 1, -1) if split.role in ("group", "time") else (folds,):
        trial = split.with_known({**{name: getattr(split, name) for name in split.params()}, "folds": count})
        made = pipeline.of(replace(pipeline.project, split=trial))
        try:
            train, test = (made.target.take(np.searchsorted(made.kept_rows, rows)) for rows in (made.train_rows, made.test_rows))
            parts = [test, *(train.take(valid) for _, valid in made.folds)]
        except UserError as error:
            refusal = refusal or error.message
            continue
        most = most or trial
        if trial.role not in ("group", "time") or all(_has_two_classes(part) for part in parts):
            return trial, ""
    return most, refusal


def _has_two_classes(target: Target) -> bool:
    return not target.classes or len(np.unique(target.values)) > 1
