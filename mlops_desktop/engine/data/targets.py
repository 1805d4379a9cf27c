"""What can be predicted: targets, tasks and roles, guessed with reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.base.target_columns import MANY_CLASSES, Class, TargetColumn
from mlops_desktop.engine.choices import task_spec, tasks
from mlops_desktop.engine.data.event_classes import named_event
from mlops_desktop.engine.data.identifiers import group_column, whole_numbers
from mlops_desktop.engine.data.table import Table
from mlops_desktop.engine.project import Role
from mlops_desktop.serving.frame import Frame, Ints, Layout
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.schema import Schema
from mlops_desktop.serving.value_text import value_text

_TARGET_NAMES = re.compile(
    r"(?i)^(target|label|labels|class|classes|y|outcome|response|result|churn(ed)?|default(ed)?|survived|species|diagnosis|fraud|is_?fraud|spam|"
    r"is_?spam|quality|income|price|sale_?price|median_?house_?value|fare|rating|score|sales|demand|converted|attrition|readmitted|approved|"
    r"type|category|mpg|cost|charges|revenue|profit|species_?name)$"
)

_MOST_MISSING = 0.95  # of a column that is proposed as a target; any other can be chosen all the same


class TableCounts(Protocol):
    """A typed table, of which the types and counts of the columns are known; its cells need not be there."""

    @property
    def schema(self) -> Schema:
        """Types and grammars."""

    @property
    def rows(self) -> int:
        """Number of rows."""

    def distinct(self, name: str) -> int:
        """How many different values a column has, missing cells left out."""

    def missing(self, name: str) -> int:
        """How many cells of a column are missing."""


def target_column(table: Table, name: str) -> TargetColumn:
    """A column of a table as a possible target. Whole numbers are read as numbers though they look like an identifier."""
    mixed = any(e.column == name and e.rule == "mixed_types" for e in table.evidence)
    column, frame = table.schema.column(name), table.frame
    values = whole_numbers(table, name) if column.type == "id" else None
    known = None if column.type == "id" else table.counts().get(name)
    if values is not None:
        column = replace(column, type="integer")
        no_codes, no_dates = np.empty((table.rows, 0), dtype=np.intp), np.empty((table.rows, 0), dtype=np.int64)
        frame = Frame(Layout(numbers=(name,)), table.rows, values.reshape(-1, 1), no_codes, (), no_dates)
    return TargetColumn(column, frame, mixed, known[0] if known else None)


def target_of(table: Table, name: str, task: str, classes: Sequence[Class] | None = None) -> Target:
    """The target of every row.

    Classes keep their typed values (whole numbers int, true / false bool, yes / no and texts str), sorted, or are the given ones.

    UserError when a row has no target, when the task refuses the column (a text where a number is wanted, one class only, too many …), or
    when a class is not among the given ones.
    """
    column = target_column(table, name)
    missing = table.missing(name)
    if missing == table.rows:
        text = msg("“{column}” is empty in every row, so nothing can be learned.", column=name)
        raise UserError(text, "Choose another column to predict.")
    if missing:
        raise UserError(
            msg("“{column}” is missing in {count}.", column=name, count=plural_msg(missing, "1 row", "{n} rows")),
            "Add the row filter that drops rows without a target, or switch it on; or choose another column.",
        )
    spec = task_spec(task)
    target = spec.read(column)
    if target.classes and classes is not None:
        return Target(task, _known(target.values, target.classes, classes, name), tuple(classes))
    spec.check(target, name)
    return target


def _known(values: Ints, found: Sequence[Class], classes: Sequence[Class], name: str) -> Ints:
    place = {(type(c) is bool, c): i for i, c in enumerate(classes)}
    unknown = [c for c in found if (type(c) is bool, c) not in place]
    if unknown:
        raise UserError(
            msg(
                "“{column}” holds {n_unknown} class{text} that the model never saw, such as “{unknown}”.",
                column=name,
                n_unknown=len(unknown),
                text="es" if len(unknown) > 1 else "",
                unknown=unknown[0],
            ),
            "Leave these rows out, or train again with them.",
        )
    return np.array([place[type(c) is bool, c] for c in found], dtype=np.intp)[values]


def default_positive(target: Target) -> tuple[Class, str]:
    """The class of a binary target that is probably the one of interest, with the reason."""
    if named := named_event(target.classes):
        return named
    counts = np.bincount(target.values, minlength=2)
    rare = 0 if counts[0] < counts[1] else 1
    name = value_text(target.classes[rare])
    return target.classes[rare], msg(
        "“{name}” is the rarer class, {counts:,} of {n_values:,} rows.", name=name, counts=int(counts[rare]), n_values=len(target.values)
    )


def guess_task(table: Table, target: str) -> tuple[str, str]:
    """The kind of task for a target, with the reason in one sentence. UserError when the column cannot be predicted."""
    column = target_column(table, target)
    if column.distinct == 0:
        raise UserError(
            msg("“{target}” is empty in every row, so nothing can be learned.", target=target), "Choose another column to predict."
        )
    if column.distinct == 1:
        raise UserError(
            msg("Every row has the same value in “{target}”, so there is nothing to predict.", target=target), "Choose another column."
        )
    if column.column.is_date:
        raise UserError(msg("“{target}” holds dates, which are not predicted.", target=target), "Choose a number or a category.")
    guesses = ((id_, task_spec(id_).guess(column)) for id_ in tasks())
    found = [(*guess, id_) for id_, guess in guesses if guess]
    _, reason, task = max(found, key=lambda one: one[0])  # a column of values is a category or a number, so one task has guessed
    return task, reason


def guess_targets(table: TableCounts) -> list[tuple[str, str]]:
    """The columns that may be what is to be predicted, most probable first, each with the reason."""
    ranked = []
    last = len(table.schema.columns) - 1
    for i, column in enumerate(table.schema.columns):
        distinct = table.distinct(column.name)
        if column.type in ("id", "date", "text") or distinct < 2 or (column.has_levels and distinct > MANY_CLASSES):
            continue
        missing = table.missing(column.name) / table.rows
        if missing > _MOST_MISSING:
            continue
        reasons = []
        score = 0.0
        if _TARGET_NAMES.match(column.name):
            score, reasons = score + 3, [msg("its name is typical of one")]
        if i == last:
            score, reasons = score + 1.5, [*reasons, msg("it is the last column")]
        if i == 0:
            score, reasons = score + 0.5, [*reasons, msg("it is the first column")]
        if distinct == 2:
            score, reasons = score + 0.6, [*reasons, msg("it has two values")]
        elif column.type in ("category", "ordered", "boolean") and distinct <= 10:
            score, reasons = score + 0.3, [*reasons, msg("it has {distinct} categories", distinct=distinct)]
        score -= 2 * missing
        ranked.append((-score, i, column.name, reasons))
    return [(name, _because(reasons)) for _, _, name, reasons in sorted(ranked)]


def _because(reasons: Sequence[str]) -> str:
    return msg("Likely because {reasons}.", reasons=_and(reasons)) if reasons else msg("A possible target.")


def _and(parts: Sequence[str]) -> str:
    return msg("{first} and {last}", first=joined(parts[:-1], ", "), last=parts[-1]) if len(parts) > 1 else parts[0]


def default_roles(table: Table, target: str = "") -> dict[str, tuple[Role, str]]:
    """Roles other than `feature` that columns beside the target should have at first, each with the reason.

    Identifiers, what several rows belong to (one column at most), and columns without information.
    """
    roles: dict[str, tuple[Role, str]] = {}
    group = group_column(table, target)
    for column in table.schema.columns:
        if column.name == target:
            continue
        distinct = table.distinct(column.name)
        if group is not None and column.name == group[0]:
            roles[column.name] = ("group", group[1])
        elif column.type == "id":
            roles[column.name] = (
                "id",
                msg(
                    "“{column}” names the rows ({distinct:,} values in {rows:,} rows), so nothing general can be learned from it.",
                    column=column.name,
                    distinct=distinct,
                    rows=table.rows,
                ),
            )
        elif distinct == 0:
            roles[column.name] = ("ignore", msg("“{column}” is empty in every row.", column=column.name))
        elif distinct == 1 and not table.missing(column.name):
            roles[column.name] = ("ignore", msg("“{column}” has the same value in every row.", column=column.name))
    return roles
