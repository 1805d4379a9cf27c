"""Where the files lie that are no code: samples, fonts, styles."""

from __future__ import annotations

import sys
from pathlib import Path


def resource_folder() -> Path:
    """The folder `resources`: beside the package in a checkout, inside it in a wheel, beside the program when frozen."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen) / "resources"
    package = Path(__file__).resolve().parent.parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def serving_files() -> Path:
    """The folder with the source files of `serving`, which exporters copy. A frozen program holds no sources: there they are data."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) / "serving_files" if frozen else Path(__file__).resolve().parent.parent / "serving"
