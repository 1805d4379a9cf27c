"""The types of changes to a project that are offered ready-made: the fix of a finding, the option of a question."""

from __future__ import annotations

from typing import TypedDict

from mlops_desktop.base.families import Task
from mlops_desktop.engine.project.decisions import Role


class _ComponentId(TypedDict):
    id: str


class ComponentRecord(_ComponentId, total=False):
    """A component as in `project.json`; parameters that are not given have their defaults."""

    params: dict[str, object]


class FieldValues(TypedDict, total=False):
    """Fields of the project that a question decides."""

    task: Task
    positive: str | int | float | bool


class Changes(TypedDict, total=False):
    """Ready-made changes as plain JSON; `apply_changes` makes them, and checks every value as those of a project file are.

    `role`, `type`, `missing` and `recode` are by column: the texts of `missing` are further ones that mean missing, `recode` gives texts
    and the level each stands for. `next_step` comes behind `step`. `source` holds parameters of the project's source.
    """

    role: dict[str, Role]
    type: dict[str, str]
    missing: dict[str, list[str]]
    recode: dict[str, dict[str, str]]
    split: ComponentRecord
    row_filter: ComponentRecord
    step: ComponentRecord
    next_step: ComponentRecord
    source: dict[str, str | bool]
    set: FieldValues
