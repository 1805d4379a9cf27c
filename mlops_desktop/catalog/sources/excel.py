"""Excel workbooks (.xlsx), one sheet of them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.header import generated_names, is_header
from mlops_desktop.base.job import Job
from mlops_desktop.base.mixed_cells import canonical_texts
from mlops_desktop.base.params import choice, number, text
from mlops_desktop.base.source import Batches, ReadReport, Source, file_notes, table_batches
from mlops_desktop.serving.message import msg

_MOST_BYTES = 2**31  # unpacked; a workbook of Excel's full size has less


@dataclass(frozen=True, kw_only=True)
class Excel(Source):
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

    def read(self, location: str, job: Job) -> Batches:
        import pyarrow as pa

        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        rows, messages = self._rows(path, job)
        rows = rows[self.skip :]
        while rows and not any(cell is not None for cell in rows[0]):
            rows = rows[1:]
        while len(rows) > 1 and sum(c is not None for c in rows[0]) == 1 and sum(c is not None for c in rows[1]) > 2:
            messages.append("A row with a single cell above the table was left out.")
            rows = rows[1:]
        if not rows:
            raise UserError(msg("“{path}” holds no table.", path=path.name), "Choose another sheet or file.")
        shown = [["" if cell is None else str(cell) for cell in row] for row in rows[:101]]
        header = self.header == "first" or (self.header == "auto" and is_header(shown[0], shown[1:]))
        body = rows[1:] if header else rows
        columns: list[Sequence[Any]] = list(zip(*body, strict=True)) or [() for _ in rows[0]]
        arrays, mixed = [], {}
        for at, column in enumerate(columns):
            array, ambiguous = _array(column)
            arrays.append(array)
            if ambiguous:
                mixed[at] = ambiguous
        table = pa.Table.from_arrays(arrays, names=shown[0] if header else generated_names(len(columns)))
        yield from table_batches(table)
        return ReadReport(rows_read=table.num_rows, notes=file_notes(messages), has_names=header, mixed=mixed)

    def _rows(self, path: Path, job: Job) -> tuple[list[Sequence[Any]], list[str]]:
        """Every row of the sheet, equally long, and what a person should know."""
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException

        damaged = UserError(
            msg("“{path}” is no Excel workbook, is locked with a password, or is damaged.", path=path.name),
            "Open and save it in Excel again.",
        )
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
                    raise UserError(msg("“{path}” unpacks to more than a workbook can hold.", path=path.name), "Save the table as CSV.")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError) as error:
            raise damaged from error
        try:
            names = [sheet.title for sheet in book.worksheets]
            if self.sheet and self.sheet not in names:
                raise UserError(
                    msg("“{path}” has no sheet “{sheet}”.", path=path.name, sheet=self.sheet),
                    msg("It has: {names}.", names=", ".join(f"“{n}”" for n in names)),
                )
            if self.sheet:
                return _read(book[self.sheet], job), []
            title, rows = _first_table((sheet.title, _read(sheet, job)) for sheet in book.worksheets)
        finally:
            book.close()
        if not rows:
            raise UserError(msg("“{path}” is empty.", path=path.name), "Choose a workbook with a table in it.")
        others = [f"“{name}”" for name in names if name != title]
        if not others:
            return rows, []
        return rows, [msg("The sheet “{title}” was read; there are also {others}.", title=title, others=", ".join(others[:5]))]


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
    sheet.reset_dimensions()  # the dimensions in a file are often wrong
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


def _array(column: Sequence[Any]) -> tuple[Any, tuple[str, ...]]:
    """The column as an Arrow array; when its cells are of several types, as texts, with those that stand for values of several types."""
    import pyarrow as pa

    kinds = {type(cell) for cell in column if cell is not None}
    if len(kinds) < 2 or kinds <= {int, float}:
        try:
            array = pa.array(column)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):  # such as an integer of more than 64 bits
            pass
        else:
            return (array.cast(pa.string()) if pa.types.is_null(array.type) else array), ()
    texts, ambiguous = canonical_texts(column)
    return pa.array(texts, pa.string()), ambiguous
