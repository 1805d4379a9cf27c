"""From a data file to a typed table, and what can be said of its columns. The doors of the rooms beside.

Loading, typing, snapshots, targets.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Loader
from mlops_desktop.base.job import Job
from mlops_desktop.engine import disk
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.evidence import Evidence
from mlops_desktop.engine.data.snapshot import storable

if TYPE_CHECKING:
    from pandas import DataFrame


def load_cells(path: Path, loader: Loader | None, job: Job) -> tuple[Loader, DataFrame, list[dict[str, Any]]]:
    """The loader (found from the file when None), the cells, and what it did that a person should know (evidence as JSON).

    UserError in one sentence when the file is absent, forbidden, empty, no table, or of an unknown kind.
    """
    path = Path(path)
    _refuse_unreadable(path)
    said = []
    with disk.told(f"The file “{path.name}”"):
        found, cells = _loaded(path, loader, job) if loader else _fresh(path, job)
    if loader is not None and found is not loader:
        said.append(Evidence("", "file", "The file is written differently from the first one, so it was looked at anew.").to_json())
    if not len(cells.columns):
        raise UserError(f"“{path.name}” holds no column.", "Choose a file with a table in it.")
    if not len(cells):
        raise UserError(f"“{path.name}” holds column names but no row of data.", "Choose a file with at least one row.")
    cells = storable(cells)
    said += [Evidence("", "file", message).to_json() for message in cells.attrs.get("said", ())]
    return found, cells, said


def load_named(path: Path, loader: Loader | None, wanted: Collection[str], job: Job) -> tuple[Loader, DataFrame, list[dict[str, Any]]]:
    """The same for a file of which some column names are known: a first row that looked like data is a header if it holds one of them.

    Only a guess is doubted so, never a way of reading that was given.
    """
    found = load_cells(path, loader, job)
    params = found[0].params()
    if found[0] == loader or not wanted or set(wanted) & set(found[1].columns) or "header" not in params:
        return found
    read: dict[str, Any] = {"header": "first"}
    again = load_cells(path, replace(found[0], **read), job)
    return again if set(wanted) & set(again[1].columns) else found


def _fresh(path: Path, job: Job) -> tuple[Loader, DataFrame]:
    loader = guess_loader(path)
    return loader, loader.load(path, job)


def _loaded(path: Path, loader: Loader, job: Job) -> tuple[Loader, DataFrame]:
    """The cells by a loader that was found for another file.

    By a fresh look when it cannot read this one, or takes its rows for single cells.
    """
    may_look = type(loader).guess is not Loader.guess
    try:
        cells = loader.load(path, job)
    except UserError:
        if not may_look or guess_loader(path) == loader:
            raise
        return _fresh(path, job)
    if may_look and len(cells.columns) == 1:
        other, found = _fresh(path, job)
        if len(found.columns) > 1:
            return other, found
    return loader, cells


def guess_loader(path: Path) -> Loader:
    """The loader for a file, with its parameters found. UserError when no loader knows its kind."""
    registry = choices().loaders
    fitting = [loader for loader in registry.values() if path.name.lower().endswith(loader.suffixes)]
    if not fitting:
        known = ", ".join(sorted({suffix for loader in registry.values() for suffix in loader.suffixes}))
        raise UserError(f"Files such as “{path.name}” cannot be opened.", f"These kinds can: {known}.")
    best = fitting[0]
    if best.missing():
        raise UserError(f"“{path.name}” {best.missing()}.", "Install it, or save the table as CSV.")
    return best().guess(path)


def _refuse_unreadable(path: Path) -> None:
    with disk.told(f"The file “{path.name}”"):
        if path.is_dir():
            raise UserError(f"“{path.name}” is a folder, not a file.", "Choose the data file inside it.")
        if not path.exists():
            raise UserError(f"There is no file “{path}”.", "Check the name and the folder.")
        if not path.is_file():
            raise UserError(f"“{path.name}” is no ordinary file.", "Choose a data file, such as a CSV or Excel file.")
        with path.open("rb") as file:
            if not file.read(1):
                raise UserError(f"“{path.name}” is empty.", "Choose a file with a table in it.")
