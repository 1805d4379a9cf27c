"""Opens workbooks of spreadsheet programs and reads their sheets, with errors and with formulas that have no saved value."""

from __future__ import annotations

import datetime
import gc
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.catalog.sources._far_cells import NearCells, without_far_cells
from mlops_desktop.catalog.sources._free_memory import free_memory
from mlops_desktop.catalog.sources._number_formats import NumberFormat, number_formats
from mlops_desktop.catalog.sources._ods_content import CONTENT, ods_sheet
from mlops_desktop.catalog.sources._sheet import Area, Sheet
from mlops_desktop.catalog.sources._sheet_halves import rows_of, sheet_halves
from mlops_desktop.catalog.sources._sheet_xml import SheetXml, has_foreign_references, has_wrong_index, long_numbers, sheet_parts, sheet_xml
from mlops_desktop.serving.message import msg

_MOST_BYTES = 2**31  # unpacked; a workbook of Excel's full size has less
_LARGE = 2**26  # unpacked bytes of one part, from which on …
_MOST_PACKED = 200  # … so many of them in a byte are no table; those of programs have ten to fifty
_NEEDED = 10  # bytes of memory for each unpacked byte of a sheet, at most, while it is read: its text, calamine's cells and Python's
_MOST_OTHERS = 0.5  # bytes of the other parts for each of a sheet that is read in halves: both halves need them
_EXACT = 2**53  # whole numbers below it are exact as floats
# Namespaces of the strict form of Open XML and of the usual one.
_STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
}
_FILLED_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*[^/>]>")
_START = 2**16  # bytes of a sheet that show whether it holds rows
_WORKBOOK, _STYLES = "xl/workbook.xml", "xl/styles.xml"
_ODS_ERROR = re.compile(rb'calcext:value-type="error"')


@dataclass(frozen=True)
class Workbook:
    """An open workbook: its sheets of cells in their order, the hidden ones last.

    `parts` are the files of the sheets in an Open XML archive, `formats` its number formats that say more than the values do.
    """

    book: Any
    titles: list[str]
    archive: zipfile.ZipFile | None
    parts: dict[str, str]
    formats: dict[int, NumberFormat]


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """The workbook of a file, opened for reading. UserError when it is none."""
    import python_calamine

    archive, source = None, path.read_bytes()
    damaged = UserError(
        msg("“{path}” is not an Excel workbook, is locked with a password, or is damaged.", path=path.name),
        "Open and save it in Excel again.",
    )
    try:
        if zipfile.is_zipfile(io.BytesIO(source)):
            archive = zipfile.ZipFile(io.BytesIO(source))
            parts_of_file = archive.infolist()
            too_dense = any(part.file_size > max(_LARGE, _MOST_PACKED * part.compress_size) for part in parts_of_file)
            if too_dense or sum(part.file_size for part in parts_of_file) > _MOST_BYTES:
                raise UserError(msg("“{path}” unpacks to more than a workbook can hold.", path=path.name), "Save the table as CSV.")
            if _is_strict(archive):
                source = _usual_form(archive)
                archive = zipfile.ZipFile(io.BytesIO(source))
        if archive is None or _WORKBOOK not in archive.namelist():  # those of Open XML are looked at sheet by sheet
            _refuse_beyond_memory(path.name, len(source) if archive is None else max(part.file_size for part in archive.infolist()))
        book = python_calamine.load_workbook(io.BytesIO(source))
        sheets = [one for one in book.sheets_metadata if one.typ == python_calamine.SheetTypeEnum.WorkSheet]
        titles = [one.name for one in sorted(sheets, key=lambda one: one.visible != python_calamine.SheetVisibleEnum.Visible)]
        parts = sheet_parts(archive) if archive is not None else {}
        formats = number_formats(archive.read(_STYLES)) if archive is not None and _STYLES in archive.namelist() else {}
    except (zipfile.BadZipFile, zlib.error, python_calamine.CalamineError, ElementTree.ParseError, KeyError, ValueError, EOFError) as error:
        raise damaged from error
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise damaged from error
    try:
        yield Workbook(book, titles, archive, parts, formats)
    except (zipfile.BadZipFile, zlib.error, python_calamine.CalamineError) as error:  # a damaged sheet in a workbook that is whole
        raise damaged from error
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise damaged from error
    finally:
        if archive is not None:
            archive.close()


def _refuse_beyond_memory(name: str, size: int) -> None:
    """UserError when a sheet of so many unpacked bytes cannot be read with the memory that is free: calamine loads a sheet as a whole."""
    if size > _LARGE and size * _NEEDED > free_memory():
        raise UserError(
            msg("“{name}” needs about {needed:,.0f} GB of memory to be read, more than is free.", name=name, needed=size * _NEEDED / 2**30),
            "Save the sheet as CSV: text is read in pieces.",
        )


