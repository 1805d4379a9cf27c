"""The folder of a project as a whole: a free name for a new one, another name, a copy."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import unicodedata
from dataclasses import replace
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.engine import disk
from mlops_desktop.engine.project.project_file import is_unfinished, read_project, write_project
from mlops_desktop.engine.project.project_lock import LOCK_FILE, ProjectLock
from mlops_desktop.serving.message import msg

MOST_CHARACTERS = 60
MOST_BYTES = 180  # in UTF-8: file systems take 255, and names in the making are longer
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def folder_name(name: str) -> str:
    """A name as every file system takes it for a folder: letters with their combining marks, digits, “-”, “_” and blanks, and none of the
    names that Windows has for devices.
    """
    name = unicodedata.normalize("NFC", name)
    plain = "".join(sign if sign in "-_ " or unicodedata.category(sign)[0] in "LMN" else "\0" for sign in name)
    plain = re.sub("\0+", "_", plain).strip(" _")[:MOST_CHARACTERS]
    plain = plain.encode()[:MOST_BYTES].decode(errors="ignore").rstrip() or "project"
    return f"{plain} project" if plain.lower() in _DEVICES else plain


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
    """Delete a project with all that is in its folder; it cannot be brought back. Of a link to a folder, only the link is deleted.

    UserError when it is open elsewhere, and nothing is deleted then, or when the disk refuses: the project has a hidden name already, so
    that no half of one is opened.
    """
    if folder.is_symlink():
        with disk.explain_errors(msg("The link “{name}”", name=folder.name)):
            folder.unlink()
        return
    with ProjectLock(folder):
        pass  # nobody works on it
    with disk.explain_errors(msg("The project “{name}”", name=folder.name)):
        hidden = folder.rename(folder.with_name(disk.temporary_name(folder.name)))
        disk.remove(hidden)


def copy_project(folder: Path, place: Path, job: Job) -> None:
    """Copy a project with its data, results and runs to a folder that is not there yet; the copy is named after that folder.

    Nobody may write to the project meanwhile. UserError when the copy would lie in the project itself or the disk refuses; Cancelled when
    the job is stopped. In these cases there is no copy.
    """
    if place.resolve().is_relative_to(folder.resolve()):
        raise UserError(msg("“{folder}” lies in the project that is copied.", folder=place), "Choose another folder for the copy.")
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


def remove_unfinished(home: Path) -> None:
    """Remove the folders in a folder of projects that are left of projects whose making was killed: nothing but a lock that nobody holds
    and data, without a project file. What cannot be read or removed stays.
    """
    with contextlib.suppress(OSError):
        for folder in [path for path in home.iterdir() if path.is_dir() and not path.is_symlink()]:
            with contextlib.suppress(OSError, UserError):  # a project is being made in it
                if is_unfinished(folder):
                    with ProjectLock(folder):
                        left = is_unfinished(folder)  # still
                    if left:
                        disk.remove(folder)
