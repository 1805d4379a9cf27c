"""What a split means for this table: how many rows each side has, what it cannot measure well, and which split would fit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.splitter import Splitter
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.splitting import default_split, fold_warnings


@dataclass(frozen=True)
class SplitSummary:
    """Rows of the training part, of the held-out test set and of each fold (training, validation), and what the split cannot measure well.

    `refused` says why this split cannot be made (then there are no counts), `fitting` is the splitter that would be recommended, with its
    `reason` in one sentence.
    """

    train: int = 0
    test: int = 0
    folds: tuple[tuple[int, int], ...] = ()
    warnings: tuple[str, ...] = ()
    refused: str = ""
    fitting: Splitter | None = None
    reason: str = ""


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
