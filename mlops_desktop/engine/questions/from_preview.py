"""Doubts about how the first rows of a file are read, as questions that are asked before it is imported."""

from __future__ import annotations

from dataclasses import replace

from mlops_desktop.engine.data import FilePreview
from mlops_desktop.engine.profiling import evidence_findings
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.questions.from_reading import reading_questions
from mlops_desktop.engine.questions.from_source import source_questions
from mlops_desktop.engine.questions.question import Question, answered


def preview_questions(project: Project, table: FilePreview) -> tuple[Question, ...]:
    """Every doubt about the beginning of a table, the weightiest first, each with the answer that the project holds.

    What a parameter of the source decides is asked only where nobody chose it.
    """
    chosen = table.given.changed_params()
    notes = [note for note in table.notes if note.parameter not in chosen]
    findings = [
        finding
        for column in table.columns
        if column.grammar is not None
        for finding in evidence_findings(column.evidence, column.grammar, is_target=column.name == project.target)
    ]
    found = (*source_questions(table.given, notes), *reading_questions(replace(project, source=table.given), table, findings))
    return answered(project, found)
