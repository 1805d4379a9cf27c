"""The folder of a project as a whole: a free name for a new one, another name, a copy."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.engine import disk
from mlops_desktop.engine.project.project_file import read_project, write_project
from mlops_desktop.engine.project.project_lock import LOCK_FILE, ProjectLock
from mlops_desktop.serving.message import msg

MOST_CHARACTERS = 60


def folder_name(name: str) -> str:
    """A name as every file system takes it for a folder."""
    return re.sub(r"[^\w\- ]+", "_", name).strip(" _")[:MOST_CHARACTERS].rstrip() or "project"


def free_folder(home: Path, name: str) -> Path:
    """A folder that is not there yet, named after `name`."""
    stem = folder_name(name)
    folder, number = home / stem, 2
    while folder.exists():
        folder, number = home / f"{stem} {number}", number + 1
    return folder


def rename_project(folder: Path, name: str) -> Path:
    """Give a project and its folder another name; the folder's new path. UserError when it is open elsewhere, when the name is taken or
    the disk refuses. Data, results and runs stay as they are.
    """
    place = folder.with_name(folder_name(name))
    if os.path.lexists(place) and not (folder.exists() and place.exists() and place.samefile(folder)):  # a link to nothing is taken too
        raise UserError(msg("There is a folder “{folder}” already.", folder=place), "Choose another name.")
    with ProjectLock(folder):
        renamed = replace(read_project(folder), name=name.strip())
    with disk.explain_errors(msg("The project “{name}”", name=folder.name)):
        folder.rename(place)
        try:
            with ProjectLock(place):
                write_project(place, renamed)
        except BaseException:
            place.rename(folder)  # both have the new name or neither
            raise
    return place


def delete_project(folder: Path) -> None:
    """Delete a project with all that is in its folder; it cannot be brought back. UserError when it is open elsewhere, and nothing is
    deleted then, or when the disk refuses: the project has a hidden name already, so that no half of one is opened.
    """
    with ProjectLock(folder):
        pass  # nobody works on it
    with disk.explain_errors(msg("The project “{name}”", name=folder.name)):
        hidden = folder.rename(folder.with_name(disk.temporary_name(folder.name)))
        disk.remove(hidden)


def copy_project(folder: Path, place: Path, job: Job) -> None:
    """Copy a project with its data, results and runs to a folder that is not there yet; the copy is named after that folder.

    Nobody may write to the project meanwhile. UserError when the disk refuses; Cancelled when the job is stopped. In both cases there is
    no copy.
    """
    making = place.with_name(disk.temporary_name(place.name))
    with disk.explain_errors(msg("The copy “{name}”", name=place.name)):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != LOCK_FILE]
            files = [path for path in files if not path.name.endswith(".tmp")]
            total, done = sum(path.stat().st_size for path in files) or 1, 0
            making.mkdir()
            for path in files:
                target = making / path.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
                done += path.stat().st_size
                job.step(done / total)
            write_project(making, replace(read_project(folder), name=place.name))
            os.rename(making, place)
        finally:
            with contextlib.suppress(OSError):
                disk.remove(making)
