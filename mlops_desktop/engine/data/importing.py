"""Imports a table: its cells become a snapshot of the project, as they came, under the digest of their values."""

from __future__ import annotations

import contextlib
import filecmp
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job, Part, Silent
from mlops_desktop.base.source import Source, without_password
from mlops_desktop.engine import disk
from mlops_desktop.engine.data.adding import added_cells, refuse_other_kinds, refuse_other_values
from mlops_desktop.engine.data.alike_cells import AlikeCells, written_alike
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.column_summary import describe_columns
from mlops_desktop.engine.data.few_rows import refuse_few_lines, refuse_few_rows
from mlops_desktop.engine.data.layout_changes import LAYOUT, layout_changes
from mlops_desktop.engine.data.loading import load_anew, load_named, source_for, with_known_names
from mlops_desktop.engine.data.location import Location, is_source_address, name_of, place_of
from mlops_desktop.engine.data.results import Imported, ImportedColumn
from mlops_desktop.engine.data.snapshot import DATA_FOLDER, cells_digest, put_in_place, read_cells, snapshot_path, write_temporary
from mlops_desktop.engine.data.targets import guess_targets
from mlops_desktop.engine.data.typed_table import TypedCells, decided_cells
from mlops_desktop.engine.project import ColumnNote, Project, set_note
from mlops_desktop.serving.message import decode_message, encode_messages, msg
from mlops_desktop.serving.names import clean_name
from mlops_desktop.serving.plural import first_few, quoted_columns

SOURCE_FILE = "source.json"


def import_cells(
    folder: Path,
    location: Location,
    project: Project,
    job: Job,
    *,
    as_given: bool = False,
    chosen: Collection[str] = (),
    add: bool = False,
    keep: Callable[[Project, TypedCells], None] | None = None,
) -> Imported:
    """Read a file or an address (with the project's source if that opens this kind, unchanged when `as_given`) and keep its cells.

    `keep` is called with the project as it was imported and its typed cells. `chosen` are the parameters of the source that a person chose:
    the notes then leave no doubt about them. With `add` its rows are added to the data of the project, in the notation of these
    (`written_alike`); else they replace it.
    UserError when it cannot be read or does not fit (`_refuse_unfit`); with `add` also when its notation or its units do not fit, or a
    column would be read otherwise (`refuse_other_kinds`, `refuse_other_values`). Nothing is lost then.
    """
    place, name = place_of(location), name_of(location)
    job.step(0.0, msg("Reading {name}", name=name))
    project = replace(project, target=clean_name(project.target))  # as it is in the table, whatever blanks the file has in it
    source, cells = _load(folder, place, project, as_given, Part(job, 0.0, 0.5), anew=add)
    cells = replace(cells, notes=tuple(_settled(note) if note.parameter in chosen else note for note in cells.notes))
    _refuse_unfit(name, project, cells, alone=not add)
    added = _Added.below(folder, project, cells, name) if add else None
    cells = cells if added is None else added.cells
    project = _with_units(project, cells)
    kept = _kept_place(place, source)
    changes = () if add else _changes(folder, project, cells, given=kept if as_given else None)
    with _temporary_snapshot(cells, folder, changes, older := _older_digest(folder, project.data)) as snapshot:
        typed = decided_cells(cells, project.columns, Part(job, 0.5, 0.8))
        if added is not None:
            added.refuse_changes(typed, name)
        job.step(0.8, "Keeping a copy in the project")
        file = name_of(kept)
        if added is not None:
            kept, file, source = "", f"{project.file} + {file}", project.source or source  # no file holds these rows
        project = replace(project, data=snapshot.digest(), file=file, source=source)
        if keep is not None:
            keep(project, typed)
        snapshot.finish()
    _remember(folder, _place_in(folder, kept), project, [note.message for note in (*cells.notes, *changes)], older)
    return Imported(
        project=project,
        rows=typed.rows,
        columns=tuple(ImportedColumn(column.name, column.type) for column in typed.schema.columns),
        evidence=(*cells.notes, *changes, *typed.evidence),
        targets=tuple((column, reason) for column, reason in guess_targets(typed)),
    )


