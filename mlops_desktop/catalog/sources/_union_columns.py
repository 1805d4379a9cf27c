"""Tables one below the other: columns are matched by their names, and where the tables differ it is noted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.source import PartTable, file_notes
from mlops_desktop.catalog.sources._column_builder import append_arrays
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns

_SHOWN = 5


def append_tables(tables: Sequence[PartTable]) -> tuple[Any, dict[int, tuple[str, ...]], tuple[Evidence, ...]]:
    """The tables as one pyarrow.Table, the ambiguous texts of its mixed columns by position, and notes on how the tables differ.

    Columns stand in the order in which they first come; what a table lacks is missing in its rows.
    """
    import pyarrow as pa

    names = list(dict.fromkeys(name for one in tables for name in one.table.column_names))
    arrays, mixed, notes = [], {}, list(_differences(tables, names))
    for at, name in enumerate(names):
        here = [one.table.column(name) if name in one.table.column_names else pa.nulls(one.table.num_rows) for one in tables]
        array, ambiguous = append_arrays(here)
        arrays.append(array)
        found = {*ambiguous, *(text for one in tables for text in one.mixed.get(name, ()))}
        if found:
            mixed[at] = tuple(sorted(found))
        kinds = {one.type for one in here if not pa.types.is_null(one.type)}
        if len(kinds) > 1 and pa.types.is_string(array.type) and not all(map(pa.types.is_string, kinds)):
            notes.append(Evidence(name, "file", "The column has another type in some of the tables, so it was read as texts."))
    return pa.Table.from_arrays(arrays, names=names), mixed, tuple(notes)


def _differences(tables: Sequence[PartTable], names: Sequence[str]) -> list[Evidence]:
    """What was noted of each table, once where all have it, and which columns a table lacks."""
    notes: dict[Evidence, list[str]] = {}
    for one in tables:
        for note in one.notes:
            notes.setdefault(note, []).append(one.name)
    found = [
        note
        if len(of) == len(tables)
        else Evidence(
            note.column, note.rule, msg("“{of}”{more}: {message}", of=of[0], more=_more(len(of)), message=note.message), note.rows
        )
        for note, of in notes.items()
    ]
    lacking: dict[tuple[str, ...], list[str]] = {}
    for one in tables:
        absent = tuple(name for name in names if name not in one.table.column_names)
        if absent:
            lacking.setdefault(absent, []).append(one.name)
    for absent, of in lacking.items():
        shown = quoted_columns(absent, _SHOWN)
        lacks = msg("“{of}”{more} has no column {columns}; there it is missing.", of=of[0], more=_more(len(of)), columns=shown)
        found += file_notes([lacks])
    return found


def _more(count: int) -> str:
    return msg(" and {n} more", n=count - 1) if count > 1 else ""
