"""A project on the disk: `project.json`, readable, written wholly or not at all, opened without running anything that it holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NoReturn

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.engine.project import serialization
from mlops_desktop.engine.project.decisions import Project, digest
from mlops_desktop.engine.project.migrations import FORMAT, migrate
from mlops_desktop.engine.project.project_lock import LOCK_FILE
from mlops_desktop.serving.message import msg

PROJECT_FILE = "project.json"
BACKUP_FILE = "project.json.bak"
DAMAGED_FILE = "project.json.damaged"
# What lies in the folder of a project before its project file is written; folders end with a slash.
_UNFINISHED = re.compile(
    r"\.lock|(?:data/)?\.[^/]*\.tmp|data/|data/[0-9a-f]{8,64}\.parquet|data/source\.json|store/|store/\..*|store/[0-9a-f]{2}/.*"
)
MOST_BYTES = 64 * 2**20  # a project file of thousands of columns has a few; more is no project file


def project_to_json(project: Project) -> dict[str, Any]:
    """Every decision as plain JSON, with the number of the format first."""
    record: dict[str, Any] = serialization.write(project)
    return {"format": FORMAT, **record}


def project_from_json(document: Any) -> Project:
    """The project of a document of this or an older format. UserError names the field that is unknown, of a wrong type or out of bounds."""
    if not isinstance(document, dict):
        raise UserError("The project file does not hold a project.", "It must hold one object of names and values.")
    document = migrate(document)
    project: Project = serialization.read_object(Project, {name: value for name, value in document.items() if name != "format"}, "")
    return serialization.check_algorithms(project)


def project_key(project: Project) -> str:
    """The hash of every decision: equal for equal decisions, in every process."""
    return digest(project_to_json(project))


def read_document(folder: Path) -> Any:
    """The JSON of the project file in a folder, in whichever format it was written. UserError, with the way out, when it is not there or
    damaged.
    """
    path = folder / PROJECT_FILE
    try:
        if path.stat().st_size > MOST_BYTES:
            _damaged(folder, "it is far too big")
        data = path.read_bytes()
    except FileNotFoundError as error:
        if _good(folder / BACKUP_FILE):
            _damaged(folder, "it is gone", error)
        raise UserError(
            msg("There is no project in “{folder}”.", folder=folder),
            msg("Choose a folder with a {project_file}, or make a new project.", project_file=PROJECT_FILE),
        ) from error
    except OSError as error:
        raise disk.refusal(error, msg("The project “{name}”", name=folder.name)) from error
    try:
        return _parse(data)
    except ValueError as error:
        _damaged(folder, str(error), error)


def read_project(folder: Path) -> Project:
    """The project in a folder. UserError, with the way out, when there is none, it is damaged, or it comes from a newer version."""
    document = read_document(folder)
    try:
        return project_from_json(document)
    except UserError as error:
        raise UserError(
            msg("The project “{folder}” cannot be opened. {error}", folder=folder.name, error=error.message), error.remedy
        ) from error


def write_project(folder: Path, project: Project) -> None:
    """Save every decision, and a second copy beside it. On a UserError (disk full, no permission) the file that was there is kept.

    What could not be read again is refused before anything is written.
    """
    document = project_to_json(project)
    project_from_json(document)
    data = (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n").encode("utf-8")
    path, backup = folder / PROJECT_FILE, folder / BACKUP_FILE
    with disk.explain_errors("The project"):
        disk.sweep(folder)
        # Both copies are complete before the first of them is moved: a full disk changes neither.
        with disk.temporary_file(path, data) as ready, disk.temporary_file(backup, data) as spare:
            disk.replace(spare, backup)
            disk.replace(ready, path)


def restore_backup(folder: Path) -> Project:
    """Go on from the last good copy; the damaged file is kept as `project.json.damaged`. UserError when there is no good copy."""
    path, backup = folder / PROJECT_FILE, folder / BACKUP_FILE
    if not _good(backup):
        raise UserError(
            msg("There is no good copy of the project in “{folder}”.", folder=folder), "Begin a new project from the data file."
        )
    with disk.explain_errors("The project"):
        if path.exists():
            disk.replace(path, folder / DAMAGED_FILE)
        disk.write_atomic(path, backup.read_bytes())
    return read_project(folder)


def can_restore(folder: Path) -> bool:
    """Whether the project of a folder is damaged or gone, and `restore_backup` would bring its last good copy back.

    What a newer version wrote is not damaged: an older copy in its place would lose what is new in it.
    """
    return not _good(folder / PROJECT_FILE) and not _newer(folder / PROJECT_FILE) and _good(folder / BACKUP_FILE)


def new_project_folder(folder: Path) -> Path:
    """Make the folder of a new project. UserError when it holds anything already, is a file, or may not be made.

    What the making of a project leaves when it is killed (its lock, imported data without a project file) counts as nothing.
    """
    with disk.explain_errors(msg("The folder “{folder}”", folder=folder)):
        if folder.exists() and not folder.is_dir():
            raise UserError(msg("“{folder}” is a file, not a folder.", folder=folder), "Choose another name for the project.")
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not is_unfinished(folder):
            state = "already holds a project" if (folder / PROJECT_FILE).exists() else "is not empty"
            raise UserError(msg("The folder “{folder}” {state}.", folder=folder, state=state), "Choose a new or an empty folder.")
    return folder


def is_unfinished(folder: Path) -> bool:
    """Whether a folder holds nothing but what a killed `new` leaves. Without our lock in it, a folder “data” is somebody else's."""
    if not (folder / LOCK_FILE).is_file():
        return False
    for path in folder.rglob("*"):
        place = path.relative_to(folder).as_posix()
        if path.is_symlink() or not _UNFINISHED.fullmatch(place + "/" * path.is_dir()):
            return False
    return True


def _parse(data: bytes) -> Any:
    """The JSON of a file; ValueError says where it is broken."""
    try:
        document = json.loads(data.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_object)
        json.dumps(document, ensure_ascii=False).encode("utf-8")  # half characters can be escaped into JSON, but nothing can keep them
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno} cannot be read") from error
    except UnicodeError as error:
        raise ValueError("it holds broken characters") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name “{twice[:40]}” stands twice in one object")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no value of a project")


def _good(path: Path) -> bool:
    try:
        if path.stat().st_size > MOST_BYTES:
            return False
        project_from_json(_parse(path.read_bytes()))
    except (OSError, ValueError, UserError):
        return False
    return True


def _newer(path: Path) -> bool:
    try:
        document = _parse(path.read_bytes())
    except (OSError, ValueError):
        return False
    number = document.get("format") if isinstance(document, dict) else None
    return isinstance(number, int) and number > FORMAT


def _damaged(folder: Path, how: str, cause: Exception | None = None) -> NoReturn:
    message = msg("The project file “{path}” is damaged: {how}.", path=folder / PROJECT_FILE, how=how)
    if _good(folder / BACKUP_FILE):
        remedy = msg(
            "The last good copy is {backup} in the same folder: rename it to {file} to go on from there.",
            backup=BACKUP_FILE,
            file=PROJECT_FILE,
        )
    else:
        remedy = msg("There is no good copy beside it. Put back a copy of your own, or begin a new project from the data file.")
    raise UserError(message, remedy) from cause