@dataclass(frozen=True)
class _Added:
    """The `cells` of a project with those of another file below them, and how each of the two is read on its own."""

    cells: Cells
    _former: TypedCells
    _new: AlikeCells

    @classmethod
    def below(cls, folder: Path, project: Project, cells: Cells, name: str) -> _Added:
        """UserError as `written_alike`."""
        former = read_cells(snapshot_path(folder, project.data))
        typed = decided_cells(former, project.columns, Silent())
        table = typed.table()
        new = written_alike(cells, former, describe_columns(table, table.frame, project.columns))
        return cls(added_cells(former, new.cells, (project.file, name)), typed, new)

    def refuse_changes(self, typed: TypedCells, name: str) -> None:
        """UserError as `refuse_other_kinds` and `refuse_other_values`; `typed` are all of the cells."""
        refuse_other_kinds(self._former.schema, typed.schema, name)
        refuse_other_values(self._former, self._new, typed, name)


def _load(folder: Path, place: str, project: Project, as_given: bool, job: Job, *, anew: bool) -> tuple[Source, Cells]:
    """The cells of a place, under the names that the project knows its columns by; `anew`: whatever the settings of its own file are."""
    if not (anew or as_given or is_source_address(place)):
        refuse_few_lines(place, name_of(place))
    known = source_for(place, project.source)
    if anew and not as_given:
        return load_anew(place, known, _names_before(folder, project), job)
    source, cells = load_named(place, known, {project.target} - {""}, job, as_given=as_given)
    if before := _names_before(folder, project):  # new data under decisions that name columns
        cells = with_known_names(cells, before)
        if not as_given and project.target not in ("", *cells.names):  # it is written otherwise than the project's source reads it
            source, cells = load_anew(place, known, before, Part(job, 0.8, 1.0))
    return source, cells


def _kept_place(place: str, source: Source) -> str:
    """The path or the address to remember: its parameters are those of the source, where they can be changed; no password is kept."""
    return without_password(source.located(place)[1]) if is_source_address(place) else str(Path(place).resolve())


def _place_in(folder: Path, kept: str) -> str:
    """A file that lies in the folder of the project is remembered by its path there: it comes along when the folder moves or is copied."""
    root = folder.resolve()
    return Path(kept).relative_to(root).as_posix() if Path(kept).is_relative_to(root) else kept


@dataclass(frozen=True)
class _Snapshot:
    """The snapshot of some cells in the making: its place, and the temporary file that is written."""

    _place: Future[Path]
    _written: Future[Path]

    def digest(self) -> str:
        """The digest of the cells. UserError as `snapshot_path`."""
        return self._place.result().stem

    def finish(self) -> None:
        """Put the file in its place, unless the same one is there, undamaged. UserError when the disk is full or refuses."""
        path, temporary = self._place.result(), self._written.result()
        if not _is_same(path, temporary):
            put_in_place(temporary, path)


def _is_same(path: Path, temporary: Path) -> bool:
    """Whether the snapshot is there with the bytes that were written again: a damaged one is replaced, as its error promises."""
    try:
        return filecmp.cmp(path, temporary, shallow=False)
    except OSError:  # it is gone, or cannot be read
        return False


@contextlib.contextmanager
def _temporary_snapshot(cells: Cells, folder: Path, changes: Sequence[Evidence], older: str) -> Iterator[_Snapshot]:
    """The snapshot of cells with further notes on them, written in one thread while its digest is found in another; `older` as for
    `cells_digest`.

    Nothing stays of one that is not finished. Arrow, the hash and the disk leave Python free meanwhile.
    """
    temporary = folder / DATA_FOLDER / disk.temporary_name("cells.parquet")

    try:
        with ThreadPoolExecutor(2) as pool:
            written = pool.submit(write_temporary, replace(cells, notes=(*cells.notes, *changes)), temporary)
            cells.columns()
            yield _Snapshot(pool.submit(lambda: snapshot_path(folder, cells_digest(cells, older))), written)
    finally:
        temporary.unlink(missing_ok=True)


def _names_before(folder: Path, project: Project) -> set[str]:
    """The columns of the data that the project has, and those that its decisions name; none for its first data."""
    if not project.data:
        return set()
    try:
        names = read_cells(snapshot_path(folder, project.data)).names
    except UserError:  # the copy is gone or damaged, which new data mend
        names = []
    return {*names, *project.columns, project.target} - {""}


