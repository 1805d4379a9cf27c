"""What every loader does with the cells that it read: names made unique, empty rows and columns left out, a header told from data.

All of it is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlops_desktop.serving.names import clean_name, unique_names

if TYPE_CHECKING:
    from pandas import DataFrame

_NUMBER = re.compile(r"[+\-−]?[$€£]?\s*[0-9][0-9.,'’ ]*(?:[eE][+-]?[0-9]+)?\s*[%€$]?")
_DATE = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}(?:[-/.][0-9]{1,4})?(?:[T ].*)?")
_YEAR = re.compile("(?:1[89]|20)[0-9]{2}")
_FEW = 0.2  # levels for each row, at most, in a column of few levels
_BODY = 100  # rows that are looked at to tell a header from data


def name_columns(table: Any, given: Sequence[Any] | None) -> tuple[Any, list[str]]:
    """An Arrow table with unique names made of the given ones (None: there is no header), without empty columns that had no name.

    Empty rows at the end are left out too. With it comes what was done, in sentences.
    """
    names, doubled = unique_names([""] * table.num_columns if given is None else given)
    unnamed = [name for name, old in zip(names, given or [""] * len(names), strict=True) if not clean_name(old)]
    table, said = without_empty(table.rename_columns(names), frozenset(unnamed))
    left = [name for name in unnamed if name in table.column_names]
    if given is None:
        said.insert(0, "No row names the columns, so they were named column_1, column_2 …")
    elif left:
        said.append(f"Columns without a name were named after their place: {', '.join(left[:5])}{' …' if len(left) > 5 else ''}.")
    if doubled:
        shown = ", ".join(f"“{name}”" for name in doubled[:5])
        said.append(f"Several columns were named {shown}; the later ones got a number behind the name.")
    return table, said


def generated_names(count: int) -> list[str]:
    """Names for a table without a header: column_1, column_2 …"""
    return [f"column_{i}" for i in range(1, count + 1)]


def is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns of the rows below rather than being one of them.

    It is data when most columns of numbers or dates have such a value in the first row too. Without any it is data when, of the columns
    with few levels, more have in the first row one of their levels than a word of its own.
    """
    if not body or not any(cell.strip() for cell in first):
        return bool(not body)
    like_data = like_name = repeats = fresh = 0
    for j, cell in enumerate(first):
        column = [row[j].strip() for row in body[:_BODY] if j < len(row) and row[j].strip()]
        if not column:
            continue
        if sum(_valued(value) for value in column) >= 0.9 * len(column):
            if not cell.strip() or (_YEAR.fullmatch(cell.strip()) and not all(map(_YEAR.fullmatch, column))):
                continue  # a year names a column of other numbers
            like_data, like_name = like_data + _valued(cell.strip()), like_name + (not _valued(cell.strip()))
        elif column.count(cell.strip()) >= max(2, 0.02 * len(column)):
            repeats += 1
        elif cell.strip() and cell.strip() not in column and len(set(column)) <= _FEW * len(column):
            fresh += 1
    if like_data or like_name:
        return like_name >= like_data
    return repeats <= fresh


def _valued(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None or _DATE.fullmatch(text) is not None


def without_empty(table: Any, generated: frozenset[str] = frozenset()) -> tuple[Any, list[str]]:
    """An Arrow table without empty rows at its end and without empty columns that had no name, and what was left out, in sentences."""
    import pyarrow as pa
    import pyarrow.compute as pc

    blank = []
    for column in table.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            blank.append(pc.equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), ""))
        else:
            blank.append(column.is_null())
    said = []
    last = -1
    for flags in blank:
        there = pc.indices_nonzero(pc.invert(flags))
        last = max(last, there[-1].as_py() if len(there) else -1)
    if last + 1 < table.num_rows:
        count = table.num_rows - last - 1
        said.append(f"{count:,} empty row{'s' if count > 1 else ''} at the end {'were' if count > 1 else 'was'} left out.")
        table = table.slice(0, last + 1)
    empty = [name for name, flags in zip(table.column_names, blank, strict=True) if name in generated and pc.all(flags).as_py()]
    if empty and len(empty) < table.num_columns:
        said.append(
            f"{len(empty)} empty column{'s' if len(empty) > 1 else ''} without a name {'were' if len(empty) > 1 else 'was'} left out."
        )
        table = table.drop_columns(empty)
    return table, said


def to_frame(table: Any, said: Sequence[str] = (), decimal: str = "") -> DataFrame:
    """An Arrow table as a DataFrame of Arrow-backed columns, with what was mended and the decimal mark in its `attrs`."""
    import pandas as pd

    frame: DataFrame = table.replace_schema_metadata(None).to_pandas(types_mapper=pd.ArrowDtype)
    frame.attrs = {"said": list(said), "decimal": decimal}
    return frame
