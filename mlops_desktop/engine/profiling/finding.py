"""A finding: one problem of a table, and the facts that the rules read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from mlops_desktop.base.target_columns import FEW_CLASSES
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.data import Table
from mlops_desktop.engine.project import Changes, Role, is_feature_role
from mlops_desktop.serving.frame import Floats, Frame, Ints
from mlops_desktop.serving.schema import Column

Severity = Literal["high", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """One thing that a person should know. `column` is "" for the whole table.

    `fix` mends it, None when only a person can; `alternatives` are other changes that would mend it. `title` and `safe` are those of its
    kind.
    """

    rule: str
    severity: Severity
    column: str
    message: str
    why: str
    fix: Changes | None = None
    title: str = ""
    safe: bool = False
    alternatives: tuple[Changes, ...] = ()


@dataclass(frozen=True)
class FindingKind:
    """What the findings of one rule share: its `rule`, a short `title` with `{column}` for the column's name, whether the fix is `safe`: it
    loses nothing that a model could have used (other fixes need a person's knowledge of the data), and the rules of findings that
    one of this kind `replaces`, because it measures the same doubt.
    """

    rule: str
    title: str
    safe: bool = False
    replaces: tuple[str, ...] = ()

    def finding(self, severity: Severity, column: str, message: str, why: str, fix: Changes | None = None) -> Finding:
        """One finding of this kind."""
        return Finding(self.rule, severity, column, message, why, fix, self.title, self.safe)


@dataclass(frozen=True, eq=False)
class Seen:
    """The facts that the rules read."""

    table: Table
    target: str | None
    task: str | None
    roles: Mapping[str, Role]
    _distinct: dict[str, int] = field(default_factory=dict)

    @property
    def frame(self) -> Frame:
        """The frame of the table."""
        return self.table.frame

    def features(self) -> Iterator[Column]:
        """The feature columns."""
        for column in self.table.schema.columns:
            if column.name != self.target and is_feature_role(self.roles.get(column.name)):
                yield column

    def values(self, column: Column) -> Floats | Ints:
        """A column's values to compare rows by: numbers, codes or microseconds."""
        if column.is_number:
            return self.frame.number(column.name)
        return self.frame.categorical(column.name)[0] if column.is_categorical else self.frame.date(column.name)

    def distinct(self, column: Column) -> int:
        """How many different values a column has, missing ones not counted."""
        if column.name not in self._distinct:
            values = self.values(column)
            self._distinct[column.name] = len(np.unique(values[~self.frame.missing(column.name)]))
        return self._distinct[column.name]

    def classes(self) -> tuple[Ints, int] | None:
        """Class positions of the target (-1 missing) and their number; None for a target of numbers or without one."""
        if self.target is None or (self.task and not task_spec(self.task).has_classes):
            return None
        column = self.table.schema.column(self.target)
        if column.is_date:
            return None
        if column.is_categorical:
            codes, levels = self.frame.categorical(self.target)
            return codes, len(levels)
        values = self.frame.number(self.target)
        there = ~np.isnan(values)
        distinct, codes = np.unique(values[there], return_inverse=True)
        if self.task is None and len(distinct) > FEW_CLASSES:
            return None
        out = np.full(len(values), -1, dtype=np.intp)
        out[there] = codes
        return out, len(distinct)
