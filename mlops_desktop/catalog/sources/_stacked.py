"""Finds tables that stand under one another in one text file or sheet, with a blank line between, and cuts one of them out."""

from __future__ import annotations

import contextlib
import mmap
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.text_file import SAMPLE_BYTES
from mlops_desktop.catalog.sources._compressed import PlainFile
from mlops_desktop.serving.cell_kind import cell_text
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.table_finder import Layout, find_table, is_blank, verdict
from mlops_desktop.serving.text_encoding import marked_encoding

_BLANK_LINE = re.compile(rb"(?:\r\n|\n|\r)(?:[ \t,;|\"]*(?:\r\n|\n|\r))+")
_LOOKED_AT = 8_192  # bytes behind a blank line that show whether a table begins there
_MOST_ROWS = 100
# Rules of the notes on a table that may be several: rows of another length, or such as fit no column.
_IRREGULAR = frozenset(("ragged", "inside", "below", "repeated", "row_names"))

ParseRows = Callable[[str], Sequence[Sequence[str]]]


@dataclass(frozen=True)
class OneTable(PlainFile):
    """One of the tables of a file; `left_out` is how many lines of the others hold something."""

    left_out: int = 0


def may_be_stacked(notes: Sequence[Evidence]) -> bool:
    """Whether what was noted while a table was read can come from a second table under it."""
    return any(note.rule in _IRREGULAR for note in notes)


@contextlib.contextmanager
def one_table(plain: PlainFile, wanted: str, parse: ParseRows, whole: bool) -> Iterator[OneTable | None]:
    """The wanted table (its number as a text, "" for the first) of a file that holds several, as a file; None when it holds one.

    `parse` gives the rows of a text. Without `whole` only the beginning is searched, unless a table is wanted or one is found there.
    UserError when the wanted table is not there.
    """
    if not plain.path.stat().st_size:
        yield None
        return
    with plain.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        starts = [] if _is_wide(data) else _starts(data[:SAMPLE_BYTES], parse)
        if len(data) > SAMPLE_BYTES and not _is_wide(data) and (starts or whole or wanted not in ("", "1")):
            starts = _starts(data, parse)
        number = chosen_number(plain.path, wanted, len(starts) + 1)
        if not starts:
            yield None
            return
        bounds = [0, *starts, len(data)]
        begin, end = bounds[number - 1 : number + 1]
        others = _filled_lines(data[:begin]) + _filled_lines(data[end:])
        lines = [data[:start].count(b"\n") + 1 for start in starts]
        with tempfile.TemporaryDirectory(prefix="mlops-desktop-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / plain.path.name
            path.write_bytes(data[begin:end])
            yield OneTable(path, (*plain.notes, tables_note(number, lines)), others)


def tables_note(number: int, lines: Sequence[int]) -> Evidence:
    """That several tables stand under one another, the further ones at these lines (from 1), and which of them was read."""
    message = msg(
        "{count} tables stand under one another; table {number} was read. The others can be chosen by their number "
        "(a further one begins at line {lines}).",
        count=len(lines) + 1,
        number=number,
        lines=", ".join(map(str, lines[:5])) + (" …" if len(lines) > 5 else ""),
    )
    others = tuple(str(one) for one in range(1, len(lines) + 2) if one != number)
    return Evidence("", "tables", message, parameter="table", values=others[:20])


def _is_wide(data: bytes | mmap.mmap) -> bool:
    """Whether the letters of a file are of two or four bytes, so that its blank lines are no bytes of their own."""
    return marked_encoding(data[:4]).startswith(("utf-16", "utf-32")) or b"\0" in data[:1000]


def _filled_lines(data: bytes) -> int:
    return sum(1 for line in data.splitlines() if line.strip(b' \t,;|"'))


def _starts(data: bytes | mmap.mmap, parse: ParseRows) -> list[int]:
    """Where further tables begin: behind a blank line, with names of their own that differ from those above."""
    starts: list[int] = []
    begin, above = 0, None
    for gap in _BLANK_LINE.finditer(data):
        below = _table_at(_text(data, gap.end(), len(data)), parse)
        if below is None:
            continue
        if above is None:
            above = _table_at(_text(data, begin, gap.start()), parse)
        if above is None:
            above = below  # the first table, below a title
            continue
        if not _is_another(above, below) or data[begin : gap.start()].count(b'"') % 2:
            continue
        starts.append(gap.end())
        begin, above = gap.end(), below
    return starts


def row_blocks(rows: Sequence[Sequence[Any]]) -> list[tuple[int, int]]:
    """Where the tables under one another begin and end in the rows of a sheet, with blank rows between; one for a sheet of one table."""
    starts, above = [0], None
    blank = list(map(is_blank, rows))
    for at in range(1, len(rows)):
        if not blank[at - 1] or blank[at]:
            continue
        end = next((i for i in range(at, min(at + _MOST_ROWS, len(rows))) if blank[i]), min(at + _MOST_ROWS, len(rows)))
        below = _layout(rows[at:end])
        if below is None:
            continue
        above = above or _layout([row for row in rows[starts[-1] : at][:_MOST_ROWS] if not is_blank(row)])
        if above is None:
            above = below
        elif _is_another(above, below):
            starts.append(at)
            above = below
    return list(zip(starts, [*starts[1:], len(rows)], strict=True))


def chosen_number(path: Path, wanted: str, count: int) -> int:
    """The number of the wanted table ("" for the first) of so many. UserError when there is none of it."""
    number = int(wanted) if wanted.isdecimal() else 1 if not wanted else 0
    if not 1 <= number <= count:
        remedy = plural_msg(count, "It holds 1 table.", "It holds {n} tables; name one of them by its number.")
        raise UserError(msg("“{path}” holds no table “{table}”.", path=path.name, table=wanted), remedy)
    return number


def _text(data: bytes | mmap.mmap, begin: int, end: int) -> str:
    """The lines from one place, to the next blank one, a bounded number of them."""
    part = data[begin : min(end, begin + _LOOKED_AT)]
    blank = _BLANK_LINE.search(part, len(part) - len(part.lstrip(b' \t\r\n,;|"')))
    if blank is None and end > begin + _LOOKED_AT:
        part = part[: max(part.rfind(b"\n"), 0)]
    return part[: blank.start() if blank else None].decode("utf-8", "replace")


def _table_at(text: str, parse: ParseRows) -> Layout | None:
    """The place of a table in a text; None unless it has names for two columns at least and a row below them that fills them."""
    if text.count("\n") < 1:
        return None
    return _layout([row for row in parse(text)[:_MOST_ROWS] if any(cell.strip() for cell in row)])


def _layout(rows: Sequence[Sequence[Any]]) -> Layout | None:
    if len(rows) < 2:
        return None
    layout = find_table(rows)
    names = [name for name in layout.names or () if name.strip()]
    body = rows[layout.body :]
    pairs = len(names) == 2 and (len(body) < 2 or any(cell_text(row[0]).endswith(":") for row in rows if row))
    return layout if len(names) >= 2 and body and not pairs and all(len(row) >= len(names) for row in body[:3]) else None


def _is_another(above: Layout, below: Layout) -> bool:
    """Whether the names of a table differ from those of the one above, and are no row of it either."""
    one, other = ([name.strip().casefold() for name in layout.names or () if name.strip()] for layout in (above, below))
    if one == other:
        return False
    good, bad = verdict(below.names or (), above.kinds)
    return len(one) != len(other) or bad > good
