"""Opens a location: finds its source or takes the given one, reads its cells, and guesses anew when a source does not fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import Text
from mlops_desktop.base.source import Source, file_notes
from mlops_desktop.engine import disk
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.location import Location, is_source_address, name_of, place_of
from mlops_desktop.engine.data.reading import read_source
from mlops_desktop.engine.data.unread_formats import refuse_known_format
from mlops_desktop.serving.batch_notes import spelling_notes
from mlops_desktop.serving.column_units import split_unit
from mlops_desktop.serving.headings import HEADING
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.names import match_names
from mlops_desktop.serving.text_encoding import text_encoding

_HEAD = 4096  # bytes by which the kind of a file is recognised
_WEB = re.compile(r"(https?|ftp):[/\\]", re.IGNORECASE)  # a Path keeps one of two slashes


def load_cells(location: Location, source: Source | None, job: Job, *, as_given: bool = False) -> tuple[Source, Cells]:
    """The source (guessed from the location when None) and its cells, whose notes say what a person should know.

    A source that was found for another location is guessed anew when it does not fit, unless it is to be taken `as_given`.
    UserError in one sentence when the location is absent, forbidden, empty, no table, or of an unknown kind.
    """
    place, name = place_of(location), name_of(location)
    if not is_source_address(place):
        _refuse_unreadable(Path(place))
    if source is not None:
        _refuse_missing(type(source), name)
        # An address with parameters says all of them, unless it comes with a source that a person just gave.
        alone = not as_given and source.located(place)[1] != place
        source = (type(source)() if alone else source).located(place)[0]
    with disk.explain_errors(msg("The file “{name}”", name=name)):
        if source is not None and as_given:
            found, cells = source, read_source(source, place, job, _open_part)
        else:
            found, cells = _read_given(place, source, job) if source else _read_guessed(place, job)
    if not cells.names:
        raise UserError(msg("“{name}” holds no column.", name=name), "Choose a file with a table in it.")
    if not cells.rows:
        raise UserError(msg("“{name}” holds column names but no row of data.", name=name), "Choose a file with at least one row.")
    if not found.opens(place):
        message = msg("The ending of “{name}” promises another kind of file; it was read as {label}.", name=name, label=found.label)
        cells = replace(cells, notes=(*file_notes([message]), *cells.notes))
    if source is not None and found is not source:
        anew = file_notes([msg("The file is written differently from the first one, so it was examined again.")])
        cells = replace(cells, notes=anew + cells.notes)
    return found, cells


def load_named(
    location: Location, source: Source | None, wanted: Collection[str], job: Job, *, as_given: bool = False
) -> tuple[Source, Cells]:
    """As `load_cells`, for a table of which some column names are known: where less than half of them is found, other sheets or tables of
    the file are tried, a guess that the first row is data is doubted, and which of several rows of names is the right one.

    What was given is never doubted.
    """
    found, cells = load_cells(location, source, job, as_given=as_given)
    if found == source or not wanted or 2 * _named(cells, wanted) >= len(wanted):
        return found, cells
    best = _named(cells, wanted)
    for other, name in found.alternatives(cells.notes):
        try:
            again, table = load_cells(location, other, job, as_given=True)
        except UserError:
            continue  # it is no such table, and what was found first says better what is wrong
        if _named(table, wanted) > best:
            best, found, cells = (
                _named(table, wanted),
                again,
                replace(table, notes=file_notes([_chosen(name)] if name else []) + table.notes),
            )
    return found, cells


def _chosen(table: str) -> str:
    return msg("“{table}” was read, as the columns that are needed are there.", table=table)


def load_anew(
    location: Location, known: Source | None, wanted: Collection[str], job: Job, texts: Collection[str] = ()
) -> tuple[Source, Cells]:
    """As `load_named`, for another file of a project: its encoding, its dialect, its sheet and the place of its table are found anew, and
    names that are wanted ones in another spelling are these.

    Only where the names are not found so, the project's source is tried as it is; of a database the same table or query is read. `texts`
    are names and levels beyond ASCII, by which the encoding of a text that is no UTF-8 is found.
    """
    like = source_for(location, known)
    if like is not None and like.schemes:
        found, cells = load_named(location, like, wanted, job)
        return found, with_known_names(cells, wanted)
    found, cells = _with_headings(location, *load_named(location, _source_by_texts(texts, location), wanted, job), wanted, job)
    if like is None or _named(cells, wanted):
        return found, with_known_names(cells, wanted)
    try:
        again, other = load_named(location, like, wanted, job)
    except UserError:
        return found, cells  # what was found anew says better what is wrong
    return (again, with_known_names(other, wanted)) if _named(other, wanted) else (found, cells)


def _with_headings(location: Location, found: Source, cells: Cells, wanted: Collection[str], job: Job) -> tuple[Source, Cells]:
    """The cells with the headings between the rows as a column, where that is wanted."""
    if HEADING not in wanted or HEADING in cells.names or "heads" not in found.params():
        return found, cells
    changes: Any = {"heads": "column"}
    return load_cells(location, replace(found, **changes), job)


def _source_by_texts(texts: Collection[str], location: Location) -> Source | None:
    """The source for a file in the encoding that holds most of some texts; None where it is found without them."""
    place = place_of(location)
    kind = None if is_source_address(place) else best_source(place)
    if not texts or kind is None or "encoding" not in kind.params() or not Path(place).is_file():
        return None
    with disk.explain_errors(msg("The file “{name}”", name=name_of(place))), Path(place).open("rb") as file:
        encoding = text_encoding(file, texts)
    changes: Any = {"encoding": encoding}
    return replace(kind(), **changes).guess(place) if encoding and not encoding.startswith("utf") else None


def _named(cells: Cells, wanted: Collection[str]) -> int:
    """How many of some columns are there, under their names or other spellings of them."""
    return len(set(wanted).intersection(cells.names)) + len(match_names(cells.names, wanted))


def with_known_names(cells: Cells, wanted: Collection[str]) -> Cells:
    """The cells with the wanted names for columns whose names are other spellings of these."""
    spelled = match_names(cells.names, wanted)
    if not spelled:
        return cells
    units = {known: unit for name, known in spelled.items() if (unit := split_unit(name)[1])}
    return replace(
        cells,
        table=cells.table.rename_columns([spelled.get(name, name) for name in cells.names]),
        mixed={spelled.get(name, name): texts for name, texts in cells.mixed.items()},
        units={**units, **{spelled.get(name, name): unit for name, unit in cells.units.items()}},
        repeated=tuple(spelled.get(name, name) for name in cells.repeated),
        notes=(*cells.notes, *(Evidence("", "spelled", message) for message in spelling_notes(spelled))),
    )


def guess_source(location: Location) -> Source:
    """The source for a location, with its parameters found. UserError when no source opens this kind."""
    return blank_source(location).guess(place_of(location))


def blank_source(location: Location) -> Source:
    """The source for a location, with the parameters that are in an address and no others. UserError as `guess_source`."""
    place, kind = place_of(location), _kind_of(location)
    if not is_source_address(place):
        _refuse_unreadable(Path(place))
    return kind().located(place)[0]


def given_source(location: Location, params: Mapping[str, object]) -> Source:
    """The source for a location, with some parameters given and the others left to be found (`complete_source`).

    UserError when no source opens this kind, or it has no such parameter or value.
    """
    place, kind = place_of(location), _kind_of(location)
    if not is_source_address(place):
        _refuse_unreadable(Path(place))
    known = kind.params()
    texts = {name: str(value) for name, value in params.items() if isinstance(known.get(name), Text)}  # a sheet may be called 2024
    return kind.from_json({"params": {**params, **texts}}).located(place)[0]


def complete_source(location: Location, source: Source) -> Source:
    """A source of a file with the parameters that were left to it found from the file; that of an address as it is."""
    place = place_of(location)
    if is_source_address(place) or type(source) is not best_source(place):
        return source
    _refuse_unreadable(Path(place))
    with disk.explain_errors(msg("The file “{name}”", name=name_of(place))):
        return source.guess(place)


def _kind_of(location: Location) -> type[Source]:
    """The kind of source that opens a location. UserError when there is none, or its packages are not installed."""
    place = place_of(location)
    best = best_source(place)
    if best is None:
        _refuse_web_address(place)
        refuse_known_format(name_of(place))
        suffixes = {suffix for source in choices().sources.values() for suffix in source.suffixes if suffix.count(".") == 1}
        raise UserError(
            msg("Files such as “{name_of}” cannot be opened.", name_of=name_of(place)),
            msg("These kinds can: {known}.", known=", ".join(sorted(suffixes))),
        )
    _refuse_missing(best, name_of(place))
    return best


def _refuse_missing(source: type[Source], name: str) -> None:
    if source.missing():
        raise UserError(msg("“{name_of}” {missing}.", name_of=name, missing=source.missing()), "Install it, or save the table as CSV.")


def source_for(location: Location, known: Source | None) -> Source | None:
    """The source that is known for data of this project when it opens a location of this kind; None when another one does."""
    return known if known is not None and type(known) is best_source(place_of(location)) else None


def best_source(location: str) -> type[Source] | None:
    """The source that opens a location; of several the one whose ending says more of it. None when no source opens it.

    A file that does not begin as its ending promises is opened by the source that recognises its first bytes, where one does.
    """
    best = max(choices().sources.values(), key=lambda source: source.matching(location))
    if not best.opens(location):
        return None
    head = _head(location) if best.signatures else b""
    if not head or head.startswith(best.signatures):
        return best
    return next((source for source in choices().sources.values() if source.recognises(head)), best)


def _head(location: str) -> bytes:
    """The first bytes of a file; none where it cannot be read, which is an error when it is opened."""
    try:
        with Path(location).open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""


def _read_guessed(location: str, job: Job) -> tuple[Source, Cells]:
    source = guess_source(location)
    return source, read_source(source, location, job, _open_part)


def _open_part(location: str, job: Job) -> tuple[str, Cells]:
    """One of the tables of a combined source, and its name."""
    return name_of(location), load_cells(location, None, job)[1]


def _read_given(location: str, source: Source, job: Job) -> tuple[Source, Cells]:
    """The cells by a source that was found for another location.

    By one that is guessed anew when this one disproves it, when it cannot read it, or takes its rows for single cells.
    """
    guesses = type(source).guess is not Source.guess
    if not source.fits(location):
        return _read_guessed(location, job)
    try:
        cells = read_source(source, location, job, _open_part)
    except UserError:
        if not guesses or guess_source(location) == source:
            raise
        return _read_guessed(location, job)
    if guesses and len(cells.names) == 1:
        other, found = _read_guessed(location, job)
        if len(found.names) > 1:
            return other, found
    return source, cells


def _refuse_web_address(place: str) -> None:
    if _WEB.match(place):
        raise UserError("Addresses of the web are not read.", "Download the file first, then give its path.")


def _refuse_unreadable(path: Path) -> None:
    with disk.explain_errors(msg("The file “{name}”", name=path.name)):
        if not path.exists():
            _refuse_web_address(str(path))
            raise UserError(msg("There is no file “{path}”.", path=path), "Check the name and the folder.")
        if not path.is_file():
            raise UserError(msg("“{path}” is not an ordinary file.", path=path.name), "Choose a data file, such as a CSV or Excel file.")
        with path.open("rb") as file:
            if not file.read(1):
                raise UserError(msg("“{path}” is empty.", path=path.name), "Choose a file with a table in it.")
