"""Excel workbooks (.xlsx), one sheet of them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_desktop.base.cells import generated_names, is_header, name_columns, to_frame
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Loader
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, number, text
from mlops_desktop.serving.names import unique_names

if TYPE_CHECKING:
    from pandas import DataFrame

_MOST_BYTES = 2**31  # unpacked; a workbook of Excel's full size has less


@dataclass(frozen=True, kw_only=True)
class Excel(Loader):
    """A sheet of a workbook, with the types of its cells; formulas count as the values that were last saved."""

    id = "excel"
    label = "Excel workbook"
    help = "Reads one sheet of an .xlsx file."
    suffixes = (".xlsx", ".xlsm")

    sheet: str = text("", "Sheet", help="The name of the sheet; empty: the first one that holds a table.")
    header: str = choice(
        "auto",
        {"auto": "found from the sheet", "first": "the first row", "none": "no row"},
        "Column names",
        help="Whether the first row names the columns.",
    )
    skip: int = number(0, 0, 10_000, "Rows to leave out", help="Rows above the table, such as a title.", whole=True)

    def load(self, path: Path, job: Job) -> DataFrame:
        import pyarrow as pa

        job.step(0.0, f"Reading {path.name}")
        rows, said = self._rows(path, job)
        rows = rows[self.skip :]
        while rows and not any(cell is not None for cell in rows[0]):
            rows = rows[1:]
        while len(rows) > 1 and sum(c is not None for c in rows[0]) == 1 and sum(c is not None for c in rows[1]) > 2:
            said.append("A row with a single cell above the table was left out.")
            rows = rows[1:]
        if not rows:
            raise UserError(f"“{path.name}” holds no table.", "Choose another sheet or file.")
        shown = [["" if cell is None else str(cell) for cell in row] for row in rows[:101]]
        header = self.header == "first" or (self.header == "auto" and is_header(shown[0], shown[1:]))
        body = rows[1:] if header else rows
        columns = [list(column) for column in zip(*body, strict=True)] or [[] for _ in rows[0]]
        arrays = [_array(column) for column in columns]
        # Columns of several types cannot stand in an Arrow table: marks take their place until names and rows are settled.
        marks = [pa.array([None if cell is None else "x" for cell in column], pa.string()) for column in columns]
        settled = [mark if array is None else array for array, mark in zip(arrays, marks, strict=True)]
        table = pa.Table.from_arrays(settled, names=generated_names(len(columns)))
        given = [str("" if cell is None else cell) for cell in rows[0]] if header else None
        mixed = dict(zip(unique_names(given or [""] * len(columns))[0], zip(columns, arrays, strict=True), strict=True))
        table, named = name_columns(table, given)
        frame = to_frame(table, [*said, *named])
        attrs = frame.attrs
        for name in frame.columns:
            column, array = mixed[name]
            if array is None:
                frame[name] = _objects(column[: len(frame)])
        frame.attrs = attrs
        return frame

    def _rows(self, path: Path, job: Job) -> tuple[list[Sequence[Any]], list[str]]:
        """Every row of the sheet, equally long, and what a person should know."""
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException

        damaged = UserError(
            f"“{path.name}” is no Excel workbook, is locked with a password, or is damaged.", "Open and save it in Excel again."
        )
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
                    raise UserError(f"“{path.name}” unpacks to more than a workbook can hold.", "Save the table as CSV.")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError) as error:
            raise damaged from error
        try:
            names = [sheet.title for sheet in book.worksheets]
            if self.sheet and self.sheet not in names:
                raise UserError(f"“{path.name}” has no sheet “{self.sheet}”.", "It has: " + ", ".join(f"“{n}”" for n in names) + ".")
            if self.sheet:
                return _read(book[self.sheet], job), []
            title, rows = _first_table((sheet.title, _read(sheet, job)) for sheet in book.worksheets)
        finally:
            book.close()
        if not rows:
            raise UserError(f"“{path.name}” is empty.", "Choose a workbook with a table in it.")
        others = [f"“{name}”" for name in names if name != title]
        return rows, [f"The sheet “{title}” was read; there are also {', '.join(others[:5])}."] if others else []


def _first_table(sheets: Iterable[tuple[str, list[Sequence[Any]]]]) -> tuple[str, list[Sequence[Any]]]:
    """Title and rows of the first sheet with two rows and two columns at least; of the first that holds anything when none has."""
    found: tuple[str, list[Sequence[Any]]] = ("", [])
    for title, rows in sheets:
        if len(rows) > 1 and len(rows[0]) > 1:
            return title, rows
        if rows and not found[1]:
            found = title, rows
    return found


def _read(sheet: Any, job: Job) -> list[Sequence[Any]]:
    rows: list[tuple[Any, ...]] = []
    sheet.reset_dimensions()  # what a file says of its size is often wrong
    for i, row in enumerate(sheet.iter_rows(values_only=True)):
        cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        rows.append(tuple(cells))
        if i % 5000 == 0:
            job.step(min(0.1 + i / 500_000, 0.8))
    while rows and not rows[-1]:
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    return [(*row, *[None] * (width - len(row))) for row in rows]


def _array(column: list[Any]) -> Any | None:
    """The column as an Arrow array when its cells are of one type, else None."""
    import pyarrow as pa

    kinds = {type(cell) for cell in column if cell is not None}
    if len(kinds) > 1 and not kinds <= {int, float}:
        return None
    try:
        array = pa.array(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return None
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array


def _objects(column: list[Any]) -> Any:
    import pandas as pd

    return pd.Series(column, dtype=object)
