"""Finds the tables of a sheet, under one another and side by side, and takes one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.catalog.sources._sheet import Sheet
from mlops_desktop.catalog.sources._sheet_columns import column_letter
from mlops_desktop.catalog.sources._stacked import chosen_number, tables_note
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import first_few
from mlops_desktop.serving.stacked_tables import column_blocks, row_blocks
from mlops_desktop.serving.table_finder import is_blank


@dataclass(frozen=True)
class _Block:
    """The rows and columns of a table, the last ones excluded."""

    top: int
    bottom: int
    left: int
    right: int


def one_table(path: Path, sheet: Sheet, wanted: str) -> tuple[Sheet, int, list[Evidence]]:
    """The sheet with the rows and columns of the wanted table alone (its number as a text, "" for the first), how many rows of others hold
    something, and a note when there are several.

    UserError when the wanted table is not there.
    """
    stacked = row_blocks(sheet.rows)
    blocks, doubtful = [], False
    for top, end in stacked:
        bottom = next((i + 1 for i in reversed(range(top, end)) if not is_blank(sheet.rows[i])), end)
        parts = column_blocks(sheet.rows[top:bottom])
        doubtful |= len(parts.tables) == 1 and parts.may_be_several
        several = wanted.isdecimal() and int(wanted) > 0 and parts.may_be_several and len(stacked) == 1
        chosen = parts.parts if several else parts.tables
        blocks += [_Block(top, bottom, left, right) for left, right in chosen]
    number = chosen_number(path, wanted, len(blocks))
    notes = []
    if len(blocks) == 1 and doubtful and not wanted:
        notes.append(_parted_note(sheet, blocks[0]))
    if len(blocks) == 1:
        return sheet, 0, notes
    block = blocks[number - 1]
    if len(blocks) == len(stacked):
        notes.append(tables_note(number, [one.top + 1 for one in blocks[1:]]))
    else:
        notes.append(_tables_note(sheet, number, blocks))
    others = sum(not is_blank(row) for row in (*sheet.rows[: block.top], *sheet.rows[block.bottom :]))
    rows = sheet.rows[block.top : block.bottom]
    end = max((j + 1 for row in rows for j in range(block.left, block.right) if row[j] is not None), default=block.right)
    end = max([end, *(j + 1 for i, j in sheet.uncalculated if block.top <= i < block.bottom and j < block.right)])
    taken = sheet.take(range(block.top, block.bottom), range(block.left, end))
    full = max((i + 1 for i, row in enumerate(taken.rows) if not is_blank(row)), default=0)
    full = max([full, *(i + 1 for i, _ in taken.uncalculated)])
    return taken.take(range(full), range(taken.width)), others, notes


def _tables_note(sheet: Sheet, number: int, blocks: Sequence[_Block]) -> Evidence:
    """That several tables are in a sheet, some of them side by side, where they begin, and which of them was read."""
    places = first_few((f"{column_letter(sheet.left + one.left)}{one.top + 1}" for one in blocks), 5)
    message = msg(
        "{count} tables stand in the sheet, some of them side by side (at {places}); table {number} was read. The others can be chosen by "
        "their number.",
        count=len(blocks),
        places=places,
        number=number,
    )
    others = tuple(str(one) for one in range(1, len(blocks) + 1) if one != number)
    return Evidence("", "table", message, parameter="table", values=others[:20])


def _parted_note(sheet: Sheet, block: _Block) -> Evidence:
    """That an empty column parts the table, so that it may be two."""
    empty: Any = next(j for j in range(block.left, block.right) if all(row[j] is None for row in sheet.rows[block.top : block.bottom]))
    message = msg(
        "Column {letter} is empty and may separate two tables side by side; they were read as one.",
        letter=column_letter(sheet.left + empty),
    )
    return Evidence("", "table", message, parameter="table", values=("1", "2"))
