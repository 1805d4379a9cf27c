"""Opening a location: the source is found or taken as given, its cells are read, and a source that does not fit is guessed anew."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import Text
from mlops_desktop.base.source import Source, display_name, file_notes, is_address
from mlops_desktop.engine import disk
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.reading import read_source
from mlops_desktop.serving.message import msg

Location = str | os.PathLike[str]  # the path of a file, or an address


def load_cells(location: Location, source: Source | None, job: Job, *, as_given: bool = False) -> tuple[Source, Cells]:
    """The source (guessed from the location when None) and its cells, whose notes say what a person should know.

    A source that was found for another location is guessed anew when it does not fit, unless it is to be taken `as_given`.
    UserError in one sentence when the location is absent, forbidden, empty, no table, or of an unknown kind.
    """
    place = os.fspath(location)
    name = name_of(place)
    if not is_address(place, choices().sources.values()):
        _refuse_unreadable(Path(place))
    with disk.explain_errors(f"The file “{name}”"):
        if source is not None and as_given:
            found, cells = source, read_source(source, place, job)
        else:
            found, cells = _read_given(place, source, job) if source else _read_guessed(place, job)
    if not cells.names:
        raise UserError(msg("“{name}” holds no column.", name=name), "Choose a file with a table in it.")
    if not cells.rows:
        raise UserError(msg("“{name}” holds column names but no row of data.", name=name), "Choose a file with at least one row.")
    if source is not None and found is not source:
        anew = file_notes([msg("The file is written differently from the first one, so it was looked at anew.")])
        cells = replace(cells, notes=anew + cells.notes)
    return found, cells


def load_named(
    location: Location, source: Source | None, wanted: Collection[str], job: Job, *, as_given: bool = False
) -> tuple[Source, Cells]:
    """As `load_cells`, for a table of which some column names are known: where none of them is found, a guess that the first row is data is
    doubted, and which of several rows of names is the right one.

    A header that was given is never doubted.
    """
    found, cells = load_cells(location, source, job, as_given=as_given)
    if found == source or not wanted or set(wanted) & set(cells.names):
        return found, cells
    several = any(note.rule == "names" for note in cells.notes)
    others: list[dict[str, Any]] = [{"header": "first"}, *({"names": which} for which in ("first", "last", "joined") if several)]
    for changes in others:
        if changes.keys() <= found.params().keys():
            again, other = load_cells(location, replace(found, **changes), job)
            if set(wanted) & set(other.names):
                return again, other
    return found, cells


def name_of(location: Location) -> str:
    """How a location is named to a person: a file's name, or an address without user and password."""
    return display_name(os.fspath(location), choices().sources.values())


def guess_source(location: Location) -> Source:
    """The source for a location, with its parameters found. UserError when no source opens this kind."""
    return _source_for(location)().guess(os.fspath(location))


def given_source(location: Location, params: Mapping[str, Any]) -> Source:
    """The source for a location, with some parameters given and the others found.

    UserError when no source opens this kind, or it has no such parameter or value.
    """
    place, kind = os.fspath(location), _source_for(location)
    if not is_address(place, choices().sources.values()):
        _refuse_unreadable(Path(place))
    known = kind.params()
    texts = {name: str(value) for name, value in params.items() if isinstance(known.get(name), Text)}  # a sheet may be called 2024
    with disk.explain_errors(f"The file “{name_of(place)}”"):
        return kind.from_json({"params": {**params, **texts}}).guess(place)


def _source_for(location: Location) -> type[Source]:
    place, registry = os.fspath(location), choices().sources
    fitting = [source for source in registry.values() if source.opens(place)]
    if not fitting:
        known = ", ".join(sorted({suffix for source in registry.values() for suffix in source.suffixes}))
        raise UserError(
            msg("Files such as “{name_of}” cannot be opened.", name_of=name_of(place)), msg("These kinds can: {known}.", known=known)
        )
    best = fitting[0]
    if best.missing():
        raise UserError(
            msg("“{name_of}” {missing}.", name_of=name_of(place), missing=best.missing()), "Install it, or save the table as CSV."
        )
    return best


def _read_guessed(location: str, job: Job) -> tuple[Source, Cells]:
    source = guess_source(location)
    return source, read_source(source, location, job)


def _read_given(location: str, source: Source, job: Job) -> tuple[Source, Cells]:
    """The cells by a source that was found for another location.

    By one that is guessed anew when it cannot read this one, or takes its rows for single cells.
    """
    guesses = type(source).guess is not Source.guess
    try:
        cells = read_source(source, location, job)
    except UserError:
        if not guesses or guess_source(location) == source:
            raise
        return _read_guessed(location, job)
    if guesses and len(cells.names) == 1:
        other, found = _read_guessed(location, job)
        if len(found.names) > 1:
            return other, found
    return source, cells


def _refuse_unreadable(path: Path) -> None:
    with disk.explain_errors(f"The file “{path.name}”"):
        if path.is_dir():
            raise UserError(msg("“{path}” is a folder, not a file.", path=path.name), "Choose the data file inside it.")
        if not path.exists():
            raise UserError(msg("There is no file “{path}”.", path=path), "Check the name and the folder.")
        if not path.is_file():
            raise UserError(msg("“{path}” is no ordinary file.", path=path.name), "Choose a data file, such as a CSV or Excel file.")
        with path.open("rb") as file:
            if not file.read(1):
                raise UserError(msg("“{path}” is empty.", path=path.name), "Choose a file with a table in it.")
