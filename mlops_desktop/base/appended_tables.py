"""Tables one below the other: columns are matched by their names, and where the tables differ it is noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.mixed_cells import canonical_texts
from mlops_desktop.base.source import PartTable, file_notes
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns

_SHOWN = 5
_EXACT = 2**53  # whole numbers up to this size are exact as floats


@dataclass(frozen=True)
class Part:
    """Some rows of a column: an Arrow array of one type, or texts where the cells are of several (`mixed`)."""

    array: Any
    mixed: bool = False


def append_tables(tables: Sequence[PartTable]) -> tuple[Any, dict[int, tuple[str, ...]], tuple[Evidence, ...]]:
    """The tables as one pyarrow.Table, the ambiguous texts of its mixed columns by position, and notes on how the tables differ.

    Columns are in the order in which they first come; what a table lacks is missing in its rows.
    """
    import pyarrow as pa

    names = list(dict.fromkeys(name for one in tables for name in one.table.column_names))
    arrays, mixed, notes = [], {}, list(_differences(tables, names))
    for at, name in enumerate(names):
        here = [one.table.column(name) if name in one.table.column_names else pa.nulls(one.table.num_rows) for one in tables]
        array, ambiguous = _append_arrays(here)
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


def _append_arrays(arrays: Sequence[Any]) -> tuple[Any, tuple[str, ...]]:
    """Arrow arrays (chunked or not, of any types) one below the other, and the texts that then stand for values of several types.

    Arrays of one type keep it, whole numbers and floats become floats, all others their canonical texts.
    """
    import pyarrow as pa

    plain = [array.cast(array.type.value_type) if pa.types.is_dictionary(array.type) else array for array in arrays]
    plain = [array.cast(pa.string()) if pa.types.is_large_string(array.type) else array for array in plain]
    parts = [Part(chunk) for array in plain for chunk in (array.chunks if isinstance(array, pa.ChunkedArray) else [array])]
    return join_parts(parts, {})


def join_parts(parts: Sequence[Part], kinds: dict[str, set[str]]) -> tuple[Any, tuple[str, ...]]:
    """The parts of a column as one Arrow array, and the texts that stand for values of several types.

    `kinds` are the types of each text of the mixed parts, as `canonical_texts` keeps them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    arrays = [part.array for part in parts]
    types = {array.type for array in arrays if not pa.types.is_null(array.type)}
    mixed = any(part.mixed for part in parts)
    if not types:
        return pa.chunked_array([pa.nulls(len(array), pa.string()) for array in arrays], pa.string()), ()
    if not mixed and types == {pa.int64(), pa.float64()} and all(_exact(array) for array in arrays):
        types = {pa.float64()}
    if not mixed and len(types) == 1:
        (kind,) = types
        return pa.chunked_array([array.cast(kind) for array in arrays], kind), ()
    texts = [part.array if part.mixed else _as_texts(part.array, kinds) for part in parts]
    ambiguous = tuple(sorted(text for text, kinds in kinds.items() if len(kinds) > 1))
    return pa.chunked_array([pc.fill_null(one, "") for one in texts], pa.string()), ambiguous


def _as_texts(array: Any, kinds: dict[str, set[str]]) -> Any:
    """An Arrow array as its canonical texts, whose types are added to `kinds`; texts stay as they are there."""
    import pyarrow as pa

    texts, _ = canonical_texts(array.to_pylist(), kinds)
    return array if pa.types.is_string(array.type) else pa.array(texts, pa.string())


def _exact(array: Any) -> bool:
    """Whether whole numbers stay what they are as floats."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_integer(array.type):
        return True
    span = pc.min_max(array).as_py()
    return span["min"] is None or max(abs(span["min"]), abs(span["max"])) <= _EXACT