def _is_panic(error: BaseException) -> bool:
    """Whether the native code of the reader gave up on damaged bytes, which PyO3 raises as no `Exception`."""
    return type(error).__module__ == "pyo3_runtime"


def _is_strict(archive: zipfile.ZipFile) -> bool:
    return any(name.endswith("workbook.xml") and b"purl.oclc.org" in archive.read(name) for name in archive.namelist())


def _usual_form(archive: zipfile.ZipFile) -> bytes:
    """A workbook in the strict form of Open XML as one in the usual form."""
    usual = io.BytesIO()
    with zipfile.ZipFile(usual, "w") as target:
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith((".xml", ".rels")):
                for strict, transitional in _STRICT.items():
                    data = data.replace(strict, transitional)
            target.writestr(name, data)
    return usual.getvalue()


@contextmanager
def without_collection() -> Iterator[None]:
    """No search for cycles meanwhile: rows of cells hold none, and each search would visit all of them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@without_collection()
def read_sheet(workbook: Workbook, title: str, job: Job) -> Sheet:
    """Every row of a sheet, without empty rows at the end and empty columns at the left."""
    job.step(0.1)
    part = workbook.parts.get(title)
    if workbook.archive is not None and part:
        _refuse_beyond_memory(title, workbook.archive.getinfo(part).file_size)
    near = without_far_cells(title, workbook.archive.read(part)) if workbook.archive is not None and part else None
    books = _books(workbook, part, near) if near and part else [workbook.book]
    with ThreadPoolExecutor(len(books)) as pool:  # calamine leaves Python free meanwhile
        reading = [pool.submit(book.get_sheet_by_name, title) for book in books]
        if near:
            _refuse_misread(title, near.data)
        xml, formats = (sheet_xml(near.data, workbook.formats), workbook.formats) if near else _of_content(workbook.archive, title)
        read = [one.result() for one in reading]
    raw = rows_of(read) or workbook.book.get_sheet_by_name(title).to_python(skip_empty_area=False)
    job.step(0.6)
    known = [_values(cells) for cells in zip(*raw, strict=True)]
    columns = [cells for cells, _ in known]
    formulas = xml.uncalculated if xml else []
    values: dict[tuple[int, int], str | int] = {**xml.errors} if xml else {}
    if near and any(large for _, large in known):
        values.update(long_numbers(near.data))
    last = max((i for i, _ in formulas), default=-1)
    height = max(len(raw), last + 1)
    _put(columns, {place: value for place, value in values.items() if place[0] < len(raw)}, formulas, height)
    filled = [j for j, cells in enumerate(columns) if any(cell is not None for cell in cells)]
    width = max([*filled, *(j for _, j in formulas)], default=-1) + 1
    left = min([*filled[:1], *(j for _, j in formulas)], default=0)
    rows: list[Sequence[Any]] = list(zip(*columns[left:width], strict=True))
    while len(rows) > last + 1 and all(cell is None for cell in rows[-1]):
        rows.pop()
    sheet = Sheet(title, rows, frozenset((i, j - left) for i, j in formulas), left, near.far if near else ())
    merged = xml.merged if xml else [(*first, *last) for first, last in read[0].merged_cell_ranges or ()]
    sheet = replace(sheet, merged=tuple(Area(a, b - left, c, d - left) for a, b, c, d in merged if a < len(rows) and left <= b < width))
    return _with_layout(sheet, xml, formats) if xml else sheet


def _books(workbook: Workbook, part: str, near: NearCells) -> list[Any]:
    """The workbook as calamine reads a sheet of it: in two halves where that is large and most of the file."""
    archive = workbook.archive
    assert archive is not None
    others = sum(one.file_size for one in archive.infolist() if one.filename != part)
    halves = sheet_halves(near.data) if not near.changed and others < _MOST_OTHERS * len(near.data) else []
    if halves:
        return [_with_part(archive, part, half) for half in halves]
    return [_with_part(archive, part, near.data) if near.changed else workbook.book]


def _refuse_misread(title: str, data: bytes) -> None:
    """UserError when the XML of a sheet holds what calamine takes for another value."""
    if has_foreign_references(data):
        raise UserError(
            msg("The sheet “{title}” refers to texts outside of it, which no spreadsheet program writes.", title=title),
            "Open the file in a spreadsheet program and save it there.",
        )
    if has_wrong_index(data):
        raise UserError(
            msg("The sheet “{title}” is damaged: a cell refers to a text that the workbook does not have.", title=title),
            "Open and save it in Excel again.",
        )


def _of_content(archive: zipfile.ZipFile | None, title: str) -> tuple[SheetXml | None, Mapping[int, NumberFormat]]:
    """What an OpenDocument sheet says beyond its values; nothing for other files."""
    if archive is None or CONTENT not in archive.namelist():
        return None, {}
    return ods_sheet(archive.read(CONTENT), title) or (None, {})


def _put(columns: list[Sequence[Any]], values: Mapping[tuple[int, int], Any], formulas: Sequence[tuple[int, int]], height: int) -> None:
    """Put values into columns, which get the given height and grow in number so that there is a place for each value and formula."""
    columns += [[] for _ in range(max([j + 1 for _, j in (*values, *formulas)], default=0) - len(columns))]
    for j, cells in enumerate(columns):
        if len(cells) < height:
            columns[j] = [*cells, *[None] * (height - len(cells))]
    changed = {j: list(columns[j]) for j in {j for _, j in values}}
    for (i, j), value in values.items():
        changed[j][i] = value
    for j, cells in changed.items():
        columns[j] = cells


def _with_layout(sheet: Sheet, xml: SheetXml, formats: Mapping[int, NumberFormat]) -> Sheet:
    """The sheet with its number formats, and its hidden rows and columns."""
    height, width, left = len(sheet.rows), sheet.width, sheet.left
    rows = (row for first, last in xml.hidden_rows for row in range(first, min(last + 1, height)))
    columns = (column - left for first, last in xml.hidden_columns for column in range(max(first, left), min(last + 1, left + width)))
    styles = xml.styles.table(height, width, left) if xml.styles else None
    return replace(sheet, formats=formats, styles=styles, hidden_rows=frozenset(rows), hidden_columns=frozenset(columns))


def _with_part(archive: zipfile.ZipFile, part: str, data: bytes) -> Any:
    """The workbook of an archive with other XML in the place of one sheet's."""
    import python_calamine

    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as target:
        for name in archive.namelist():
            target.writestr(name, data if name == part else archive.read(name))
    return python_calamine.load_workbook(io.BytesIO(changed.getvalue()))


