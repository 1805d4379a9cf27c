"""Doubts about how columns were read, and about decisions that were guessed, as questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.profiling import Overview
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.questions.from_source import parameter_options
from mlops_desktop.engine.questions.question import Option, Question, Weight, accepted
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.serving.value_text import value_text

# Rules of the evidence for a column's type (`engine.data`) that leave a doubt, and how much it weighs.
DOUBTS: Mapping[str, Weight] = {
    "currencies": "high",
    **dict.fromkeys(("date_order", "mixed_types", "decimal", "unmarked", "infinite", "not_number", "units", "marks"), "warning"),
    **dict.fromkeys(("not_date", "no_zone", "excel_dates", "maybe_date", "month_or_day", "amounts", "pairs"), "warning"),
    **dict.fromkeys(("no_date", "century", "debit_credit", "mark"), "info"),
    **dict.fromkeys(
        ("stray", "missing_words", "leading_zeros", "long_numbers", "limits", "notation", "converted", "duration"),
        "info",
    ),
}
# Rules that say what stopped a column from being of a type, and that type: a person may want it all the same.
_STOPPED = {"not_number": "number", "not_date": "date", "maybe_date": "date", "currencies": "number", "units": "number", "marks": "number"}


class ReadColumn(Protocol):
    """A column that was read, with the evidence for its type."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def type(self) -> str: ...  # noqa: D102

    @property
    def evidence(self) -> tuple[Evidence, ...]: ...  # noqa: D102


class ReadTable(Protocol):
    """A table that was read, or its first rows."""

    @property
    def columns(self) -> Sequence[ReadColumn]: ...  # noqa: D102


def reading_questions(project: Project, overview: ReadTable) -> Iterator[Question]:
    """A question for each doubt about a column's type. It is settled when a person chose the type."""
    for column in overview.columns:
        note = project.columns.get(column.name)
        for evidence in column.evidence:
            if evidence.rule not in DOUBTS:
                continue
            kind = _STOPPED.get(evidence.rule, "text")
            effect = msg("Every cell is kept as it is written; the column is no number and no date any more.")
            if kind != "text":
                effect = msg("The cells that do not fit the others count as missing.")
            other = Option(kind, msg("Read “{column}” as {kind}", column=column.name, kind=kind), effect, {"type": {column.name: kind}})
            yield Question(
                id=f"reading.{evidence.rule}.{column.name}",
                stage="problem",
                weight=DOUBTS[evidence.rule],
                column=column.name,
                message=msg("“{column}” was read as {type}. Is that right?", column=column.name, type=column.type),
                evidence=evidence.message,
                options=(
                    accepted(msg("The column stays as it was read.")),
                    *parameter_options(project.source, evidence.rule),
                    other,
                ),
                default="accept",
                rows=evidence.rows,
                settled=msg("You chose this type.") if note is not None and note.type else "",
            )


def guess_questions(project: Project, overview: Overview) -> Iterator[Question]:
    """The positive class and the kind of task, where the data alone cannot decide them."""
    column = overview.column(project.target)
    if column is None or column.target.task is None:
        return
    guessed = column.target
    spec = task_spec(column.target.task)
    values = [one for one in guessed.tasks if not task_spec(one).has_classes]
    if guessed.task == project.task and spec.has_classes and not spec.has_positive and values:
        yield Question(
            id=f"guess.task.{project.target}",
            stage="problem",
            weight="warning",
            column=project.target,
            message=msg("Are the numbers of “{target}” classes or amounts?", target=project.target),
            evidence=guessed.reason,
            options=(
                accepted(msg("Each number stays a class of its own.")),
                *(_field("task", one, as_message(task_spec(one).label)) for one in values),
            ),
            default="accept",
        )
    if guessed.positive_doubtful and guessed.positive == project.positive and project.positive is not None:
        others = [value for value, _ in guessed.classes if value != project.positive]
        yield Question(
            id=f"guess.positive.{project.target}",
            stage="problem",
            weight="warning",
            column=project.target,
            message=msg("Is “{positive}” the class that matters?", positive=project.positive),
            evidence=guessed.positive_reason,
            options=(
                accepted("Precision, recall and the threshold are about this class."),
                *(_field("positive", one, value_text(one)) for one in others),
            ),
            default="accept",
        )


def _field(name: str, value: Any, label: str) -> Option:
    return Option(
        f"{name}={value_text(value)}",
        msg("Take “{value}”", value=label),
        "Results that depend on it are made anew.",
        {"set": {name: value}},
    )
