"""Workbooks of Excel and of OpenDocument programs, one sheet of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, listed, text
from mlops_desktop.base.source import UNKNOWN_DECIMAL, Batches, ReadReport, file_notes, table_batches
from mlops_desktop.catalog.sources._last_file import LastFile
from mlops_desktop.catalog.sources._sheet import Sheet
from mlops_desktop.catalog.sources._sheet_choice import choose_sheet
from mlops_desktop.catalog.sources._sheet_columns import SheetColumn, column_letter, from_column, hidden_note, sheet_columns
from mlops_desktop.catalog.sources._sheet_tables import one_table
from mlops_desktop.catalog.sources._table_source import TableSource, header_reason, table_among
from mlops_desktop.catalog.sources._workbook import Workbook, open_workbook, read_sheet, unnamed_errors, without_collection
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import first_few, plural_msg, quoted_names
from mlops_desktop.serving.table_finder import find_table, is_blank


@dataclass(frozen=True, kw_only=True)
class Excel(TableSource):
    """A sheet of a workbook, with the types of its cells; formulas count as the values that were last saved."""

    id = "excel"
    label = "Excel, OpenDocument"
    help = "Reads one sheet of an .xlsx, .xlsm, .xlsb, .xls or .ods file."
    suffixes = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
    # A zip archive, an OLE file, or a bare stream of Excel 2 to 5.
    signatures = (b"PK", b"\xd0\xcf\x11\xe0", b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")

    sheet: str = listed("Sheet", help="The name of the sheet; empty: the first one that holds a table.")
    table: str = listed("Table", help="The number of the table, where several stand under one another; empty: the first one.")
    hidden: str = choice(
        "read",
        {"read": "read like others", "leave_out": "left out"},
        "Hidden rows and columns",
        help="Whether rows and columns that are hidden in the sheet, such as by a filter, belong to the table.",
    )
    first_column: str = text("", "First column", help="The letter of the first column of the table, such as B; empty: found.")

    def listed(self, location: str) -> dict[str, tuple[str, ...]]:
        return {"sheet": _TITLES.get(Path(location), "", lambda: _titles(Path(location)), lambda _: True)}

    def read(self, location: str, job: Job) -> Batches:
        table, report = self._table(Path(location), job)
        yield from table_batches(table)
        return report

    @without_collection()
    def _table(self, path: Path, job: Job) -> tuple[Any, ReadReport]:
        """The table as a pyarrow.Table, and the report."""
        import pyarrow as pa

        job.step(0.0, msg("Reading {path}", path=path.name))
        sheet, notes = _SHEETS.get(path, self.sheet, lambda: self._sheet(path, job), _is_small)
        sheet, notes = from_column(sheet, self.first_column), [*notes]
        sheet, hidden = self._without_hidden(sheet)
        sheet, others, several = one_table(path, sheet, self.table)
        notes += several
        if all(map(is_blank, sheet.rows[self.skip :])):
            raise _uncalculated(path) if sheet.uncalculated else _no_table(path)
        if sheet.far:
            notes.append(_far_note(sheet.far))
        merged: dict[int, list[int]] = {}
        if sheet.merged:
            sheet, merged = sheet.with_merged_filled(lambda rows: self.skip + find_table(rows[self.skip :], self.wanted()).body)
        found = table_among(self, sheet.rows)
        columns = sheet_columns(sheet, found.names(sheet.width), found.kept, merged)
        table = found.with_headings(pa.Table.from_arrays([one.array for one in columns], names=[one.name for one in columns]))
        if any(one.uncalculated for one in columns) and not any(one.filled for one in columns):
            raise _uncalculated(path)
        read_hidden = hidden_note(sheet, columns, found.kept)
        return (
            table,
            ReadReport(
                rows_read=table.num_rows,
                rows_left_out=found.left_out + others + hidden,
                notes=(
                    *notes,
                    *([_hidden_left_out(hidden)] if hidden else ()),
                    *([read_hidden] if read_hidden else ()),
                    *found.notes,
                    *_pivot_notes(columns),
                    *(note for one in columns for note in one.notes),
                ),
                has_names=found.layout.names is not None,
                likely_decimal=UNKNOWN_DECIMAL,  # of numbers that are texts: a workbook has no mark of its own
                mixed={at: one.mixed for at, one in enumerate(columns) if one.mixed},
                units=found.units,
                found=_placed(found.source, sheet, columns),
                reasons={"header": header_reason(sheet.rows[self.skip :], found.layout)},
            ),
        )

    def _without_hidden(self, sheet: Sheet) -> tuple[Sheet, int]:
        """The sheet without its hidden rows and columns, where a person wants it so, and how many rows that hold something went."""
        if self.hidden == "read":
            return sheet, 0
        gone = sum(not is_blank(sheet.rows[at]) for at in sheet.hidden_rows)
        rows = [at for at in range(len(sheet.rows)) if at not in sheet.hidden_rows]
        return sheet.take(rows, [at for at in range(sheet.width) if at not in sheet.hidden_columns]), gone

    def _sheet(self, path: Path, job: Job) -> tuple[Sheet, list[Evidence]]:
        """The sheet that was chosen, or the first with a table, and what a person should know about the choice."""
        with open_workbook(path) as book:
            names = book.titles
            if self.sheet and self.sheet not in names:
                raise UserError(
                    msg("“{path}” has no sheet “{sheet}”.", path=path.name, sheet=self.sheet),
                    msg("It has: {names}.", names=quoted_names(names)),
                )
            notes = [*file_notes(_errors(book))]
            if self.sheet:
                return read_sheet(book, self.sheet, job), notes
            found, others = choose_sheet(book, job)
            if found is None:
                raise UserError(msg("“{path}” is empty.", path=path.name), "Choose a workbook with a table in it.")
        return found, [*others, *notes]


# A file is read again for each setting that a person tries.
_TITLES: LastFile[tuple[str, ...]] = LastFile()
_SHEETS: LastFile[tuple[Sheet, list[Evidence]]] = LastFile()
_PIVOT_NAMES = frozenset(
    (
        "Row Labels",
        "Zeilenbeschriftungen",
        "Étiquettes de lignes",
        "Etiquetas de fila",
        "Etichette di riga",
        "Rótulos de Linha",
        "Rijlabels",
    )
)
_MOST_CELLS = 2_000_000  # of a sheet that is kept


def _titles(path: Path) -> tuple[str, ...]:
    with open_workbook(path) as book:
        return tuple(book.titles)


def _is_small(found: tuple[Sheet, list[Evidence]]) -> bool:
    return len(found[0].rows) * found[0].width <= _MOST_CELLS


def _placed(source: Excel, sheet: Sheet, columns: Sequence[SheetColumn]) -> Excel:
    """The source with the sheet and the first column of the table in it."""
    first = next((at for at, one in enumerate(columns) if one.filled or one.name.strip()), 0)
    changes: Any = {"sheet": sheet.title}
    if source.table in ("", "1"):  # a further one is counted from the first one's column on
        changes["first_column"] = column_letter(sheet.left + first)
    return replace(source, **changes)


def _pivot_notes(columns: Sequence[SheetColumn]) -> tuple[Evidence, ...]:
    """That the sheet holds the result of a pivot table, where its first name says so."""
    if not any(one.name.strip() in _PIVOT_NAMES for one in columns[:3]):
        return ()
    return file_notes([msg("This is the result of a pivot table: some of its rows may be sums of those below. Better read what it sums.")])


def _hidden_left_out(rows: int) -> Evidence:
    one, many = "1 hidden row was left out, as you chose.", "{n} hidden rows were left out, as you chose."
    return file_notes([plural_msg(rows, one, many)])[0]


def _errors(book: Workbook) -> list[str]:
    """A message on cells with errors whose place is not known."""
    count = unnamed_errors(book)
    if not count:
        return []
    one, many = (
        "1 cell of the workbook holds an error and counts as missing.",
        "{n} cells of the workbook hold an error and count as missing.",
    )
    return [plural_msg(count, one, many)]


def _far_note(far: Sequence[str]) -> Evidence:
    one = "1 cell was left out, for it stands far from all others: {cells}."
    many = "{n} cells were left out, for they stand far from all others: {cells}."
    return file_notes([plural_msg(len(far), one, many, cells=first_few(far, 5))])[0]


def _no_table(path: Path) -> UserError:
    return UserError(msg("“{path}” holds no table.", path=path.name), "Choose another sheet or file.")


def _uncalculated(path: Path) -> UserError:
    return UserError(
        msg("“{path}” holds formulas whose values were never saved.", path=path.name),
        "Open the file in a spreadsheet program and save it there.",
    )
