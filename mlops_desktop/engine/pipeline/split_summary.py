"""What a split means for this table: how many rows each side has, what it cannot measure well, and which split would fit."""

from __future__ import annotations

from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.splitting import default_split, fold_warnings


def validation(pipeline: Pipeline) -> dict[str, Any]:
    """`{"train", "test", "folds": [[training rows, validation rows]], "warnings", "refused", "fitting", "reason"}`, plain JSON.

    `refused` says why this split cannot be made (then there are no counts), `fitting` is the splitter that would be proposed, with its
    `reason` in one sentence. What is refused is not kept in the store: it may hang on decisions beside the split.
    """
    key = pipeline.keys.validation
    if key in pipeline.store:
        return pipeline.store.get(key)[0]
    found: dict[str, Any] = {"train": 0, "test": 0, "folds": [], "warnings": [], "refused": "", "fitting": None, "reason": ""}
    try:
        target = pipeline.everything.target
        fitting, found["reason"] = default_split(target, set(pipeline.roles().values()))
        found["fitting"] = fitting.to_json()
        folds = pipeline.folds
    except UserError as error:
        return {**found, "refused": str(error)}
    found["train"], found["test"] = pipeline.train.frame.rows, pipeline.test.frame.rows
    found["folds"] = [[len(train), len(valid)] for train, valid in folds]
    found["warnings"] = fold_warnings(pipeline.train.target, folds)
    pipeline.store.put(key, found)
    return found
