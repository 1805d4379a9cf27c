"""What a member of the catalogue cannot be tried without, found from its declared parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlops_desktop.base.component import Component
from mlops_desktop.base.params import Columns
from mlops_desktop.engine.pipeline.recipe import starter

FEW = 2  # columns that are chosen, so that a step which takes columns away leaves some


def needed(member: type[Component], columns: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Arguments for texts that must be written, and for the parameter `columns` where it does not stand for all that fit when left empty.

    `columns` are the names of each kind to choose of. Empty for a member that does something with its defaults.
    """
    initial, _ = starter(member)
    found: dict[str, Any] = {}
    for name, param in member.params().items():
        value = getattr(initial, name)
        if name == "columns" and isinstance(param, Columns) and not param.all_when_empty:
            fit = [column for kind in param.kinds for column in columns.get(kind, ())]
            value = tuple(fit[: min(FEW, param.most or FEW)])
        if value != param.default:
            found[name] = list(value) if isinstance(value, tuple) else value
    return found
