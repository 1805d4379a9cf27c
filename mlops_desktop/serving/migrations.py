"""Brings the JSON of a model file of an older format into today's form, before objects are made from it.

A migration changes plain JSON as `serialization.pack` wrote it at that time; arrays keep the names under which they are stored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import UserError
from .prediction_spec import prediction_spec

FORMAT = 5  # of the files that are written today

Json = dict[str, Any]


def migrate(document: Json) -> Json:
    """The document in today's format, without its number. UserError when it is of a newer format or has no known one.

    A file without a number is of format 1.
    """
    number = document.get("format", 1)
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise UserError("The model file does not say which format it has.", "Export the model again.")
    if number > FORMAT:
        raise UserError("The model file was written by a newer version of the application.", "Install the newer version to open it.")
    found: Any = {name: value for name, value in document.items() if name != "format"}
    for step in _MIGRATIONS[number - 1 :]:
        found = _map_objects(found, step)
    assert isinstance(found, dict)
    return found


def _map_objects(value: Any, change: Callable[[Json], Json]) -> Any:
    """The JSON value with every packed object changed, the inner ones first."""
    if isinstance(value, list):
        return [_map_objects(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: _map_objects(item, change) for name, item in value.items()}
    return change(found) if "kind" in found else found


def _to_2(found: Json) -> Json:
    """From one model for the whole scorer to a graph of nodes; classes and types under their names of today."""
    kind = found["kind"]
    if kind == "scorer:Scorer" and "model" in found:
        return {**{name: value for name, value in found.items() if name != "model"}, "node": _node(found["model"])}
    if kind == "models.constant:Constant" and isinstance(found.get("task"), str):
        rest = {name: value for name, value in found.items() if name != "task"}
        return {**rest, "per_class": prediction_spec(found["task"]).per_class}
    if kind == "monitor:Bins" and found.get("type") == "word":
        return {**found, "type": "categorical"}
    if kind == "transforms.impute_words:ImputeWords":
        return {**found, "kind": "transforms.impute_categories:ImputeCategories"}
    return found


def _node(model: Any) -> Json:
    if isinstance(model, dict) and model.get("kind") == "models.blend:Blend" and isinstance(model.get("models"), list):
        members = [_node(member) for member in model["models"]]
        return {"kind": "nodes.weighted_mean:WeightedMean", "members": members, "weights": model.get("weights")}
    return {"kind": "nodes.chain:Chain", "transforms": [], "model": model}


def _to_3(found: Json) -> Json:
    """A grammar has notations, scales, a pivot and days for “no date”; where they are absent, their defaults read as format 2 did."""
    return found


def _to_4(found: Json) -> Json:
    """A column may have a label; without one it is shown by its name, as in format 3."""
    return found


def _to_5(found: Json) -> Json:
    """Days far from the training data mean “no date” in rows as well; in models of format 4 they did so in files alone."""
    return {**found, "has_no_days": False} if found["kind"] == "column:Column" else found


_MIGRATIONS: tuple[Callable[[Json], Json], ...] = (_to_2, _to_3, _to_4, _to_5)
