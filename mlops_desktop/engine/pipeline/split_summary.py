"""What a split means for this table: how many rows each side has, what it cannot measure well, and which split would fit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.split_results import SplitSummary
from mlops_desktop.engine.pipeline.splitting import default_split, fold_warnings


def validation(pipeline: Pipeline) -> SplitSummary:
    """What the project's split means for its rows. A refusal is not stored: it may depend on other decisions."""
    key = pipeline.keys.validation
    with suppress(KeyError):
        return pipeline.store.get_value(key, SplitSummary)
    found = SplitSummary()
    try:
        target = pipeline.everything.target
        fitting, reason = default_split(target, set(pipeline.roles().values()))
        found = SplitSummary(fitting=fitting, reason=reason)
        folds = pipeline.folds
    except UserError as error:
        return replace(found, refused=error.sentences)
    found = replace(
        found,
        train=pipeline.train.frame.rows,
        test=pipeline.test.frame.rows,
        folds=tuple((len(train), len(valid)) for train, valid in folds),
        warnings=tuple(fold_warnings(pipeline.train.target, folds)),
    )
    pipeline.store.put_value(key, found)
    return found
