"""Workbooks of Excel and of OpenDocument programs, one sheet of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import listed, text
from mlops_desktop.base.source import Batches, ReadReport, file_notes, table_batches
from mlops_desktop.catalog.sources._sheet_columns import SheetColumn, column_letter, from_column, sheet_columns
from mlops_desktop.catalog.sources._stacked import chosen_number, tables_note
from mlops_desktop.catalog.sources._table_source import TableSource, header_reason, layout_notes, left_out_notes
from mlops_desktop.catalog.sources._workbook import Sheet, Workbook, holds_rows, open_workbook, read_sheet, unnamed_errors
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.row_sifter import RowSifter, sift
from mlops_desktop.serving.stacked_tables import row_blocks
from mlops_desktop.serving.table_finder import LeftOut, TableLayout, find_table, is_blank, row_text


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
    first_column: str = text("", "First column", help="The letter of the first column of the table, such as B; empty: found.")

    def listed(self, location: str) -> dict[str, tuple[str, ...]]:
        with open_workbook(Path(location)) as book:
            return {"sheet": tuple(book.titles)}

    def read(self, location: str, job: Job) -> Batches:
        import pyarrow as pa

        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        sheet, notes = self._sheet(path, job)
        sheet, others = self._one_table(path, sheet, notes)
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
        columns = sheet_columns(sheet, layout.names, layout.body + self.skip, kept)
        table = pa.Table.from_arrays([one.array for one in columns], names=[one.name for one in columns])
        if any(one.uncalculated for one in columns) and not any(one.filled for one in columns):
            raise _uncalculated(path)
        yield from table_batches(table)
        return ReadReport(
            rows_read=table.num_rows,
            rows_left_out=len(layout.left_out) + len(left) + others,
            notes=(
                *notes,
                *layout_notes(layout, self.comment),
                *left_out_notes(left, self.comment),
                *(note for one in columns for note in one.notes),
            ),
            has_names=layout.names is not None,
            mixed={at: one.mixed for at, one in enumerate(columns) if one.mixed},
            units={at: unit for at, unit in enumerate(layout.units) if unit},
            found=self._found(sheet, layout, columns),
            reasons={"header": header_reason(rows, layout)},
        )

    def _found(self, sheet: Sheet, layout: TableLayout, columns: Sequence[SheetColumn]) -> Excel:
        """This source with the sheet and the place of the table in it."""
        start = next(iter(layout.header), layout.body)
        first = next((at for at, one in enumerate(columns) if one.filled or one.name.strip()), 0)
        return replace(self.placed(layout, self.skip + start), sheet=sheet.title, first_column=column_letter(sheet.left + first))

    def _one_table(self, path: Path, sheet: Sheet, notes: list[Evidence]) -> tuple[Sheet, int]:
        """The sheet with the rows of the wanted table alone, and how many rows of others hold something; a note is added when there are."""
        blocks = row_blocks(sheet.rows)
        number = chosen_number(path, self.table, len(blocks))
        if len(blocks) == 1:
            return sheet, 0
        notes.append(tables_note(number, [start + 1 for start, _ in blocks[1:]]))
        start, end = blocks[number - 1]
        end = max((i + 1 for i in range(start, end) if not is_blank(sheet.rows[i])), default=end)
        rows = sheet.rows[start:end]
        width = max((j + 1 for row in rows for j, cell in enumerate(row) if cell is not None), default=0)
        others = sum(not is_blank(row) for row in (*sheet.rows[:start], *sheet.rows[end:]))
        formulas = frozenset((i - start, j) for i, j in sheet.uncalculated if start <= i < end)
        width = max([width, *(j + 1 for _, j in formulas)])
        return replace(sheet, rows=[row[:width] for row in rows], uncalculated=formulas), others

    def _sheet(self, path: Path, job: Job) -> tuple[Sheet, list[Evidence]]:
        """The sheet that was chosen, or the first with a table, and what a person should know about the choice."""
        with open_workbook(path) as book:
            names = book.titles
            if self.sheet and self.sheet not in names:
                raise UserError(
                    msg("“{path}” has no sheet “{sheet}”.", path=path.name, sheet=self.sheet),
                    msg("It has: {names}.", names=", ".join(f"“{n}”" for n in names)),
                )
            notes = [*file_notes(_errors(book))]
            if self.sheet:
                return from_column(read_sheet(book, self.sheet, job), self.first_column), notes
            found: Sheet | None = None
            for title in names:  # the first with two rows and two columns at least; else the first that holds anything
                sheet = read_sheet(book, title, job)
                if len(sheet.rows) > 1 and len(sheet.rows[0]) > 1:
                    found = sheet
                    break
                found = found or (sheet if sheet.rows else None)
            if found is None:
                raise UserError(msg("“{path}” is empty.", path=path.name), "Choose a workbook with a table in it.")
            others = [name for name in names if name != found.title]
            if others:
                there = ", ".join(f"“{name}”" for name in others[:5])
                message = msg("The sheet “{title}” was read; there are also {there}.", title=found.title, there=there)
                tables = tuple(name for name in others if holds_rows(book, name))
                notes.insert(0, Evidence("", "sheet", message, (), *(("sheet", tables) if tables else ())))
        return from_column(found, self.first_column), notes


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


def _no_table(path: Path) -> UserError:
    return UserError(msg("“{path}” holds no table.", path=path.name), "Choose another sheet or file.")


def _uncalculated(path: Path) -> UserError:
    return UserError(
        msg("“{path}” holds formulas whose values were never saved.", path=path.name),
        "Open the file in a spreadsheet program and save it there.",
    )
