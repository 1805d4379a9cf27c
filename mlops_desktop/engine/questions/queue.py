"""The one queue of questions of a project, and what an answer does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data import Table
from mlops_desktop.engine.profiling import Finding, Overview, evidence_findings
from mlops_desktop.engine.project import Answer, Project, apply_changes
from mlops_desktop.engine.questions.from_findings import finding_questions
from mlops_desktop.engine.questions.from_reading import guess_questions, reading_questions
from mlops_desktop.engine.questions.from_source import source_questions
from mlops_desktop.engine.questions.question import ACCEPT, Question, answered
from mlops_desktop.serving.message import msg


def questions(
    project: Project,
    table: Table,
    overview: Overview,
    findings: Sequence[Finding],
    notes: Sequence[Evidence] = (),
    further: Iterable[Question] = (),
) -> tuple[Question, ...]:
    """Every doubt about the project's data and guesses, the weightiest first, each with the answer that the project holds.

    `overview` and `findings` are of the project's `table` (`engine.profiling`), `notes` were made when it was read from its source.
    `further` are questions of later stages, about a model (`engine.diagnostics`).
    """
    of_source = source_questions(project.source, notes) if project.source is not None else ()
    of_columns = (*_of_columns(project, table, overview), *finding_questions(project, findings))
    return answered(project, (*of_source, *guess_questions(project, overview), *of_columns, *further))


def reading_doubts(project: Project, table: Table, overview: Overview, notes: Sequence[Evidence]) -> tuple[Question, ...]:
    """The open questions of weight about how the project's data was read: the file as a whole, then its columns.

    Each has the options that it has among all `questions`, though only the columns and their evidence are examined.
    """
    of_source = source_questions(project.source, notes) if project.source is not None else ()
    return open_questions(answered(project, (*of_source, *_of_columns(project, table, overview))))


def _of_columns(project: Project, table: Table, overview: Overview) -> Iterator[Question]:
    """The doubts about how columns were read. Each column has the finding that follows from its own evidence: in a profile, those of many
    columns are one.
    """
    findings = [
        finding
        for column in overview.columns
        for finding in evidence_findings(column.evidence, table.schema.column(column.name).grammar, is_target=column.name == project.target)
    ]
    return reading_questions(project, overview, findings)


def open_questions(found: Sequence[Question], weights: Sequence[str] = ("high", "warning")) -> tuple[Question, ...]:
    """Those of these weights that nobody has decided yet."""
    return tuple(one for one in found if one.open and one.weight in weights)


def unasked_answers(project: Project, found: Sequence[Question]) -> list[str]:
    """The ids under which the project holds an answer, but which are no question among those `found`: settled since, or misspelt."""
    return sorted(project.answers.keys() - {one.id for one in found})


def answer_question(project: Project, question: Question, option: str, reason: str = "", by: str = "") -> Project:
    """The project with the answer, and with the decision that the option stands for.

    UserError when the question has no such option, or when a doubt of high weight is accepted without a reason.
    """
    return answer_questions(project, (question,), option, reason, by)


def answer_questions(project: Project, asked: Sequence[Question], option: str, reason: str = "", by: str = "") -> Project:
    """The project with the same answer to several questions; see `answer_question`."""
    answers = dict(project.answers)
    for question in asked:
        chosen = question.option(option)
        if chosen is None:
            raise UserError(
                msg("The question “{question}” has no option “{option}”.", question=question.id, option=option),
                msg("It has: {options}.", options=", ".join(one.id for one in question.options)),
            )
        if option == ACCEPT and question.needs_reason and not reason.strip():
            raise UserError("A doubt of high weight is accepted for a reason.", "Say in a few words why it is right as it is.")
        if chosen.changes:
            project = apply_changes(project, chosen.changes)
        answers[question.id] = Answer(option=option, reason=reason.strip(), by=by)
    return replace(project, answers=answers)
