"""Folders outside the application whose files join its catalogue and its serving code.

`MLOPS_DESKTOP_EXTENSIONS` names them (several with the separator of PATH). A folder mirrors the package: `catalog/tasks/counts.py`,
`catalog/algorithms/….py`, `serving/tasks/counts.py`, `serving/models/….py`. Its files are modules of the application's own packages, so
they are found, named and imported like the application's, and a bundle carries those of `serving/` beside the application's. They are code
that runs with the application's rights.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import msg

VARIABLE = "MLOPS_DESKTOP_EXTENSIONS"
_ROOT = __name__.partition(".")[0]
_PARTS = ("catalog", "serving")
_REMEDY = msg("Fix the extension, or unset the environment variable {variable}.", variable=VARIABLE)


def extension_folders() -> list[Path]:
    """The folders that the environment names. UserError when one is not there."""
    folders = [Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
    for folder in folders:
        if not folder.is_dir():
            raise UserError(
                msg("There is no folder “{folder}” of extensions.", folder=folder),
                msg("Fix the environment variable {variable}, or unset it.", variable=VARIABLE),
            )
    return folders


@cache
def join_extensions() -> None:
    """Extend the search paths of the packages whose folders an extension has; done once in a process, before a registry is made.

    UserError when a file of an extension has no place here, would be hidden by a file of the same name, or cannot be loaded.
    """
    for folder in extension_folders():
        files = _files(folder)
        for place in sorted({folder / file.parts[0] / file.parts[1] for file in files}):
            package = _package(folder, place)
            for file in files:
                if folder / file.parts[0] / file.parts[1] == place:
                    _refuse_hidden(folder, file)
            if str(place) not in package.__path__:
                package.__path__.append(str(place))
    for path, file in extension_serving_files():
        name = _module_name(Path("serving") / file)
        with explain_errors(name):
            module = importlib.import_module(name)
            if file.parts[0] == "tasks" and not hasattr(module, "SPEC"):
                raise ValueError(f"{path.name} has no SPEC")


def extension_serving_files() -> Iterator[tuple[Path, Path]]:
    """The files that extensions add to the code of a service, each with its path below `serving/`."""
    for folder in extension_folders():
        root = folder / "serving"
        for path in sorted(root.rglob("*.py")):
            yield path, path.relative_to(root)


@contextmanager
def explain_errors(module: str) -> Iterator[None]:
    """Turn whatever goes wrong while a module of an extension is loaded into a UserError that names its file and what is wrong."""
    try:
        yield
    except UserError:
        raise
    except (Exception, SystemExit) as error:  # code that ends the program is a fault of its file too
        file = _extension_file(module)
        if file is None:
            raise
        raise UserError(
            msg("The extension file “{file}” cannot be loaded: {reason}.", file=file, reason=_reason(error)), _REMEDY
        ) from error


def _reason(error: Exception | SystemExit) -> str:
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    return str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"


def _files(folder: Path) -> list[Path]:
    """The Python files of an extension, relative to it. UserError when there is none, or when one is not where it would be found."""
    hidden = (".", "__pycache__")
    files = [path.relative_to(folder) for path in sorted(folder.rglob("*.py"))]
    files = [file for file in files if not any(part.startswith(hidden) for part in file.parts)]
    if not files:
        raise UserError(msg("The extension “{folder}” holds no Python file in catalog/ or serving/.", folder=folder), _REMEDY)
    for file in files:
        if file.parts[0] not in _PARTS or len(file.parts) < 3 or (file.parts[0] == "catalog" and len(file.parts) > 3):
            raise UserError(
                msg("The extension “{folder}” has a file “{file}” that has no place here.", folder=folder.name, file=file.as_posix()),
                "Its files are catalog/FAMILY/NAME.py and serving/FAMILY/NAME.py, such as catalog/algorithms/mine.py. " + _REMEDY,
            )
    return files


def _package(folder: Path, place: Path) -> ModuleType:
    """The package of the application that a folder of an extension joins. UserError when there is none."""
    try:
        return importlib.import_module(f"{_ROOT}.{place.parent.name}.{place.name}")
    except ModuleNotFoundError as error:
        raise UserError(
            msg(
                "The extension “{folder}” has a folder “{part}/{place}” that has no place here.",
                folder=folder.name,
                part=place.parent.name,
                place=place.name,
            ),
            _REMEDY,
        ) from error


def _refuse_hidden(folder: Path, file: Path) -> None:
    """UserError when a module of the application, or of another extension, has the name of this file: it would be found in its place."""
    try:
        found = importlib.util.find_spec(_module_name(file))
    except ModuleNotFoundError:  # a folder of its own
        return
    if found is not None and found.origin != str(folder / file):
        raise UserError(
            msg("The extension “{folder}” has a file “{file}”, and there is one already.", folder=folder.name, file=file.as_posix()),
            "Give it another name.",
        )


def _module_name(file: Path) -> str:
    return ".".join((_ROOT, *file.with_suffix("").parts))


def _extension_file(module: str) -> Path | None:
    """The file of a module that belongs to an extension; None for every other module."""
    found = Path(*module.split(".")[1:]).with_suffix(".py")
    return next((folder / found for folder in extension_folders() if (folder / found).is_file()), None)
