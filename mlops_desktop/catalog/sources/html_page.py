"""Tables of HTML pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import listed
from mlops_desktop.base.source import Batches, file_notes, table_batches
from mlops_desktop.catalog.sources._page_tables import PageTable, page_tables
from mlops_desktop.catalog.sources._rows_to_table import table_of_rows
from mlops_desktop.catalog.sources._table_source import TableSource
from mlops_desktop.catalog.sources._text_file import decode, find_encoding, refuse_binary
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_names

_PAGE = re.compile(
    rb"(?i)\A(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|meta|style|body|table|div|center)\b", re.DOTALL
)
_CHARSET = re.compile(rb"""(?i)<meta[^>]+charset=["']?([A-Za-z0-9_-]+)""")


@dataclass(frozen=True, kw_only=True)
class HtmlPage(TableSource):
    """One table of a page, as texts; cells that span rows or columns are in each of them."""

    id = "html"
    label = "HTML page"
    help = "Reads a table of a page that was saved as HTML."
    suffixes = (".html", ".htm", ".xhtml")

    table: str = listed("Table", help="The name of the table (its caption, the heading above it) or its number; empty: the largest one.")

    @classmethod
    def recognises(cls, head: bytes) -> bool:
        return _PAGE.match(head) is not None

    def listed(self, location: str) -> dict[str, tuple[str, ...]]:
        return {"table": tuple(_names(_tables(Path(location))))}

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        tables = _tables(path)
        job.step(0.4)
        names = _names(tables)
        if not tables:
            raise UserError(msg("“{path}” holds no table.", path=path.name), "Choose a page with a table in it.")
        if self.table and self.table not in names:
            known = quoted_names(names)
            raise UserError(msg("“{path}” has no table “{table}”.", path=path.name, table=self.table), msg("It has: {names}.", names=known))
        at = names.index(self.table) if self.table else max(range(len(tables)), key=lambda i: (_size(tables[i]), -i))
        notes = []
        if len(tables) > 1 and not self.table:
            others = tuple(name for i, name in enumerate(names) if i != at)
            shown = quoted_names(others, 5)
            message = msg("The table “{name}” was read, the largest; there are also {others}.", name=names[at], others=shown)
            notes.append(Evidence("", "table", message, parameter="table", values=others[:20]))
        if tables[at].is_cut:
            notes += file_notes([msg("The page ends inside the table: it may be cut off, and rows may be missing.")])
        table, report = table_of_rows(self, tables[at].rows, notes)
        yield from table_batches(table)
        return report


def _size(table: PageTable) -> int:
    """How many cells hold something, in tables of several columns."""
    return sum(sum(map(bool, row)) for row in table.rows if len(row) > 1)


def _names(tables: list[PageTable]) -> list[str]:
    """The name of each table, its number where it has none or shares it."""
    plain = [" ".join(table.name.split()) for table in tables]
    return [name if name and plain.count(name) == 1 else str(at) for at, name in enumerate(plain, 1)]


def _tables(path: Path) -> list[PageTable]:
    data = path.read_bytes()
    if not data.strip():
        raise UserError(msg("“{path}” is empty.", path=path.name), "Choose a page with a table in it.")
    refuse_binary(path, data[:65_536])
    charset = _CHARSET.search(data[:4096])
    encoding = find_encoding(path)
    if charset and not encoding.startswith("utf"):
        encoding = charset[1].decode()
    try:
        text = decode(path, data, encoding)
    except LookupError:  # the page names an encoding that nobody knows
        text = decode(path, data, find_encoding(path))
    return page_tables(text)
