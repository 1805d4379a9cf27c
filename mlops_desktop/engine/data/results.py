"""What the import of a table and the preview of a file answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.source import Source
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.column import HasType


@dataclass(frozen=True)
class ImportedColumn(HasType):
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


@dataclass(frozen=True)
class PreviewColumn(HasType):
    """A column of a preview: its type, its first values (None: missing), and how its cells were parsed.

    `values` are numbers in a column of numbers, else texts. `missing` are texts for missing beyond the usual ones. `role` is the
    one that it has unless a person decides otherwise, with its reason in `why_role`. `grammar` is how a column that leaves a doubt was
    parsed.
    """

    name: str
    type: str
    values: tuple[float | str | None, ...]
    decimal: str = ""
    thousands: str = ""
    missing: tuple[str, ...] = ()
    unit: str = ""
    role: str = "feature"
    why_role: str = ""
    evidence: tuple[Evidence, ...] = ()
    grammar: Grammar | None = None


@dataclass(frozen=True)
class FilePreview:
    """The beginning of a table. `given` is the source with what a person chose, all else left to be found; in `found` it is found.

    `rows` counts the rows that were read, which are all of the file when `whole`. `notes` are about the table, not about a column;
    `reasons` say of parameters of the source why they were found so.
    """

    given: Source
    found: Source
    rows: int
    whole: bool
    columns: tuple[PreviewColumn, ...]
    notes: tuple[Evidence, ...]
    reasons: dict[str, str] = field(default_factory=dict)
