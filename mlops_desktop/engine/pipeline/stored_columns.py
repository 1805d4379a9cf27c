"""Reads the columns of a project's table from the store, without loading the table itself."""

from __future__ import annotations

from pathlib import Path

from mlops_desktop.engine.data import table_from_record
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.pipeline.store import ArtifactStore
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.schema import Schema


def known_schema(folder: Path, project: Project) -> Schema | None:
    """The types and grammars of every column of the imported table, in its order; None while the table is not in the store."""
    store, key = ArtifactStore(folder / "store"), Keys(project).table
    return table_from_record(*store.get(key)).schema if project.data and key in store else None


def known_columns(folder: Path, project: Project) -> list[str] | None:
    """The names of the columns of the imported table; None while they are not known."""
    schema = known_schema(folder, project)
    return [column.name for column in schema.columns] if schema else None
