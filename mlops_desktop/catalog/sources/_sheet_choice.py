"""Chooses the sheet of a workbook that holds the table: not a cover sheet, a list of codes or a few pairs in front of it."""

from __future__ import annotations

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.catalog.sources._sheet import Sheet
from mlops_desktop.catalog.sources._workbook import Workbook, holds_rows, read_sheet
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_names
from mlops_desktop.serving.table_finder import SAMPLE_ROWS, find_table, is_blank

_SMALL = 20  # rows, from which on the first sheet with a table is taken without reading the others
_FAR_LARGER = 10  # times the cells of the first table: then another sheet holds the one that is meant


def choose_sheet(book: Workbook, job: Job) -> tuple[Sheet | None, list[Evidence]]:
    """The first sheet that holds a table, unless it is a small one and another holds a far larger one; what else there is, as evidence.

    None when every sheet is empty. Hidden sheets come last.
    """
    if len(book.titles) == 1:
        sheet = read_sheet(book, book.titles[0], job)
        return (sheet if sheet.rows else None), []
    found: Sheet | None = None
    size = 0
    for title in book.titles:
        sheet = read_sheet(book, title, job)
        cells = _table_size(sheet)
        if sheet.rows and (found is None or cells > max(_FAR_LARGER * size, len(found.rows) * found.width)):
            found, size = sheet, cells
        if found is not None and size and len(found.rows) >= _SMALL:
            break
    if found is None:
        return found, []
    others = [name for name in book.titles if name != found.title]
    message = msg("The sheet “{title}” was read; there are also {there}.", title=found.title, there=quoted_names(others, 5))
    tables = tuple(name for name in others if holds_rows(book, name))
    return found, [Evidence("", "sheet", message, (), *(("sheet", tables) if tables else ()))]


def _table_size(sheet: Sheet) -> int:
    """The number of cells of the table in a sheet, 0 for a sheet without one: a few pairs such as “Author: Smith” are none."""
    rows = sheet.rows if len(sheet.rows) >= 2 * SAMPLE_ROWS else [row for row in sheet.rows if not is_blank(row)]
    if len(rows) < 2 or sheet.width < 2:
        return 0
    layout = find_table(rows)
    columns = sum(bool(name.strip()) for name in layout.names) if layout.names is not None else layout.fill
    body = len(rows) - layout.body
    are_pairs = columns == 2 and body < _SMALL and not {"number", "date", "boolean"} & {*layout.kinds}
    return 0 if columns < 2 or are_pairs else body * columns
