"""The paths of the files that are not code: samples, fonts, styles, licences, and the sources of `serving` that are exported."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def resource_folder() -> Path:
    """The folder `resources`: beside the package in a checkout, inside it in a wheel, beside the program when frozen."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen) / "resources"
    package = Path(__file__).resolve().parent.parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def licence_file(name: str) -> Path:
    """LICENSE or NOTICE of the application: in its resources when installed or frozen, beside them in a checkout."""
    inside = resource_folder() / name
    return inside if inside.is_file() else resource_folder().parent / name


def serving_files() -> Path:
    """The folder with the source files of `serving`, which exporters copy. A frozen program has no sources: there they are data."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) / "serving_files" if frozen else Path(__file__).resolve().parent.parent / "serving"
