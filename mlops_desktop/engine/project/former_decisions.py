"""The decisions before a project got the data that it has (`former.json`), so that the models before and after can be compared."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.engine.project.decisions import Project
from mlops_desktop.engine.project.project_file import project_from_json, project_to_json

FORMER_FILE = "former.json"


def read_former(folder: Path, data: str) -> Project | None:
    """The decisions before the project got the data of this digest; None when they are not known."""
    with suppress(OSError, ValueError, TypeError, KeyError, UserError):  # it is a convenience: nothing depends on it
        record = json.loads((folder / FORMER_FILE).read_bytes())
        if record["data"] == data:
            return project_from_json(record["former"])
    return None


def write_former(folder: Path, data: str, former: Project) -> None:
    """Keep the decisions before the project got the data of this digest. UserError when the disk refuses."""
    record = {"data": data, "former": project_to_json(former)}
    with disk.explain_errors("The former decisions"):
        disk.write_atomic(folder / FORMER_FILE, json.dumps(record, ensure_ascii=False).encode())
