"""What can be predicted: targets, tasks and roles, guessed with reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target, Task
from mlops_desktop.base.plural import pluralize
from mlops_desktop.engine.data.text_inference import BOOLEAN_PAIRS
from mlops_desktop.engine.data.typed_table import Table
from mlops_desktop.engine.project import Role
from mlops_desktop.serving.cells import level_of
from mlops_desktop.serving.frame import Frame, Ints
from mlops_desktop.serving.schema import Column

Class = str | int | float | bool
FEW_CLASSES = 10  # whole numbers with at most so many values are classes rather than amounts
MANY_CLASSES = 200
_TARGET_NAMES = re.compile(
    r"(?i)^(target|label|labels|class|classes|y|outcome|response|result|churn(ed)?|default(ed)?|survived|species|diagnosis|fraud|is_?fraud|spam|"
    r"is_?spam|quality|income|price|sale_?price|median_?house_?value|fare|rating|score|sales|demand|converted|attrition|readmitted|approved|"
    r"type|category|mpg|cost|charges|revenue|profit|species_?name)$"
)
_POSITIVE = (
    "yes",
    "true",
    "1",
    "positive",
    "pos",
    "spam",
    "fraud",
    "fake",
    "churn",
    "churned",
    "default",
    "bad",
    "died",
    "dead",
    "malignant",
    "sick",
)
_NEGATIVE = ("no", "false", "0", "-1", "negative", "neg", "ham", "good", "real", "alive", "benign", "healthy", "normal", "stayed", "none")


def target_of(table: Table, name: str, task: Task, classes: Sequence[Class] | None = None) -> Target:
    """The target of every row.

    Classes keep their typed values (whole numbers int, true / false bool, yes / no and texts str), sorted, or are the given ones.

    UserError when a row has no target, when there is one class only, when a binary task has more than two, when a number is wanted of a
    text, when numbers and texts that look the same are mixed in the column, or when a class is not among the given ones.
    """
    column = table.schema.column(name)
    missing = table.frame.missing(name)
    if missing.all():
        raise UserError(f"“{name}” is empty in every row, so nothing can be learned.", "Choose another column to predict.")
    if missing.any():
        raise UserError(
            f"“{name}” is missing in {pluralize(int(missing.sum()), '1 row', '{n} rows')}.",
            "Add the row filter that drops rows without a target, or switch it on; or choose another column.",
        )
    if task == "regression":
        return Target(task, _numbers(table, column))
    if any(e.column == name and e.rule == "mixed_types" for e in table.evidence):
        raise UserError(
            f"“{name}” holds numbers and texts or booleans that look the same (such as 1 and “1”): its classes cannot be told apart.",
            "Make the column one type in the file, then import it again.",
        )
    values, found = _classes(table.frame, column)
    if classes is not None:
        return Target(task, _known(values, found, classes, name), tuple(classes))
    _refuse_counts(name, task, found, values)
    return Target(task, values, found)


def _numbers(table: Table, column: Column) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if column.type not in ("number", "integer", "boolean"):
        kind = "dates" if column.type == "date" else "texts"
        raise UserError(
            f"“{column.name}” holds {kind}, so it cannot be predicted as a number.",
            "Choose a classification task, or a column of numbers.",
        )
    return np.ascontiguousarray(table.frame.number(column.name))


def _classes(frame: Frame, column: Column) -> tuple[Ints, tuple[Class, ...]]:
    if column.type == "date":
        raise UserError(f"“{column.name}” holds dates, which are not classes.", "Choose another column to predict.")
    if column.type in ("number", "integer", "boolean"):
        numbers, values = np.unique(frame.number(column.name), return_inverse=True)
        found: list[Class]
        if column.type == "boolean":
            words = (*column.grammar.false[:1], *column.grammar.true[:1])
            if len(words) == 2:
                names = sorted(words)
                place = np.array([names.index(words[int(n)]) for n in numbers.tolist()], dtype=np.intp)
                seen = sorted(set(place.tolist()))
                return np.searchsorted(seen, place[values]).astype(np.intp), tuple(names[i] for i in seen)
            found = [bool(number) for number in numbers.tolist()]
        else:
            found = [int(n) if n.is_integer() else n for n in numbers.tolist()]
        return values.astype(np.intp), tuple(found)
    codes, levels = frame.categorical(column.name)
    used = np.unique(codes)
    names = sorted(levels[i] for i in used.tolist())
    place = np.full(len(levels), -1, dtype=np.intp)
    position = {level: i for i, level in enumerate(names)}
    for i in used.tolist():
        place[i] = position[levels[i]]
    return place[codes], tuple(names)


def _refuse_counts(name: str, task: Task, classes: Sequence[Class], values: Ints) -> None:
    if len(classes) == 1:
        raise UserError(
            f"Every row has the same value in “{name}”, so there is nothing to predict.", "Choose another column, or data with both."
        )
    if task == "binary" and len(classes) != 2:
        raise UserError(f"“{name}” has {len(classes):,} classes, but a binary task needs two.", "Choose the task “multiclass”.")
    if len(classes) > MANY_CLASSES:
        raise UserError(
            f"“{name}” has {len(classes):,} classes in {len(values):,} rows, too many to learn.",
            "Choose another column, or a regression task.",
        )


def _known(values: Ints, found: Sequence[Class], classes: Sequence[Class], name: str) -> Ints:
    place = {(type(c) is bool, c): i for i, c in enumerate(classes)}
    unknown = [c for c in found if (type(c) is bool, c) not in place]
    if unknown:
        raise UserError(
            f"“{name}” holds {len(unknown)} class{'es' if len(unknown) > 1 else ''} that the model never saw, such as “{unknown[0]}”.",
            "Leave these rows out, or train again with them.",
        )
    return np.array([place[type(c) is bool, c] for c in found], dtype=np.intp)[values]


def class_position(classes: Sequence[Class], value: Class) -> int:
    """The position of a class, given as itself or as its text ("1" for 1); UserError when it is none of them."""
    for i, known in enumerate(classes):
        if type(known) is type(value) and known == value:
            return i
    for i, known in enumerate(classes):
        if level_of(known).casefold() == level_of(value).casefold():
            return i
    raise UserError(f"There is no class “{value}”.", "There are: " + ", ".join(f"“{c}”" for c in classes[:20]) + ".")


def default_positive(target: Target) -> tuple[Class, str]:
    """The class of a binary target that is probably the one of interest, with the reason."""
    if named := named_positive(target.classes):
        return named
    counts = np.bincount(target.values, minlength=2)
    rare = 0 if counts[0] < counts[1] else 1
    return target.classes[rare], f"“{target.classes[rare]}” is the rarer class, {int(counts[rare]):,} of {len(target.values):,} rows."


def named_positive(classes: Sequence[Class]) -> tuple[Class, str] | None:
    """The one of two classes that names the event, with the reason; None when their names do not tell."""
    names = [level_of(c).casefold() for c in classes]
    for i, name in enumerate(names):
        if (name, names[1 - i]) in BOOLEAN_PAIRS or (name in _POSITIVE and names[1 - i] not in _POSITIVE):
            return classes[i], f"“{classes[i]}” names the event."
    for i, name in enumerate(names):
        if name in _NEGATIVE and names[1 - i] not in _NEGATIVE:
            return classes[1 - i], f"“{classes[i]}” names the usual case, so “{classes[1 - i]}” is the event."
    return None


def guess_task(table: Table, target: str) -> tuple[Task, str]:
    """The kind of task for a target, with the reason in one sentence. UserError when the column cannot be predicted."""
    column = table.schema.column(target)
    distinct = _distinct(table.frame, target)
    if distinct == 0:
        raise UserError(f"“{target}” is empty in every row, so nothing can be learned.", "Choose another column to predict.")
    if distinct == 1:
        raise UserError(f"Every row has the same value in “{target}”, so there is nothing to predict.", "Choose another column.")
    if column.type == "date":
        raise UserError(f"“{target}” holds dates, which are not predicted.", "Choose a number or a category.")
    if distinct == 2:
        return "binary", f"“{target}” has two values."
    if column.type not in ("number", "integer"):
        return "multiclass", f"“{target}” has {distinct:,} categories."
    if column.type == "integer" and distinct <= FEW_CLASSES and table.rows >= 10 * distinct:
        return "multiclass", f"“{target}” has only {distinct} whole numbers; choose regression if they are amounts."
    return "regression", f"“{target}” holds {distinct:,} different numbers."


def guess_targets(table: Table) -> list[tuple[str, str]]:
    """The columns that may be what is to be predicted, most probable first, each with the reason."""
    ranked = []
    last = len(table.schema.columns) - 1
    for i, column in enumerate(table.schema.columns):
        distinct = _distinct(table.frame, column.name)
        if column.type in ("id", "date", "text") or distinct < 2 or (column.type in ("category", "ordered") and distinct > MANY_CLASSES):
            continue
        reasons = []
        score = 0.0
        if _TARGET_NAMES.match(column.name):
            score, reasons = score + 3, ["its name is typical of one"]
        if i == last:
            score, reasons = score + 1.5, [*reasons, "it stands last"]
        if i == 0:
            score, reasons = score + 0.5, [*reasons, "it stands first"]
        if distinct == 2:
            score, reasons = score + 0.6, [*reasons, "it has two values"]
        elif column.type in ("category", "ordered", "boolean") and distinct <= 10:
            score, reasons = score + 0.3, [*reasons, f"it has {distinct} categories"]
        score -= 2 * float(table.frame.missing(column.name).mean())
        ranked.append((-score, i, column.name, reasons))
    return [(name, f"Guessed because {_and(why)}." if why else "A possible target.") for _, _, name, why in sorted(ranked)]


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def default_roles(table: Table) -> dict[str, tuple[Role, str]]:
    """Roles other than `feature` that columns should have at first, each with the reason.

    Identifiers, and columns that never tell anything.
    """
    roles: dict[str, tuple[Role, str]] = {}
    for column in table.schema.columns:
        distinct = _distinct(table.frame, column.name)
        if column.type == "id":
            roles[column.name] = (
                "id",
                f"“{column.name}” names the rows ({distinct:,} values in {table.rows:,} rows), so nothing general can be learned from it.",
            )
        elif distinct == 0:
            roles[column.name] = ("ignore", f"“{column.name}” is empty in every row.")
        elif distinct == 1 and not table.frame.missing(column.name).any():
            roles[column.name] = ("ignore", f"“{column.name}” has the same value in every row.")
    return roles


def _distinct(frame: Frame, name: str) -> int:
    there = ~frame.missing(name)
    kind = frame.layout.kind(name)
    values = frame.categorical(name)[0] if kind == "categorical" else frame.number(name) if kind == "number" else frame.date(name)
    return len(np.unique(values[there]))
