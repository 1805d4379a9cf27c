"""From the format of an older project file to today's: one step for each number, on plain dictionaries, before any object exists.

A new number of the format means: `FORMAT` plus one, a step from the number before, and an old project in `tests/data/projects/`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import msg

FORMAT = 6
Step = Callable[[dict[str, Any]], dict[str, Any]]


def _row_filters_are_steps(document: dict[str, Any]) -> dict[str, Any]:
    """1 to 2: cleaners have `on` beside them, as steps do; each of them was on."""
    row_filters = document.get("cleaners")
    if isinstance(row_filters, list):  # anything else is refused by name when it is read
        row_filters = [{**one, "on": True} if isinstance(one, dict) else one for one in row_filters]
        return {**document, "cleaners": row_filters}
    return document


RENAMED_FIELDS = {"cleaners": "row_filters", "loader": "source"}  # fields of a project before and after format 3
RENAMED_STEPS = {"impute_words": "impute_categories"}  # ids of operations before and after format 3


# Fields of the split that a method used before format 3, by its id; what a method did not use is dropped.
SPLIT_FIELDS = {
    "random": ("test", "folds"),
    "stratified": ("test", "folds"),
    "grouped": ("test", "folds", "column"),
    "time": ("test", "folds", "gap", "column"),
    "column": ("folds", "column"),
}


def splitter_record(split: Mapping[str, Any]) -> dict[str, Any]:
    """The split of a project before format 3 as the record of a splitter; what cannot be one is kept, so that it is refused by name."""
    method = split.get("method", "random")
    used = SPLIT_FIELDS.get(method, ()) if isinstance(method, str) else ()
    every = {name for fields in SPLIT_FIELDS.values() for name in fields}
    params = {name: value for name, value in split.items() if name in used or name not in {"method", *every}}
    if isinstance(params.get("column"), str):
        params["column"] = [params["column"]] if params["column"] else []
    return {"id": method, "params": params}


def _standard_names(document: dict[str, Any]) -> dict[str, Any]:
    """2 to 3: `cleaners` is called `row_filters` and `loader` `source`, the split is a splitter, and an operation has another id.

    Recipes made the whole matrix then, so every algorithm goes on learning from what its steps leave, unless nothing was decided yet.
    """
    document = {RENAMED_FIELDS.get(name, name): value for name, value in document.items()}
    if isinstance(document.get("split"), dict):
        document["split"] = splitter_record(document["split"])
    steps = document.get("steps")
    if isinstance(steps, list):
        document["steps"] = [
            {**one, "id": RENAMED_STEPS.get(str(one.get("id")), one.get("id"))} if isinstance(one, dict) else one for one in steps
        ]
    if steps or document.get("candidates"):
        document["encodings"] = {"*": {"id": "as_it_is", "version": 1, "params": {}}}
    return document


def _recoded_columns(document: dict[str, Any]) -> dict[str, Any]:
    """3 to 4: a column may have `recode`, which a program of format 3 would refuse as an unknown field. Nothing of the old is changed."""
    return document


def _fitted_on_training_part(document: dict[str, Any]) -> dict[str, Any]:
    """4 to 5: the deployed model is fitted on all rows unless `refit` says otherwise; without it, it was the training part."""
    return {"refit": "train", **document}


def _labelled_columns(document: dict[str, Any]) -> dict[str, Any]:
    """5 to 6: a column may have a `label`, which a program of format 5 would refuse as an unknown field. Nothing of the old is changed."""
    return document


STEPS: Mapping[int, Step] = {  # from this number to the next
    1: _row_filters_are_steps,
    2: _standard_names,
    3: _recoded_columns,
    4: _fitted_on_training_part,
    5: _labelled_columns,
}


def migrate(document: dict[str, Any], current: int = FORMAT, steps: Mapping[int, Step] = STEPS) -> dict[str, Any]:
    """The document in the `current` format; the given one is not changed. UserError when it has no number or comes from a newer version."""
    number = document.get("format")
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        remedy = "It must hold “format” and a number; perhaps it is not a project file."
        raise UserError("The project file does not say its format.", remedy)
    if number > current:
        raise UserError(
            msg(
                "This project was made by a newer version of the application: its format is {number}, this version reads up to {current}.",
                number=number,
                current=current,
            ),
            "Install the newer version to open it. Nothing was changed.",
        )
    if number == current:
        return document
    document = copy.deepcopy(document)
    for step in range(number, current):
        document = {**steps[step](document), "format": step + 1}
    return document
