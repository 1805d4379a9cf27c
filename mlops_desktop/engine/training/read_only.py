"""Opens a project in a folder that cannot be written: as a temporary copy, in which results can be made."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlops_desktop.engine import disk
from mlops_desktop.engine.project import read_document
from mlops_desktop.engine.training.runs import READ_ONLY_FILE, RUNS_FILE
from mlops_desktop.serving.message import Message, msg


@contextlib.contextmanager
def readable_project(folder: Path) -> Iterator[Path]:
    """The folder of a project, or where it cannot be written a temporary folder with the same project, removed afterwards.

    The temporary one has copies of the decisions and the runs, and links to the data and the stored results. Whatever is made in it is
    lost, so no access to the held-out test set is allowed in it (`Runs.record_test_access`). UserError as for `read_document`.
    """
    read_document(folder)  # a folder that is no project is refused
    if _is_writable(folder):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="mlops_desktop_", ignore_cleanup_errors=True) as made:
        place = Path(made) / folder.resolve().name
        with disk.explain_errors(msg("The project “{name}”", name=folder.name)):
            _copy(folder, place)
        yield place


def read_only_note(folder: Path) -> Message:
    """The note that a person gets when a project is open for reading only."""
    return msg("“{name}” is open for reading only: its folder cannot be written, so nothing new is kept.", name=folder.resolve().name)


def _is_writable(folder: Path) -> bool:
    probe = folder / disk.temporary_name("writable")
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        if disk.is_forbidden(error):
            return False
        raise disk.refusal(error, msg("The project “{name}”", name=folder.name)) from error
    runs = folder / RUNS_FILE
    return not runs.exists() or os.access(runs, os.W_OK)


def _copy(folder: Path, place: Path) -> None:
    place.mkdir()
    for path in folder.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copyfile(path, place / path.name)
    for path in [*folder.glob("data/*"), *folder.glob("store/??/*")]:
        target = place / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        _link(path.resolve(), target)
    (place / READ_ONLY_FILE).touch()


def _link(path: Path, target: Path) -> None:
    """A link, or a copy where links may not be made, as on Windows without the right to it."""
    try:
        target.symlink_to(path, target_is_directory=path.is_dir())
    except OSError:
        if path.is_dir():
            shutil.copytree(path, target)
        else:
            shutil.copyfile(path, target)
