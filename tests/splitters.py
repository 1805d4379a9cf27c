"""Splitters for tests, by id, and what they do with a target and facts given row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops_desktop.base.families import Target
from mlops_desktop.base.splitter import Fold, SplitFacts, Splitter
from mlops_desktop.engine.choices import choices, task_spec
from mlops_desktop.engine.pipeline.splitting import make_folds, split_rows
from mlops_desktop.serving.frame import Ints


def splitter(method: str = "random", **params: Any) -> Splitter:
    """The splitter of an id with these parameters; a column may be given by its name alone."""
    if isinstance(params.get("column"), str):
        params["column"] = (params["column"],)
    return choices().splitters[method](**params)


def facts_of(target: Target, columns: Mapping[str, Any]) -> SplitFacts:
    """The facts of a target and of arrays by the name of the fact (group, time, fold, fold_names)."""
    return SplitFacts(target=target, strata=task_spec(target.task).strata(target), **columns)


def rows_of(columns: Mapping[str, Any], rows: Ints) -> dict[str, Any]:
    """The facts of some rows."""
    return {name: values if name == "fold_names" else values[rows] for name, values in columns.items()}


def cut(splitter: Splitter, target: Target, columns: Mapping[str, Any], seed: int) -> tuple[Ints, Ints]:
    """Training and test rows."""
    return split_rows(splitter, facts_of(target, columns), seed)


def folded(splitter: Splitter, target: Target, columns: Mapping[str, Any], seed: int) -> list[Fold]:
    """Folds of these rows."""
    return make_folds(splitter, facts_of(target, columns), seed)
