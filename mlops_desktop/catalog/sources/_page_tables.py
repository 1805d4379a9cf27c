"""The tables of an HTML page as rows of texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from mlops_desktop.base.errors import UserError

_MOST_SPAN = 1_000  # columns or rows that a cell may span, as browsers bound it
_MOST_SPANNED = 200_000  # cells of a page that are there by spans alone, unless …
_SPANNED_PER_CELL = 50  # … its cells are so many that they may
_HIDDEN = frozenset(("script", "style", "template"))


@dataclass
class PageTable:
    """One table: its rows of texts, what names it (its caption, the heading before it or its id), and whether the page ends inside it."""

    name: str
    rows: list[list[str]] = field(default_factory=list)
    is_cut: bool = False


@dataclass
class _Open:
    """A table whose end has not been read. `spans` are the texts of cells that go on in further rows: by column, (rows left, text)."""

    table: PageTable
    row: list[str] | None = None
    cell: list[str] | None = None
    span: tuple[int, int] = (1, 1)
    spans: dict[int, tuple[int, str]] = field(default_factory=dict)


def page_tables(text: str) -> list[PageTable]:
    """Every table of a page that holds a row, in their order; a table inside a cell is one of its own and leaves no text there.

    UserError when the spans of a few cells would make a table of millions.
    """
    parser = _Parser()
    parser.feed(text)
    parser.close()
    parser.finish()
    return [table for table in parser.tables if any(any(row) for row in table.rows)]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[PageTable] = []
        self._open: list[_Open] = []
        self._heading = ""
        self._into: str = ""  # "caption" or "heading" while its text is read
        self._hidden = 0
        self._cells = self._spanned = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._hidden += tag in _HIDDEN
        if tag == "table":
            table = PageTable(self._heading.strip() or given.get("id") or "")
            self.tables.append(table)
            self._open.append(_Open(table))
        elif tag in ("h1", "h2", "h3", "h4", "h5", "h6") and not self._open:
            self._into, self._heading = "heading", ""
        elif self._open:
            self._inside(tag, given, self._open[-1])

    def _inside(self, tag: str, given: dict[str, str | None], here: _Open) -> None:
        if tag == "caption":
            self._into, here.table.name = "caption", ""
        elif tag == "tr":
            self._end_row(here)
            here.row = []
        elif tag in ("td", "th"):
            self._end_cell(here)
            here.row = [] if here.row is None else here.row
            here.cell, here.span = [], (_count(given.get("rowspan")), _count(given.get("colspan")))
        elif tag in ("br", "p", "div", "li") and here.cell:
            here.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag in ("caption", "h1", "h2", "h3", "h4", "h5", "h6"):
            self._into = ""
        if not self._open:
            return
        if tag in ("td", "th"):
            self._end_cell(self._open[-1])
        elif tag == "tr":
            self._end_row(self._open[-1])
        elif tag == "table":
            self._end_row(self._open[-1])
            self._open.pop()
            self._heading = "" if not self._open else self._heading

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._into == "heading":
            self._heading += data
        elif self._open and self._into == "caption":
            self._open[-1].table.name += data
        elif self._open and self._open[-1].cell is not None:
            self._open[-1].cell.append(data)

    def finish(self) -> None:
        """End what a page that is cut off left open."""
        while self._open:
            here = self._open.pop()
            here.table.is_cut = True
            self._end_row(here)

    def _end_cell(self, here: _Open) -> None:
        if here.cell is None or here.row is None:
            return
        text = " ".join("".join(here.cell).split())
        self._carry(here)
        rows, columns = here.span
        self._count_spanned(columns - 1)
        self._cells += 1
        fresh = {}
        for _ in range(columns):
            if rows > 1:
                fresh[len(here.row)] = (rows - 1, text)
            here.row.append(text)
        here.spans.update(fresh)
        here.cell = None

    def _end_row(self, here: _Open) -> None:
        self._end_cell(here)
        if here.row is not None:
            self._carry(here)
            here.table.rows.append(here.row)
        here.row = None

    def _carry(self, here: _Open) -> None:
        """Put the texts of cells that span this row where they stand."""
        assert here.row is not None
        start = len(here.row)
        while (held := here.spans.get(len(here.row))) is not None:
            left, text = held
            if left > 1:
                here.spans[len(here.row)] = (left - 1, text)
            else:
                del here.spans[len(here.row)]
            here.row.append(text)
        self._count_spanned(len(here.row) - start)

    def _count_spanned(self, cells: int) -> None:
        self._spanned += cells
        if self._spanned > max(_MOST_SPANNED, _SPANNED_PER_CELL * self._cells):
            raise UserError("The cells of a table in this page span far too many others.", "Save the table as CSV.")


def _count(text: str | None) -> int:
    return min(max(int(text), 1), _MOST_SPAN) if text and text.strip().isdecimal() else 1
