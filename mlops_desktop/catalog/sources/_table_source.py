"""What sources of rows of cells share: the parameters that place the table among the rows, and the notes on what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Self, TypeVar

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.params import choice, flag, number, text
from mlops_desktop.base.source import Source
from mlops_desktop.catalog.sources._first_row import first_row_doubt
from mlops_desktop.catalog.sources._table_end import without_end
from mlops_desktop.serving.csv_table import OTHER_PLACES
from mlops_desktop.serving.header import generated_names
from mlops_desktop.serving.headings import HEADING, headings
from mlops_desktop.serving.left_out import layout_messages, left_out_messages
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import first_few
from mlops_desktop.serving.row_sifter import RowSifter, is_page, sift
from mlops_desktop.serving.table_finder import LeftOut, TableLayout, Wanted, find_table, is_blank, row_text

_HINT = msg("“Keep every row” keeps such rows.")


@dataclass(frozen=True, kw_only=True)
class TableSource(Source):
    """A source whose table has to be found among rows of cells."""

    header: str = choice(
        "auto",
        {"auto": "found from the rows", "first": "the first row of the table", "none": "no row"},
        "Column names",
        help="Whether the first row of the table names the columns.",
    )
    header_rows: int = number(0, 0, 5, "Rows of names", help="How many rows name the columns; 0: found from the rows.", whole=True)
    names: str = choice(
        "auto",
        {"auto": "as it is best", "joined": "joined", "first": "the first one", "last": "the last one"},
        "Of several rows of names",
        help="Which of several rows of names is taken.",
    )
    units: str = choice(
        "auto",
        {"auto": "found from the rows", "row": "the row below the names", "none": "no row"},
        "Units",
        help="Whether a row below the names holds the units of the columns.",
    )
    skip: int = number(
        0, 0, 10_000, "Rows to leave out above", help="Rows or lines above the table, such as a title; 0: found.", whole=True
    )
    skip_end: int = number(0, 0, 10_000, "Rows to leave out at the end", help="Rows below the table, such as notices.", whole=True)
    comment: str = text("#", "Mark of comments", help="Rows that begin with it are left out unless they fit the columns; empty: none.")
    heads: str = choice(
        "none",
        {"none": "are no column", "column": "are a column of their own"},
        "Headings between the rows",
        help="Rows with nothing but a first cell may say what the rows below them belong to.",
    )
    keep_all: bool = flag(
        False, "Keep every row", help="Names that are repeated, comments, totals and notices below the names are rows like others."
    )

    def wanted(self) -> Wanted:
        """The decisions on the place of the table."""
        return Wanted(
            header=self.header,  # type: ignore[arg-type]
            header_rows=self.header_rows,
            names=self.names,  # type: ignore[arg-type]
            units=self.units,  # type: ignore[arg-type]
            from_first=self.skip > 0,
            comment=self.comment,
            keep_all=self.keep_all,
        )

    def sifter(self, layout: TableLayout, rows: Sequence[Sequence[Any]], *, padded: bool = False) -> RowSifter:
        """The rules for the rows below the names, by the rows in which the layout was found."""
        return replace(RowSifter.over(layout, self.wanted(), rows, padded=padded), heads=self.heads == "column")

    def alternatives(self, notes: Iterable[Evidence]) -> Iterator[tuple[Self, str]]:
        yield from super().alternatives(notes)
        has_several = any(note.rule == "names" for note in notes)
        for place in OTHER_PLACES:
            if place.header != "auto":
                yield replace(self, header=place.header), ""
            elif has_several:
                yield replace(self, names=place.names), ""

    def placed(self, layout: TableLayout, above: int) -> Self:
        """This source with the place of the table as it was found, below so many rows or lines."""
        count = layout.heading
        changes: dict[str, Any] = {
            "header": "first" if count else "none",
            "header_rows": count if count > 1 or layout.units else self.header_rows,
            "names": layout.taken or self.names,
            "units": "row" if layout.units else self.units,
            "skip": self.skip or above,
        }
        return replace(self, **changes)


AnySource = TypeVar("AnySource", bound=TableSource)


@dataclass(frozen=True)
class FoundTable(Generic[AnySource]):
    """The table among rows of cells: the source with its place, the positions of its rows, and what is beside them.

    `left_out` counts the rows that hold something, are not `kept` and do not name the columns; `headings` are those of the kept rows where
    they are a column.
    """

    source: AnySource
    layout: TableLayout
    kept: Sequence[int]
    left_out: int
    notes: tuple[Evidence, ...]
    headings: tuple[str, ...] = ()

    def with_headings(self, table: Any) -> Any:
        """The pyarrow.Table of the rows, with their headings as its last column where they are one."""
        import pyarrow as pa

        return table.append_column(HEADING, pa.array(self.headings, pa.string())) if self.headings else table

    @property
    def units(self) -> dict[int, str]:
        """The units of the columns by position."""
        return {at: unit for at, unit in enumerate(self.layout.units) if unit}

    def names(self, width: int) -> list[str]:
        """The names of so many columns; generated ones when no row names them."""
        found = generated_names(width) if self.layout.names is None else [*self.layout.names]
        return [*found, *[""] * width][:width]


def table_among(source: AnySource, rows: Sequence[Sequence[Any]]) -> FoundTable[AnySource]:
    """The table among rows of one length, at least one of which holds something, by the parameters of a source."""
    wanted, below_skipped = source.wanted(), rows[source.skip :]
    layout = find_table(below_skipped, wanted)
    above = [LeftOut(at, "above", row_text(row)) for at, row in enumerate(rows[: source.skip]) if not is_blank(row)]
    layout = replace(layout, left_out=(*above, *layout.left_out))
    body = below_skipped[layout.body :]
    end = max(0, len(body) - source.skip_end)
    kept, left = sift(source.sifter(layout, below_skipped, padded=True), body[:end], len(rows[0]))
    if not wanted.keep_all:
        kept, further = without_end(body, kept, layout.fill)
        left += further
    left += [LeftOut(at, "end", row_text(body[at])) for at in range(end, len(body)) if not is_blank(body[at])]
    doubt = first_row_doubt(below_skipped, layout, wanted, layout.body)
    first = source.skip + layout.body
    start = source.skip + next(iter(layout.header), layout.body)
    return FoundTable(
        source=source.placed(layout, start),
        layout=layout,
        kept=range(first, first + len(body)) if len(kept) == len(body) else [first + at for at in kept],
        left_out=len(layout.left_out) + len(left),
        headings=tuple(headings(left, len(kept))) if any(one.reason == "head" for one in left) else (),
        notes=(*layout_notes(layout, source.comment), *doubt, *left_out_notes(left, source.comment)),
    )


def header_reason(rows: Sequence[Sequence[Any]], layout: TableLayout) -> str:
    """Why a row names the columns, or none does: its cells beside those of the row below."""
    if not layout.header:
        return msg("The first row looks like the rows below it.")
    names, below = rows[layout.header[-1]], rows[layout.body] if layout.body < len(rows) else ()
    return msg("“{names}” stands above “{below}”.", names=_cells_text(names), below=_cells_text(below))


def _cells_text(row: Sequence[Any]) -> str:
    filled = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
    return first_few((cell[:20] for cell in filled), 4)


def layout_notes(layout: TableLayout, mark: str) -> tuple[Evidence, ...]:
    """What is above the rows of a table and how its names were chosen."""
    return tuple(_note(*found, joined=layout.taken == "joined") for found in layout_messages(layout, mark, _HINT))


def left_out_notes(left: Iterable[LeftOut], mark: str) -> tuple[Evidence, ...]:
    """One piece of evidence for each reason why rows were left out, with how many they are and what they hold."""
    left = list(left)
    return (*(_note(*found) for found in left_out_messages(left, mark, _HINT)), *_heads_note(left))


def _heads_note(left: Sequence[LeftOut]) -> Iterator[Evidence]:
    """That several texts that stand alone between the rows may head those below them."""
    texts = list(dict.fromkeys(one.text for one in left if one.reason == "inside" and not is_page(one.text)))
    if len(texts) > 1:
        message = msg("Lines that were left out may say what the rows below them belong to: {shown}.", shown=first_few(texts, 3))
        yield Evidence("", "heads", message, parameter="heads", values=("column",))


def _note(reason: str, message: str, *, joined: bool = False) -> Evidence:
    """The evidence for a reason, with the parameter that overrules it."""
    if joined and reason == "names":
        return Evidence("", reason, message, parameter="names", values=("first", "last"))
    return Evidence("", reason, message, (), *_KEPT.get(reason, ()))


_KEPT = dict.fromkeys(("total", "inside"), ("keep_all", ("true",)))  # what keeps rows that were left out for a reason
