"""Cuts one table out of a text file that holds several under one another."""

from __future__ import annotations

import contextlib
import mmap
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.catalog.sources._compressed import PlainFile
from mlops_desktop.catalog.sources._text_file import SAMPLE_BYTES
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import first_few, plural_msg
from mlops_desktop.serving.stacked_tables import IRREGULAR, ParseRows, filled_lines, table_starts
from mlops_desktop.serving.text_encoding import marked_encoding


@dataclass(frozen=True)
class OneTable(PlainFile):
    """One of the tables of a file; `left_out` is how many lines of the others hold something."""

    left_out: int = 0


def may_be_stacked(notes: Sequence[Evidence]) -> bool:
    """Whether what was noted while a table was read can come from a second table under it."""
    return any(note.rule in IRREGULAR for note in notes)


@contextlib.contextmanager
def one_table(plain: PlainFile, wanted: str, parse: ParseRows, *, whole: bool) -> Iterator[OneTable | None]:
    """The wanted table (its number as a text, "" for the first) of a file that holds several, as a file; None when it holds one.

    `parse` gives the rows of a text. Without `whole` only the beginning is searched, unless a table is wanted or one is found there.
    UserError when the wanted table is not there.
    """
    if not plain.path.stat().st_size:
        yield None
        return
    with plain.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        starts = [] if _is_wide(data) else table_starts(data[:SAMPLE_BYTES], parse)
        if len(data) > SAMPLE_BYTES and not _is_wide(data) and (starts or whole or wanted not in ("", "1")):
            starts = table_starts(data, parse)
        number = chosen_number(plain.path, wanted, len(starts) + 1)
        if not starts:
            yield None
            return
        bounds = [0, *starts, len(data)]
        begin, end = bounds[number - 1 : number + 1]
        others = filled_lines(data[:begin]) + filled_lines(data[end:])
        lines = [data[:start].count(b"\n") + 1 for start in starts]
        with tempfile.TemporaryDirectory(prefix="mlops-desktop-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / plain.path.name
            path.write_bytes(data[begin:end])
            yield OneTable(path, (*plain.notes, tables_note(number, lines)), others)


def tables_note(number: int, lines: Sequence[int]) -> Evidence:
    """That several tables are under one another, the further ones at these lines (from 1), and which of them was read."""
    message = msg(
        "{count} tables stand under one another; table {number} was read. The others can be chosen by their number "
        "(a further one begins at line {lines}).",
        count=len(lines) + 1,
        number=number,
        lines=first_few(map(str, lines), 5),
    )
    others = tuple(str(one) for one in range(1, len(lines) + 2) if one != number)
    return Evidence("", "table", message, parameter="table", values=others[:20])


def _is_wide(data: bytes | mmap.mmap) -> bool:
    """Whether the letters of a file are of two or four bytes, so that its blank lines are no bytes of their own."""
    return marked_encoding(data[:4]).startswith(("utf-16", "utf-32")) or b"\0" in data[:1000]


def chosen_number(path: Path, wanted: str, count: int) -> int:
    """The number of the wanted table ("" for the first) of so many. UserError when there is none of it."""
    number = int(wanted) if wanted.isdecimal() else 1 if not wanted else 0
    if not 1 <= number <= count:
        remedy = plural_msg(count, "It holds 1 table.", "It holds {n} tables; name one of them by its number.")
        raise UserError(msg("“{path}” holds no table “{table}”.", path=path.name, table=wanted), remedy)
    return number
