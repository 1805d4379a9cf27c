"""Doubts about how the first rows of a file are read, as questions that are asked before it is imported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlops_desktop.engine.data import FilePreview
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.questions.from_reading import reading_questions
from mlops_desktop.engine.questions.question import Option, Question, Weight, accepted
from mlops_desktop.serving.message import msg

# Rules of the notes on rows that were left out although they stand among the rows of the table (`catalog.sources`).
_LEFT_OUT = {"total": msg("Are these rows totals?"), "inside": msg("Are these lines no rows of the table?")}
SOURCE_QUESTION = "source."  # how the ids of questions begin that are settled by a parameter of the source, before the import
_ORDER: dict[Weight, int] = {"high": 0, "warning": 1, "info": 2}


def preview_questions(project: Project, table: FilePreview) -> tuple[Question, ...]:
    """Every doubt about the beginning of a table, the weightiest first, each with the answer that the project holds."""
    found = (*_table_questions(table), *reading_questions(project, table))
    answered = (replace(one, answer=project.answers.get(one.id)) for one in found)
    return tuple(sorted(answered, key=lambda one: _ORDER[one.weight]))


def _table_questions(table: FilePreview) -> Iterator[Question]:
    """Whether a row names the columns, and whether rows were rightly left out, where the source has a parameter for it."""
    params = table.given.params()
    if (
        "header" in params
        and getattr(table.given, "header", "") == params["header"].default
        and getattr(table.found, "header", "") == "none"
    ):
        yield _question(
            "header",
            msg("Does no row name the columns?"),
            msg("The first row looks like the rows below it, so it was taken as data."),
            accepted("The columns are called column_1, column_2 …"),
            Option("first", "The first row holds the names", "The first row names the columns.", {"source": {"header": "first"}}),
        )
    for note in table.notes:
        if note.rule in _LEFT_OUT and "keep_all" in params:
            yield _question(
                note.rule,
                _LEFT_OUT[note.rule],
                note.message,
                accepted("They stay left out."),
                Option("keep", "Keep them as rows", "Every row below the names is a row of the table.", {"source": {"keep_all": True}}),
            )


def _question(rule: str, message: str, evidence: str, *options: Option) -> Question:
    return Question(
        id=f"{SOURCE_QUESTION}{rule}",
        stage="problem",
        weight="warning",
        column="",
        message=message,
        evidence=evidence,
        options=options,
        default="accept",
    )
