"""Folders outside the application whose files join its catalogue and its serving code.

`MLOPS_DESKTOP_EXTENSIONS` names them (several with the separator of PATH). A folder mirrors the package: `catalog/tasks/counts.py`,
`catalog/algorithms/….py`, `serving/tasks/counts.py`, `serving/models/….py`. Its files are modules of the application's own packages, so
they are found, named and imported like the application's, and a bundle carries those of `serving/` beside the application's. They are code
that runs with the application's rights.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import msg

VARIABLE = "MLOPS_DESKTOP_EXTENSIONS"
_ROOT = __name__.partition(".")[0]
_PARTS = ("catalog", "serving")


def extension_folders() -> list[Path]:
    """The folders that the environment names. UserError when one is not there."""
    folders = [Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
    for folder in folders:
        if not folder.is_dir():
            raise UserError(
                msg("There is no folder “{folder}” of extensions.", folder=folder),
                msg("Mend the environment variable {variable}, or unset it.", variable=VARIABLE),
            )
    return folders


@cache
def join_extensions() -> None:
    """Extend the search paths of the packages whose folders an extension has; done once in a process, before a registry is made.

    UserError when an extension has a folder that is no package of the application.
    """
    for folder in extension_folders():
        for part in _PARTS:
            for place in sorted(path for path in (folder / part).glob("*") if path.is_dir() and path.name != "__pycache__"):
                try:
                    package = importlib.import_module(f"{_ROOT}.{part}.{place.name}")
                except ModuleNotFoundError as error:
                    raise UserError(
                        msg(
                            "The extension “{folder}” has a folder “{part}/{place}” that has no place here.",
                            folder=folder.name,
                            part=part,
                            place=place.name,
                        )
                    ) from error
                package.__path__.append(str(place))


def extension_serving_files() -> Iterator[tuple[Path, Path]]:
    """The files that extensions add to the code of a service, each with its path below `serving/`."""
    for folder in extension_folders():
        root = folder / "serving"
        for path in sorted(root.rglob("*.py")):
            yield path, path.relative_to(root)
