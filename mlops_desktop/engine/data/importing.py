"""A data file becomes a snapshot of the project: its cells as they came, under the digest of their values."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine import disk
from mlops_desktop.engine.data.loading import load_named
from mlops_desktop.engine.data.snapshot import DATA_FOLDER, cells_digest, snapshot_path, write_cells
from mlops_desktop.engine.data.targets import guess_targets
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.project import Project, project_to_json
from mlops_desktop.serving.names import clean_name

SOURCE_FILE = "source.json"


def import_cells(folder: Path, file: Path, project: Project, job: Job) -> dict[str, Any]:
    """Read a file (with the project's loader if that knows this kind of file) and keep its cells.

    `{"project", "rows", "columns": [{"name", "type"}], "evidence": [{"column", "rule", "message", "rows"}],
    "targets": [[column, reason]]}`; the project names the new data. UserError when the file cannot be read, or lacks the target or a
    column that a decision names. Nothing is lost then.
    """
    job.step(0.0, f"Reading {file.name}")
    known = project.loader if project.loader and file.name.lower().endswith(project.loader.suffixes) else None
    project = replace(project, target=clean_name(project.target))  # as it stands in the table, whatever blanks the file has in it
    loader, cells, said = load_named(file, known, {project.target} - {""}, Part(job, 0.0, 0.5))
    table = type_cells(cells, project.columns, Part(job, 0.5, 0.8))
    names = [column.name for column in table.schema.columns]
    _refuse_lacking(file, project, names)
    job.step(0.8, "Keeping a copy in the project")
    data = cells_digest(cells)
    path = snapshot_path(folder, data)
    if not path.exists():
        write_cells(cells, path)
    _remember(folder, file, [one["message"] for one in said])
    return {
        "project": project_to_json(replace(project, data=data, file=file.name, loader=loader)),
        "rows": table.rows,
        "columns": [{"name": column.name, "type": column.type} for column in table.schema.columns],
        "evidence": [*said, *(one.to_json() for one in table.evidence)],
        "targets": [list(pair) for pair in guess_targets(table)],
    }


def source(folder: Path) -> tuple[Path | None, list[str]]:
    """The file that the project's data was last read from (None when it is not known or gone), and what was mended then, in sentences."""
    try:
        found = json.loads((folder / DATA_FOLDER / SOURCE_FILE).read_bytes())
        path, said = Path(found["file"]), [str(one) for one in found["said"]]
        return (path if path.is_file() else None), said
    except (OSError, ValueError, TypeError, KeyError):
        return None, []  # it is a convenience: without it the person is asked for the file


def _remember(folder: Path, file: Path, said: list[str]) -> None:
    with disk.told("The project"):
        disk.write_atomic(folder / DATA_FOLDER / SOURCE_FILE, json.dumps({"file": str(file.resolve()), "said": said}).encode())


def _refuse_lacking(file: Path, project: Project, names: list[str]) -> None:
    """New data must hold what the decisions name: the target, and the columns that are no mere features."""
    wanted = [project.target] if project.target else []
    wanted += [name for name, note in project.columns.items() if note.role in ("group", "time", "weight", "fold")]
    lacking = [name for name in wanted if name not in names]
    if lacking:
        said = ", ".join(f"“{name}”" for name in lacking)
        has = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
        raise UserError(f"“{file.name}” has no column {said}.", f"It has: {has}.")
