"""A folder of equal files, one below the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.appended_tables import append_tables
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import flag, text
from mlops_desktop.base.source import Batches, CombinedSource, PartTable, ReadReport, address_path, file_notes, table_batches
from mlops_desktop.serving.message import msg, number_msg
from mlops_desktop.serving.plural import plural_msg, quoted_names

_COLUMN = "file"


@dataclass(frozen=True, kw_only=True)
class Folder(CombinedSource):
    """All files of one kind in a folder, each read by its own source; columns that differ are noted."""

    id = "folder"
    label = "Folder of files"
    help = "Reads all files of one kind in a folder as one table, in the order of their names."
    schemes = ("folder",)
    opens_folders = True
    example = "/data/sales"

    pattern: str = text("", "Files", help="Which files, such as sales_*.csv; empty: those with the most frequent ending.")
    file_column: bool = flag(False, "Name of the file as a column", help="Adds a column that says which file a row comes from.")

    def parts(self, location: str) -> list[str]:
        return [str(path) for path in self._files(location)[0]]

    def _files(self, location: str) -> tuple[list[Path], list[Path]]:
        """The files to read and those to leave out, by name. UserError when there are none."""
        settled, place = self.located(location)
        folder = Path(address_path(place))
        found = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~$")))
        if settled.pattern:
            chosen = [path for path in found if path.match(settled.pattern)]
        else:
            usual = Counter("".join(path.suffixes[-2:]).lower() for path in found).most_common(1)
            chosen = [path for path in found if "".join(path.suffixes[-2:]).lower() == usual[0][0]]
        if not chosen:
            raise UserError(
                msg("The folder “{folder}” holds no such file.", folder=folder.name), "Choose another folder, or other files in it."
            )
        return chosen, [path for path in found if path not in chosen]

    def combine(self, location: str, tables: Sequence[PartTable], job: Job) -> Batches:
        import pyarrow as pa

        settled, _ = self.located(location)
        table, mixed, notes = append_tables(tables)
        left_out = self._files(location)[1]
        rows = number_msg(table.num_rows, ",")
        read = plural_msg(len(tables), "1 file was read, {rows} rows in all.", "{n} files were read, {rows} rows in all.", rows=rows)
        messages = [read]
        if left_out and not settled.pattern:
            shown = quoted_names([path.name for path in left_out], 5)
            messages.append(msg("Files of another kind were left out: {shown}.", shown=shown))
        if settled.file_column:
            names = pa.chunked_array([pa.array([one.name] * one.table.num_rows, pa.string()) for one in tables], pa.string())
            table = table.append_column(_COLUMN, names)
        yield from table_batches(table)
        return ReadReport(rows_read=table.num_rows, notes=(*file_notes(messages), *notes), mixed=mixed)
