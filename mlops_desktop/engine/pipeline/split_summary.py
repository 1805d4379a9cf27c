"""What a split means for this table: how many rows each side has, what it cannot measure well, and which split would fit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.split_proposal import propose_split
from mlops_desktop.engine.pipeline.split_results import SplitSummary
from mlops_desktop.engine.pipeline.splitting import fold_warnings, group_warnings
from mlops_desktop.serving.plural import plural_msg


def validation(pipeline: Pipeline) -> SplitSummary:
    """What the project's split means for its rows. A refusal is not stored: it may depend on other decisions."""
    key = pipeline.keys.validation
    with suppress(KeyError):
        return pipeline.store.get_value(key, SplitSummary)
    found = SplitSummary()
    try:
        fitting, reason = propose_split(pipeline)
        if pipeline.equal_rows is None and pipeline.project.split.keeps_equal:
            fitting = fitting.with_known({**{name: getattr(fitting, name) for name in fitting.params()}, "equal_together": True})
        found = SplitSummary(fitting=fitting, reason=reason)
        folds = pipeline.folds
    except UserError as error:
        return replace(found, refused=error.sentences)
    found = replace(
        found,
        train=pipeline.train.frame.rows,
        test=pipeline.test.frame.rows,
        folds=tuple((len(train), len(valid)) for train, valid in folds),
        warnings=(*_equal_on_both_sides(pipeline), *_few_groups(pipeline), *fold_warnings(pipeline.train.target, folds)),
    )
    pipeline.store.put_value(key, found)
    return found


def _equal_on_both_sides(pipeline: Pipeline) -> list[str]:
    """A sentence when a shuffled split tests on rows that equal a training row in all features."""
    equal = pipeline.equal_rows
    if equal is None or pipeline.project.split.role:
        return []
    kept = np.searchsorted(pipeline.kept_rows, pipeline.train_rows), np.searchsorted(pipeline.kept_rows, pipeline.test_rows)
    count = int(np.isin(equal[kept[1]], equal[kept[0]]).sum())
    if not count:
        return []
    repeated = plural_msg(
        count,
        "1 test row equals a training row in all features: it is recognised rather than predicted.",
        "{n} test rows equal a training row in all features: they are recognised rather than predicted.",
    )
    return [repeated]


def _few_groups(pipeline: Pipeline) -> list[str]:
    train = pipeline.train
    if pipeline.project.split.role != "group" or train.groups is None:
        return []
    return group_warnings(train.target, train.groups, len(pipeline.folds))
