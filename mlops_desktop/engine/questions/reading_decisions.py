"""Reads a file as the one of another project: which of its decisions are about how a file and its columns are read."""

from __future__ import annotations

from dataclasses import replace

from mlops_desktop.engine.project import Project

_ABOUT_READING = ("reading.", "source.")  # what the ids of questions about columns and about the file begin with


def read_like(project: Project, like: Project) -> Project:
    """The project with the decisions of another one on how a file and its columns are read; its other decisions stay.

    These are the parameters of the source, unless this project has a source of another kind, the notes on columns, and the answers to
    doubts about both; the target too, where this project has none.
    """
    same_kind = project.source is None or type(project.source) is type(like.source)
    answers = {id_: answer for id_, answer in like.answers.items() if id_.startswith(_ABOUT_READING)}
    return replace(
        project,
        target=project.target or like.target,
        source=like.source if same_kind else project.source,
        columns={**project.columns, **like.columns},
        answers={**project.answers, **answers},
    )
