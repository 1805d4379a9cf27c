"""The columns of a sheet as Arrow arrays, by the letters that spreadsheet programs give them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.mixed_cells import canonical_texts
from mlops_desktop.catalog.sources._workbook import Sheet
from mlops_desktop.serving.header import generated_names
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg

_ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!")
)


@dataclass(frozen=True)
class SheetColumn:
    """One column as an Arrow array, whether it holds anything, which texts stand for values of several types, and what to know of it."""

    name: str
    array: Any
    filled: bool
    uncalculated: int
    mixed: tuple[str, ...] = ()
    notes: list[Evidence] = field(default_factory=list)


def column_letter(at: int) -> str:
    """The letter of a column, counted from 0: A, B … Z, AA."""
    letters = ""
    while at >= 0:
        letters = chr(ord("A") + at % 26) + letters
        at = at // 26 - 1
    return letters


def from_column(sheet: Sheet, letter: str) -> Sheet:
    """The sheet without the columns before that of a letter ("": all). UserError when it is no letter, or lies behind the last column."""
    wanted = letter.strip().upper()
    if not wanted:
        return sheet
    if not re.fullmatch("[A-Z]{1,3}", wanted):
        raise UserError(msg("“{letter}” is no column of a sheet.", letter=letter), "Columns have letters, such as B or AA.")
    at = 0
    for char in wanted:
        at = at * 26 + ord(char) - ord("A") + 1
    gone = max(at - 1 - sheet.left, 0)
    width = len(sheet.rows[0]) if sheet.rows else 0
    if gone and gone >= width:
        last = column_letter(sheet.left + width - 1)
        message = msg("The sheet “{title}” ends before column {letter}.", title=sheet.title, letter=wanted)
        raise UserError(message, msg("Its last is {last}.", last=last))
    moved = frozenset((i, j - gone) for i, j in sheet.uncalculated if j >= gone)
    return replace(sheet, rows=[row[gone:] for row in sheet.rows], uncalculated=moved, left=sheet.left + gone)


def sheet_columns(sheet: Sheet, names: Sequence[str] | None, first: int, kept: Sequence[int]) -> list[SheetColumn]:
    """The columns of the rows that are kept, counted from `first`; `names` are those that were found."""
    width = len(sheet.rows[0])
    given = generated_names(width) if names is None else [*names, *[""] * (width - len(names))]
    rows = [first + at for at in kept]
    columns = zip(*(sheet.rows[at] for at in rows), strict=True) if rows else [()] * width
    return [_column(sheet, at, name, rows, cells) for at, (name, cells) in enumerate(zip(given, columns, strict=True))]


def _column(sheet: Sheet, at: int, name: str, rows: Sequence[int], cells: Sequence[Any]) -> SheetColumn:
    """One column with the cells of some rows: errors count as missing, cells of several types become texts."""
    texts = {cell for cell in set(cells) if isinstance(cell, str) and cell.strip() in _ERRORS} if str in set(map(type, cells)) else set()
    errors = [i for i, cell in enumerate(cells) if isinstance(cell, str) and cell in texts] if texts else []
    notes = []
    if errors:
        kinds = ", ".join(sorted({cells[i].strip() for i in errors}))
        message = plural_msg(
            len(errors),
            "1 cell holds an error ({kinds}) and counts as missing.",
            "{n} cells hold an error ({kinds}) and count as missing.",
            kinds=kinds,
        )
        notes.append(Evidence(name, "errors", message, tuple(i + 1 for i in errors[:10])))
        cells = [None if isinstance(cell, str) and cell in texts else cell for cell in cells]
    empty = [i for i, row in enumerate(rows) if (row, at) in sheet.uncalculated] if sheet.uncalculated else []
    if empty:
        message = plural_msg(
            len(empty),
            "1 cell holds a formula whose value was never saved; it counts as missing. "
            "Open the file in a spreadsheet program and save it there.",
            "{n} cells hold formulas whose values were never saved; they count as missing. "
            "Open the file in a spreadsheet program and save it there.",
        )
        notes.append(Evidence(name, "formulas", message, tuple(i + 1 for i in empty[:10])))
    array, mixed = _array(cells)
    return SheetColumn(name, array, any(cell is not None for cell in cells), len(empty), mixed, notes)


def _array(column: Sequence[Any]) -> tuple[Any, tuple[str, ...]]:
    """The column as an Arrow array; when its cells are of several types, as texts, with those that stand for values of several types."""
    import pyarrow as pa

    kinds = set(map(type, column)) - {type(None)}
    if len(kinds) < 2 or kinds <= {int, float}:
        try:
            array = pa.array(column)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):  # such as an integer of more than 64 bits
            pass
        else:
            return (array.cast(pa.string()) if pa.types.is_null(array.type) else array), ()
    texts, ambiguous = canonical_texts(column)
    return pa.array(texts, pa.string()), ambiguous
