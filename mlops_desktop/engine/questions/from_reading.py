"""Doubts about how columns were read, and about decisions that were guessed, as questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from mlops_desktop.base.evidence import RULES, Evidence
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.profiling import Finding, Overview, taken_care
from mlops_desktop.engine.project import Changes, ColumnNote, Project
from mlops_desktop.engine.questions.from_findings import fix_options
from mlops_desktop.engine.questions.from_source import parameter_options
from mlops_desktop.engine.questions.question import Option, Question, accepted
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.serving.value_text import value_text


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


def reading_questions(project: Project, overview: ReadTable, findings: Sequence[Finding]) -> Iterator[Question]:
    """A question for each doubt about a column's type, with the fix of the finding that says the same where there is one.

    It is settled when a person chose the type, when that fix is among the decisions, or when the column is no feature.
    """
    by_column = {(finding.rule, finding.column): finding for finding in findings}
    for column in overview.columns:
        for evidence in column.evidence:
            rule = RULES[evidence.rule]
            if rule.weight is None or not rule.doubts_column:
                continue
            finding = by_column.get((evidence.rule, column.name))
            yield Question(
                id=f"reading.{evidence.rule}.{column.name}",
                stage="problem",
                weight=rule.weight,
                column=column.name,
                message=msg("“{column}” was read as {type}. Is that right?", column=column.name, type=as_message(column.type)),
                evidence=evidence.message,
                options=(
                    accepted(msg("The column stays as it was read.")),
                    *parameter_options(project.source, evidence.rule),
                    *_other_types(column, rule.instead, finding),
                ),
                rows=evidence.rows,
                settled=_settled(project.columns.get(column.name)) or (taken_care(project, finding) if finding else ""),
                together=msg("Were these columns read correctly?"),
            )


def _other_types(column: ReadColumn, instead: str, finding: Finding | None) -> Iterator[Option]:
    changes: Changes = {"type": {column.name: instead}}
    if finding is not None and finding.fix != changes:
        yield from fix_options(finding)
    if instead and instead != column.type:
        effect = msg("Every cell is kept as it is written; the column is no longer a number or a date.")
        if instead in ("number", "date"):
            effect = msg("The cells that do not fit the others count as missing.")
        kind = as_message(instead)
        label = msg("Read “{column}” as {kind}", column=column.name, kind=kind)
        yield Option(instead, label, effect, changes, msg("Read these columns as {kind}", kind=kind))


def _settled(note: ColumnNote | None) -> str:
    if note is not None and note.type:
        return msg("You chose this type.")
    return msg("Nothing is learned from this column.") if note is not None and note.role in ("ignore", "id") else ""


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
                *(_decided({"set": {"task": one}}, as_message(task_spec(one).label)) for one in values),
            ),
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
                *(_decided({"set": {"positive": one}}, value_text(one)) for one in others),
            ),
        )


def _decided(changes: Changes, label: str) -> Option:
    """The option that decides one field of the project."""
    ((name, value),) = changes["set"].items()
    return Option(f"{name}={value_text(value)}", msg("Take “{value}”", value=label), "Results that depend on it are made anew.", changes)
