"""Where a step belongs in a recipe, its first parameters, and which proposals are there already; from declared parameters alone."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Operation
from mlops_desktop.base.params import Columns, Text
from mlops_desktop.engine.project import Step


def place_for(steps: Sequence[Step[Operation]], operation: type[Operation] | Operation) -> int:
    """At which position a new step is sensible: features are made before columns are encoded and scaled, and selected at the end."""
    stages = [step.component.stage for step in steps]
    if operation.stage == "select":
        return len(steps)
    if operation.stage == "engineer":
        return next((i + 1 for i in range(len(steps) - 1, -1, -1) if stages[i] == "engineer"), 0)
    before_selection = next((i for i, stage in enumerate(stages) if stage == "select"), len(steps))
    end = next((i + 1 for i in range(before_selection - 1, -1, -1) if stages[i] == "prepare"), before_selection)
    if "categorical" in _kinds(operation):  # encoding replaces categories: whatever works on them comes before
        return next((i for i in range(end) if stages[i] == "prepare" and _kinds(steps[i].component) == {"categorical"}), end)
    return end


def place_of_proposal(steps: Sequence[Step[Operation]], operation: Operation, proposed: Sequence[Operation]) -> int:
    """At which position a proposed step goes so that the order of the proposals holds among those that are taken."""
    ids = [other.id for other in proposed]
    later = frozenset(ids[ids.index(operation.id) + 1 :]) if operation.id in ids else frozenset()
    return next((i for i, step in enumerate(steps) if step.component.id in later), place_for(steps, operation))


def covers(there: Operation, proposed: Operation) -> bool:
    """Whether a step of the recipe does already what a proposed one would: the same operation on some of its columns, or on all."""
    if there.id != proposed.id:
        return False
    own, other = (frozenset(getattr(step, "columns", ())) for step in (there, proposed))
    return not own or not other or not own.isdisjoint(other)


def starter(member: type[Component]) -> tuple[Component, tuple[str, ...]]:
    """A component to begin a form with, and the names of the texts that it cannot be without: a person has still to write them."""
    try:
        return member(), ()
    except UserError:
        params = {
            name: param for name, param in member.params().items() if isinstance(param, Text) and param.required and not param.default
        }
        first = {name: "1 = 1" if param.grammar == "formula" else "feature_1" for name, param in params.items()}
        return member(**first), tuple(name for name, param in params.items() if param.grammar)


def _kinds(operation: type[Operation] | Operation) -> frozenset[str]:
    return frozenset(kind for param in operation.params().values() if isinstance(param, Columns) for kind in param.kinds)
