"""The scorer of a run from the store: the fitted model, its threshold, and what a person calls it and its columns."""

from __future__ import annotations

from dataclasses import replace

from mlops_desktop.engine.pipeline import ArtifactStore, Keys
from mlops_desktop.engine.project import ColumnNote, Project
from mlops_desktop.serving.schema import Schema
from mlops_desktop.serving.scorer import Scorer


def stored_scorer(project: Project, store: ArtifactStore, run: str, *, check: bool = True) -> Scorer:
    """The scorer of the run with this id as the project describes it. KeyError while it was not made.

    `check=False`: another process has just checked the entry (see `ArtifactStore.get`).
    """
    keys = Keys(project)
    made = store.get(keys.scorer(run), check=check)[0]
    fitted = store.get_object(keys.model(run), check=check)
    assert isinstance(fitted, Scorer)
    return described(fitted, project, made["threshold"], made["version"])


def described(fitted: Scorer, project: Project, threshold: float | None, version: str = "") -> Scorer:
    """A fitted scorer with this threshold and version, and with the project's name, labels, units and descriptions."""
    columns = []
    for column in fitted.schema.columns:
        note = project.columns.get(column.name, ColumnNote())
        unit, description = note.unit or column.unit, note.description or column.description
        columns.append(replace(column, label=note.label, unit=unit, description=description))
    return replace(fitted, name=project.name, schema=Schema(tuple(columns)), threshold=threshold, version=version)
