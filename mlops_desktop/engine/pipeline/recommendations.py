"""Stores the recommended row filters and steps, each with its reason, as a result under the key of the table they were derived from.

So reasons are no decisions, come back with a project that is opened again and with an undo, and cannot belong to other data. Light: the
window reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Operation, RowFilter
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.recipe import covers
from mlops_desktop.engine.pipeline.store import ArtifactStore

Suggestion = tuple[Component, str]  # a row filter or an operation, and why (one sentence)


def write_suggestions(found: Sequence[Suggestion]) -> dict[str, Any]:
    """The suggestions as plain JSON, in their order."""
    lists: dict[str, list[Any]] = {"row_filters": [], "steps": []}
    for component, why in found:
        if isinstance(component, RowFilter):
            lists["row_filters"].append({"row_filter": component.to_json(), "reason": why})
        else:
            lists["steps"].append({"step": component.to_json(), "reason": why})
    return lists


def read_suggestions(store: ArtifactStore, key: str) -> tuple[Suggestion, ...]:
    """The suggestions under a key. KeyError when there are none, or when they name what this edition does not know."""
    document, _ = store.get(key)
    try:
        row_filters = [(choices().row_filters.read(one["row_filter"]), _text(one["reason"])) for one in document["row_filters"]]
        steps = [(choices().operations.read(one["step"]), _text(one["reason"])) for one in document["steps"]]
    except (UserError, TypeError) as error:
        raise KeyError(key) from error
    return (*row_filters, *steps)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a reason is a text")
    return value


def reason_for(component: Component, found: Sequence[Suggestion]) -> str:
    """Why a row filter or step is suggested: the reason of its equal, else of one that does the same to some of its columns; else empty."""
    for other, why in found:
        if other == component:
            return why
    if isinstance(component, Operation):
        alike = [(other, why) for other, why in found if isinstance(other, Operation) and covers(component, other)]
        return alike[0][1] if alike else ""
    return next((why for other, why in found if other.id == component.id), "")
