"""The columns of a sheet as Arrow arrays, by the letters that spreadsheet programs give them."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.mixed_cells import canonical_texts
from mlops_desktop.catalog.sources._number_formats import NumberFormat, worth_showing
from mlops_desktop.catalog.sources._sheet import Sheet
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.plural import plural_msg, quoted_columns

_ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!")
)
_DAY_TEXT = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-](?:[0-9]{2}|[0-9]{4})(?: .*)?")
_PLAIN, _PERCENT = NumberFormat(), NumberFormat(percent=True)
_NUMBERS = (int, float)


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
        raise UserError(msg("“{letter}” is not a column of a sheet.", letter=letter), "Columns have letters, such as B or AA.")
    at = 0
    for char in wanted:
        at = at * 26 + ord(char) - ord("A") + 1
    gone = max(at - 1 - sheet.left, 0)
    width = len(sheet.rows[0]) if sheet.rows else 0
    if gone and gone >= width:
        last = column_letter(sheet.left + width - 1)
        message = msg("The sheet “{title}” ends before column {letter}.", title=sheet.title, letter=wanted)
        raise UserError(message, msg("Its last is {last}.", last=last))
    return sheet.take(range(len(sheet.rows)), range(gone, width))


def sheet_columns(sheet: Sheet, names: Sequence[str], kept: Sequence[int], filled: Mapping[int, Sequence[int]]) -> list[SheetColumn]:
    """The columns of the rows that are kept. `filled` are the rows, by column, that hold the value of a cell merged with theirs."""
    chosen = sheet.rows[kept.start : kept.stop] if isinstance(kept, range) else [sheet.rows[at] for at in kept]
    columns = zip(*chosen, strict=True) if chosen else [()] * sheet.width
    found = []
    for at, (name, cells) in enumerate(zip(names, columns, strict=True)):
        column = _column(sheet, at, name, kept, cells)
        if at in filled and (rows := sorted(np.flatnonzero(np.isin(np.asarray(kept), filled[at])).tolist())):
            column.notes.append(_merged_note(name, rows))
        found.append(column)
    return found


def hidden_note(sheet: Sheet, columns: Sequence[SheetColumn], kept: Sequence[int]) -> Evidence | None:
    """That rows or columns which were read are hidden in the sheet; None when none is."""
    rows = [i + 1 for i, at in enumerate(kept) if at in sheet.hidden_rows] if sheet.hidden_rows else []
    names = [columns[j].name or column_letter(sheet.left + j) for j in sorted(sheet.hidden_columns) if columns[j].filled]
    parts = []
    if names:
        parts.append(
            plural_msg(
                len(names),
                "1 column is hidden in the sheet and was read like the others: {names}.",
                "{n} columns are hidden in the sheet and were read like the others: {names}.",
                names=quoted_columns(names, 5),
            )
        )
    if rows:
        parts.append(
            plural_msg(
                len(rows),
                "1 row is hidden in the sheet and was read like the others.",
                "{n} rows are hidden in the sheet, such as by a filter, and were read like the others.",
            )
        )
    return Evidence("", "hidden", joined(parts, " "), tuple(rows[:10]), "hidden", ("leave_out",)) if parts else None


def _merged_note(name: str, rows: Sequence[int]) -> Evidence:
    message = plural_msg(
        len(rows),
        "1 cell is merged with one above or beside it and got its value.",
        "{n} cells are merged with ones above or beside them and got their values.",
    )
    return Evidence(name, "merged", message, tuple(row + 1 for row in rows[:10]))


def _column(sheet: Sheet, at: int, name: str, rows: Sequence[int], cells: Sequence[Any]) -> SheetColumn:
    """One column with the cells of some rows: errors count as missing, cells of several types become texts."""
    kinds_there = set(map(type, cells))
    texts = {cell for cell in set(cells) if type(cell) is str and "#" in cell and cell.strip() in _ERRORS} if str in kinds_there else set()
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
    if {str, datetime.datetime} <= kinds_there and (exchanged := _exchanged_dates(name, cells)):
        notes.append(exchanged)
    formatted = _formatted(sheet, at, rows, cells)
    array, mixed = _array(formatted, kinds_there if formatted is cells and not errors else set(map(type, formatted)))
    return SheetColumn(name, array, any(cell is not None for cell in cells), len(empty), mixed, notes)


def _exchanged_dates(name: str, cells: Sequence[Any]) -> Evidence | None:
    """That a program took 03/04 for a date in its own order and left 13/04 as a text, where the days and texts look so; else None."""
    days = [i for i, cell in enumerate(cells) if isinstance(cell, datetime.datetime)]
    texts = [found for cell in cells if isinstance(cell, str) and (found := _DAY_TEXT.fullmatch(cell.strip()))]
    if len(days) < 2 or not texts or any(cells[i].day > 12 for i in days):
        return None
    firsts, seconds = ([int(found[place]) for found in texts] for place in (1, 2))
    if not (min(firsts) > 12 >= max(seconds) or min(seconds) > 12 >= max(firsts)):
        return None
    message = plural_msg(
        len(days),
        "1 cell is a date of the first twelve days of a month, and days after the twelfth are texts such as “{text}”: day and month of the "
        "date may have been exchanged by the program that opened the file.",
        "{n} cells are dates of the first twelve days of a month, and days after the twelfth are texts such as “{text}”: day and month of "
        "the dates may have been exchanged by the program that opened the file.",
        text=texts[0][0],
    )
    return Evidence(name, "exchanged", message, tuple(i + 1 for i in days[:10]))


def _formatted(sheet: Sheet, at: int, rows: Sequence[int], cells: Sequence[Any]) -> Sequence[Any]:
    """The cells of a column, the numbers as texts where their formats say what these mean: a currency, a unit, per cent, leading zeros."""
    if sheet.styles is None or not rows:
        return cells
    of_cells = sheet.styles[rows.start : rows.stop, at] if isinstance(rows, range) else sheet.styles[rows, at]
    if not worth_showing(sheet.formats, set(np.unique(of_cells).tolist())):
        return cells
    styles = of_cells.tolist()
    used = {style for style, cell in zip(styles, cells, strict=True) if type(cell) in _NUMBERS}
    if not worth_showing(sheet.formats, used):
        return cells
    formats = {style: sheet.formats.get(style, _PLAIN) for style in used}
    pairs, finite = list(zip(cells, styles, strict=True)), math.isfinite
    if not any(form.percent for form in formats.values()):
        return [formats[style].text(cell) or cell if type(cell) in _NUMBERS and finite(cell) else cell for cell, style in pairs]
    numbers = [(cell, formats[style]) if type(cell) in _NUMBERS and finite(cell) else (cell, None) for cell, style in pairs]
    highest = max((abs(number) for number, form in numbers if form is not None and form.percent), default=-1.0)

    def shown(number: float, form: NumberFormat) -> Any:
        return (_PERCENT if form is _PLAIN and abs(number) <= highest else form).text(number) or number  # 0.05 beside 12 % is 5 %

    return [cell if form is None else shown(cell, form) for cell, form in numbers]


def _array(column: Sequence[Any], kinds: set[type]) -> tuple[Any, tuple[str, ...]]:
    """The column as an Arrow array; when its cells are of several types, as texts, with those that stand for values of several types."""
    import pyarrow as pa

    kinds = kinds - {type(None)}
    if len(kinds) < 2 or kinds <= {int, float}:
        try:
            array = pa.array(column)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):  # such as an integer of more than 64 bits
            pass
        else:
            return (array.cast(pa.string()) if pa.types.is_null(array.type) else array), ()
    texts, ambiguous = canonical_texts(column)
    return pa.array(texts, pa.string()), ambiguous