def _changes(folder: Path, project: Project, cells: Cells, given: str | None) -> tuple[Evidence, ...]:
    """What differs in the columns from the data that the project has (`layout_changes`); what was noted of these where nothing does.

    Nothing where these were read from the same place as is now read as it was `given`: the other settings are what changes the columns.
    """
    if not project.data or str(last_import(folder)[0]) == given:
        return ()
    try:
        former = read_cells(snapshot_path(folder, project.data))
    except UserError:  # the copy is gone or damaged, which new data mend
        return ()
    before, after = (decided_cells(one, project.columns, Silent()).schema for one in (former, cells))
    return layout_changes(before, after, project.columns) or tuple(note for note in former.notes if note.rule == LAYOUT)


def _settled(note: Evidence) -> Evidence:
    return replace(note, parameter="", values=())


def _with_units(project: Project, cells: Cells) -> Project:
    """The project with the units that the source gives, where a person noted none."""
    for name, unit in cells.units.items():
        if not project.columns.get(name, ColumnNote()).unit:
            project = set_note(project, name, unit=unit)
    return project


def last_import(folder: Path) -> tuple[Path | str | None, list[str]]:
    """Where the project's data was last read from, and what was repaired then, in sentences.

    It is the path of a file, or an address without password; None when it is not known or gone.
    """
    try:
        found = json.loads((folder / DATA_FOLDER / SOURCE_FILE).read_bytes(), object_hook=decode_message)
        place, notes = str(found["file"]), found.get("notes", found.get("said", ()))
        messages = [note if isinstance(note, str) else str(note) for note in notes]
        if is_source_address(place):
            return place, messages
        path = folder / place  # a whole path stays as it is
        return (path if place and path.exists() else None), messages
    except (OSError, ValueError, TypeError, KeyError):
        return None, []  # it is a convenience: without it the person is asked for the file


def refuse_several_files(folder: Path, project: Project) -> None:
    """UserError when the data of a project was put together from several files: no file can be read again in its place."""
    try:
        found = json.loads((folder / DATA_FOLDER / SOURCE_FILE).read_bytes())
        several = found["file"] == "" and found["name"] == project.file
    except (OSError, ValueError, TypeError, KeyError):
        return  # as in `last_import`: the person is asked for the file
    if several:
        raise UserError(
            msg("“{file}” holds rows of several files, which are not read again by other settings.", file=project.file),
            "Bring in one file with all rows in place of the data.",
        )


def _older_digest(folder: Path, data: str) -> str:
    """The digest of a project's data, "" where the last import recorded that it is of today's version."""
    try:
        is_current = json.loads((folder / DATA_FOLDER / SOURCE_FILE).read_bytes())["digest"] == data
    except (OSError, ValueError, TypeError, KeyError):  # older versions recorded none
        return data
    return "" if is_current else data


def _remember(folder: Path, location: str, project: Project, messages: Sequence[str], older: str) -> None:
    """Keep the place of the last import, "" where no file holds its rows, with the name that the project calls it by and the digest of its
    cells, "" where that may be of an `older` version.
    """
    with disk.explain_errors("The project"):
        digest = project.data if project.data != older else ""
        record = encode_messages({"file": location, "name": project.file, "notes": list(messages), "digest": digest})
        disk.write_atomic(folder / DATA_FOLDER / SOURCE_FILE, json.dumps(record).encode())


def _refuse_unfit(name: str, project: Project, cells: Cells, *, alone: bool) -> None:
    """UserError when the target or a column that a decision names as more than a feature is not there; where the cells are `alone` all data
    of the project, also as `refuse_few_rows`.
    """
    wanted = [project.target] if project.target else []
    wanted += [column for column, note in project.columns.items() if note.role in ("group", "time", "weight", "fold")]
    there = set(cells.names)
    lacking = [column for column in wanted if column not in there]
    if lacking:
        shown = quoted_columns(lacking)
        has = first_few(cells.names, 12)
        raise UserError(msg("“{name}” has no column {shown}.", name=name, shown=shown), msg("It has: {has}.", has=has))
    if alone:
        refuse_few_rows(name, len(there), cells.rows)