def holds_rows(workbook: Workbook, title: str) -> bool:
    """Whether a sheet holds two rows at least: a table may be there. The sheet itself is not read where its part of an archive shows it."""
    part = workbook.parts.get(title)
    if workbook.archive is None or not part:
        return len(workbook.book.get_sheet_by_name(title).to_python()) > 1
    with workbook.archive.open(part) as file:
        return len(_FILLED_ROW.findall(file.read(_START))) > 1


def _values(cells: Sequence[Any]) -> tuple[Sequence[Any], bool]:
    """The cells of a column as they are known here: whole numbers as integers, days as moments, blanks as nothing; and whether a number
    is so large that it may not be exact.
    """
    kinds = set(map(type, cells))
    if kinds == {str} and all(map(str.strip, set(cells))):
        return cells, False
    if float not in kinds:
        return [_value(cell) for cell in cells] if kinds & {str, datetime.date} else cells, False
    head = next(at for at, cell in enumerate(cells) if type(cell) is float)
    below = cells[head:]
    kinds = set(map(type, below))
    if not kinds <= {float, str}:
        return [_value(cell) for cell in cells], any(type(cell) is float and abs(cell) >= _EXACT for cell in cells)
    numbers = np.array(below if kinds == {float} else [cell if type(cell) is float else math.nan for cell in below])
    large = np.abs(numbers) >= _EXACT
    whole = (numbers == np.floor(numbers)) & ~large
    values = [*map(_value, cells[:head])]
    if whole.all():
        return [*values, *numbers.astype(np.int64).tolist()], False
    values += below if kinds == {float} else [None if type(cell) is str and not cell.strip() else cell for cell in below]
    for at, value in zip(np.flatnonzero(whole).tolist(), numbers[whole].astype(np.int64).tolist(), strict=True):
        values[head + at] = value
    return values, bool(large.any())


def _value(cell: Any) -> Any:
    kind = type(cell)
    if kind is float:
        return int(cell) if cell.is_integer() and abs(cell) < _EXACT else cell
    if kind is str:
        return cell if cell.strip() else None
    if kind is datetime.date:
        return datetime.datetime(cell.year, cell.month, cell.day)
    return cell


def unnamed_errors(workbook: Workbook) -> int:
    """How many cells of an OpenDocument workbook hold an error; which ones these are is not known."""
    archive = workbook.archive
    if archive is None or CONTENT not in archive.namelist():
        return 0
    return len(_ODS_ERROR.findall(archive.read(CONTENT)))
