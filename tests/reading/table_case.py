"""A small table as a file holds it, with what a person reads there; and the check that it is read so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.table import Table
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.serving.dates import date_text

PLAIN_RULES = {"type", "date_order_known", "two_digit_years"}  # rules of evidence for a reading that nothing speaks against


@dataclass(frozen=True)
class Case:
    """A file, and the table in it.

    `columns` are joined by “ | ”, each with its name, its type, its typed value in the first row (– where missing) and its unit. `notes`
    are the rules of what is noted on the whole table, `doubts` those of what is noted on columns beside their type, each as “column: rule”;
    both are sorted and joined by blanks or “ | ”.
    """

    text: str | bytes
    rows: int
    columns: str
    notes: str = ""
    doubts: str = ""
    ending: str = ".csv"


def written(folder: Path, text: str | bytes, name: str = "x.csv") -> Path:
    """A file with a text in UTF-8, or with bytes as they are."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def typed_text(table: Table, name: str, row: int) -> str:
    """A typed value as text: dates as ISO 8601, booleans as 1 and 0, – where missing."""
    column = table.schema.column(name)
    value = table.values(name)[row : row + 1].tolist()[0]
    if column.type == "date":
        value = date_text(value, column.grammar.date, column.grammar.zone) or None
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


def columns_text(table: Table, row: int = 0) -> str:
    """The columns of a table as a case states them."""
    columns = table.schema.columns
    return " | ".join(f"{one.name} {one.type} {typed_text(table, one.name, row)} {one.unit}".strip() for one in columns)


def notes_text(cells: Cells) -> str:
    """What is noted on the whole table, as a case states it."""
    return " ".join(sorted({note.rule for note in cells.notes}))


def doubts_text(table: Table) -> str:
    """What is reported of the columns, as a case states it."""
    return " | ".join(sorted({f"{one.column}: {one.rule}" for one in table.evidence if one.rule not in PLAIN_RULES}))


def check_file(path: Path, case: Case) -> None:
    """AssertionError unless the table in a file is read as the case says, by a source that is found and by the one that was found."""
    source, cells = load_cells(path, None, Silent())
    table = type_cells(cells, {}, Silent())
    assert columns_text(table) == case.columns
    assert (cells.rows, notes_text(cells), doubts_text(table)) == (case.rows, case.notes, case.doubts)
    assert load_cells(path, source, Silent())[1].table.equals(cells.table)


def check_case(case: Case, folder: Path) -> None:
    """`check_file` for the text of the case."""
    check_file(written(folder, case.text, f"x{case.ending}"), case)
