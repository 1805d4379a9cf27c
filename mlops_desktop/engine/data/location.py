"""Where a table is read from: the path of a file or the address of a source, and how it is named to a person."""

from __future__ import annotations

import os
from pathlib import Path

from mlops_desktop.base.source import address_path, display_name, is_address, path_address
from mlops_desktop.engine.choices import choices

Location = str | os.PathLike[str]  # the path of a file, or an address


def name_of(location: Location) -> str:
    """How a location is named to a person: a file's name, or an address without user and password."""
    return display_name(place_of(location), choices().sources.values())


def place_of(location: Location) -> str:
    """A location as sources know it: that of a folder is an address, and the path in an address is a whole one."""
    place = os.fspath(location)
    if is_source_address(place):
        path, mark, query = address_path(place), *place.partition("?")[1:]
        whole = path and not path.startswith("/") and Path(path).exists()
        return f"{path_address(place.partition(':')[0], Path(path).resolve())}{mark}{query}" if whole else place
    of_folders = [source.schemes[0] for source in choices().sources.values() if source.opens_folders]
    return path_address(of_folders[0], Path(place).resolve()) if of_folders and os.path.isdir(place) else place


def is_source_address(location: Location) -> bool:
    """Whether a location is an address of a source rather than the path of a file."""
    return is_address(os.fspath(location), choices().sources.values())
