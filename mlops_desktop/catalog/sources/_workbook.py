"""Opens Excel workbooks, in the strict form of Open XML too, and reads their sheets with errors and formulas without a saved value."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.mixed_cells import canonical_texts
from mlops_desktop.base.plural import plural_msg
from mlops_desktop.serving.message import msg

_MOST_BYTES = 2**31  # unpacked; a workbook of Excel's full size has less
_ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!")
)
# Namespaces of the strict form of Open XML and of the usual one.
_STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
}
_FORMULA = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]+)([0-9]+)"([^>]*)>\s*<(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*'
    rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</"
)


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet, equally long.

    `uncalculated` are the positions (row, column) among `rows` of formulas that have no saved value.
    """

    title: str
    rows: list[Sequence[Any]]
    uncalculated: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class SheetColumn:
    """One column as an Arrow array, whether it holds anything, which texts stand for values of several types, and what to know of it."""

    name: str
    array: Any
    filled: bool
    uncalculated: int
    mixed: tuple[str, ...] = ()
    notes: list[Evidence] = field(default_factory=list)


@contextmanager
def open_workbook(path: Path) -> Iterator[Any]:
    """The `openpyxl` workbook of a file, opened for reading. UserError when it is none."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
                raise UserError(msg("“{path}” unpacks to more than a workbook can hold.", path=path.name), "Save the table as CSV.")
            source = _usual_form(archive) if _is_strict(archive) else path
        book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError) as error:
        raise UserError(
            msg("“{path}” is no Excel workbook, is locked with a password, or is damaged.", path=path.name),
            "Open and save it in Excel again.",
        ) from error
    try:
        yield book
    finally:
        book.close()


def _is_strict(archive: zipfile.ZipFile) -> bool:
    return any(name.endswith("workbook.xml") and b"purl.oclc.org" in archive.read(name) for name in archive.namelist())


def _usual_form(archive: zipfile.ZipFile) -> io.BytesIO:
    """A workbook in the strict form of Open XML as one in the usual form."""
    usual = io.BytesIO()
    with zipfile.ZipFile(usual, "w") as target:
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith((".xml", ".rels")):
                for strict, transitional in _STRICT.items():
                    data = data.replace(strict, transitional)
            target.writestr(name, data)
    usual.seek(0)
    return usual


def read_sheet(sheet: Any, job: Job) -> Sheet:
    """Every row of a sheet of an open workbook, without empty rows at the end and empty columns at the left."""
    rows: list[tuple[Any, ...]] = []
    sheet.reset_dimensions()  # the dimensions in a file are often wrong
    for i, row in enumerate(sheet.iter_rows(values_only=True)):
        cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        rows.append(tuple(cells))
        if i % 5000 == 0:
            job.step(min(0.1 + i / 500_000, 0.8))
    formulas = _uncalculated(sheet)
    while rows and not rows[-1] and not any(at == len(rows) - 1 for at, _ in formulas):
        rows.pop()
    width = max([len(row) for row in rows] + [j + 1 for _, j in formulas], default=0)
    left = min((next((j for j, cell in enumerate(row) if cell is not None), width) for row in rows), default=0)
    left = min([left, *(j for _, j in formulas)])
    whole: list[Sequence[Any]] = [(*row, *[None] * (width - len(row)))[left:] for row in rows]
    return Sheet(sheet.title, whole, frozenset((i, j - left) for i, j in formulas))


def _uncalculated(sheet: Any) -> list[tuple[int, int]]:
    """The positions (from 0) of formulas that no program has calculated: they have no value, and are no formulas whose text is empty."""
    from openpyxl.utils import column_index_from_string

    with sheet._get_source() as source:
        data = source.read()
    if b"<f" not in data and b":f" not in data:
        return []
    found = []
    for cell in _FORMULA.finditer(data):
        if not (cell[4] and b't="str"' in cell[3]):
            found.append((int(cell[2]) - 1, column_index_from_string(cell[1].decode()) - 1))
    return found


def sheet_column(sheet: Sheet, at: int, name: str, rows: Sequence[int]) -> SheetColumn:
    """One column of some rows: errors count as missing, cells of several types become texts."""

    cells = [sheet.rows[i][at] for i in rows]
    errors = [i for i, cell in enumerate(cells) if isinstance(cell, str) and cell.strip() in _ERRORS]
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
        cells = [None if isinstance(cell, str) and cell.strip() in _ERRORS else cell for cell in cells]
    empty = [i for i, row in enumerate(rows) if (row, at) in sheet.uncalculated]
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
