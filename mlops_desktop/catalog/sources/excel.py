"""Workbooks of Excel and of OpenDocument programs, one sheet of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import text
from mlops_desktop.base.source import Batches, ReadReport, file_notes, table_batches
from mlops_desktop.catalog.sources._table_source import TableSource, layout_notes, left_out_notes
from mlops_desktop.catalog.sources._workbook import Sheet, SheetColumn, Workbook, open_workbook, read_sheet, sheet_column, unnamed_errors
from mlops_desktop.serving.header import generated_names
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.row_sifter import RowSifter, sift
from mlops_desktop.serving.table_finder import LeftOut, find_table, is_blank, row_text


@dataclass(frozen=True, kw_only=True)
class Excel(TableSource):
    """A sheet of a workbook, with the types of its cells; formulas count as the values that were last saved."""

    id = "excel"
    label = "Excel, OpenDocument"
    help = "Reads one sheet of an .xlsx, .xlsm, .xlsb, .xls or .ods file."
    suffixes = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

    sheet: str = text("", "Sheet", help="The name of the sheet; empty: the first one that holds a table.")

    def read(self, location: str, job: Job) -> Batches:
        import pyarrow as pa

        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        sheet, notes = self._sheet(path, job)
        rows = sheet.rows[self.skip :]
        if all(map(is_blank, rows)):
            raise _uncalculated(path) if sheet.uncalculated else _no_table(path)
        layout = find_table(rows, self.wanted())
        above = [LeftOut(at, "above", row_text(row)) for at, row in enumerate(sheet.rows[: self.skip]) if not is_blank(row)]
        layout = replace(layout, left_out=(*above, *layout.left_out))
        body = rows[layout.body :]
        end = max(0, len(body) - self.skip_end)
        kept, left = sift(RowSifter.over(layout, self.wanted(), rows, padded=True), body[:end], len(rows[0]))
        left += [LeftOut(at, "end", row_text(body[at])) for at in range(end, len(body)) if not is_blank(body[at])]
        columns = self._columns(sheet, layout.names, layout.body + self.skip, kept)
        table = pa.Table.from_arrays([one.array for one in columns], names=[one.name for one in columns])
        if any(one.uncalculated for one in columns) and not any(one.filled for one in columns):
            raise _uncalculated(path)
        yield from table_batches(table)
        return ReadReport(
            rows_read=table.num_rows,
            rows_left_out=len(layout.left_out) + len(left),
            notes=(
                *file_notes(notes),
                *layout_notes(layout, self.comment),
                *left_out_notes(left, self.comment),
                *(note for one in columns for note in one.notes),
            ),
            has_names=layout.names is not None,
            mixed={at: one.mixed for at, one in enumerate(columns) if one.mixed},
            units={at: unit for at, unit in enumerate(layout.units) if unit},
        )

    def _columns(self, sheet: Sheet, names: Sequence[str] | None, first: int, kept: Sequence[int]) -> list[SheetColumn]:
        """The columns of the rows that are kept, counted from `first`."""
        width = len(sheet.rows[0])
        given = generated_names(width) if names is None else [*names, *[""] * (width - len(names))]
        rows = [first + at for at in kept]
        return [sheet_column(sheet, at, name, rows) for at, name in enumerate(given)]

    def _sheet(self, path: Path, job: Job) -> tuple[Sheet, list[str]]:
        """The sheet that was chosen, or the first with a table, and what a person should know about the choice."""
        with open_workbook(path) as book:
            names = book.titles
            if self.sheet and self.sheet not in names:
                raise UserError(
                    msg("“{path}” has no sheet “{sheet}”.", path=path.name, sheet=self.sheet),
                    msg("It has: {names}.", names=", ".join(f"“{n}”" for n in names)),
                )
            if self.sheet:
                return read_sheet(book, self.sheet, job), _errors(book)
            found: Sheet | None = None
            for title in names:  # the first with two rows and two columns at least; else the first that holds anything
                sheet = read_sheet(book, title, job)
                if len(sheet.rows) > 1 and len(sheet.rows[0]) > 1:
                    found = sheet
                    break
                found = found or (sheet if sheet.rows else None)
            notes = _errors(book)
        if found is None:
            raise UserError(msg("“{path}” is empty.", path=path.name), "Choose a workbook with a table in it.")
        others = [f"“{name}”" for name in names if name != found.title]
        if others:
            listed = ", ".join(others[:5])
            notes.insert(0, msg("The sheet “{sheet}” was read; there are also {others}.", sheet=found.title, others=listed))
        return found, notes


def _errors(book: Workbook) -> list[str]:
    """A message on cells with errors whose place is not known."""
    count = unnamed_errors(book)
    if not count:
        return []
    return [f"{count:,} cell{'s' if count > 1 else ''} of the workbook hold{'' if count > 1 else 's'} an error and count as missing."]


def _no_table(path: Path) -> UserError:
    return UserError(msg("“{path}” holds no table.", path=path.name), "Choose another sheet or file.")


def _uncalculated(path: Path) -> UserError:
    return UserError(
        msg("“{path}” holds formulas whose values were never saved.", path=path.name),
        "Open the file in a spreadsheet program and save it there.",
    )
