"""What the import of a table answers."""

from __future__ import annotations

from dataclasses import dataclass

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.project import Project


@dataclass(frozen=True)
class ImportedColumn:
    """A column of an imported table and its type."""

    name: str
    type: str


@dataclass(frozen=True)
class Imported:
    """A table that was imported: the project with its digest, name and source, and why its columns were read as they were.

    `targets` are columns that may be worth predicting, each with a reason, the likeliest first.
    """

    project: Project
    rows: int
    columns: tuple[ImportedColumn, ...]
    evidence: tuple[Evidence, ...]
    targets: tuple[tuple[str, str], ...]
