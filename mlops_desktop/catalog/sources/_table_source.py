"""What sources of rows of cells share: the parameters that place the table among the rows, and the notes on what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Self

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.params import choice, flag, number, text
from mlops_desktop.base.source import Source
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.table_finder import Layout, LeftOut, Wanted

_SHOWN = 3


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

    def placed(self, layout: Layout, above: int) -> Self:
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


def layout_notes(layout: Layout, mark: str) -> tuple[Evidence, ...]:
    """What stands above the rows of a table and how its names were chosen."""
    notes = [*left_out_notes(layout.left_out, mark)]
    if layout.taken == "joined":
        message = msg("{rows} rows name the columns; they were joined.", rows=len(layout.header))
        notes.append(Evidence("", "names", message, parameter="names", values=("first", "last")))
    return tuple(notes)


def left_out_notes(left: Iterable[LeftOut], mark: str) -> tuple[Evidence, ...]:
    """One piece of evidence for each reason why rows were left out, with how many they are and what they hold."""
    by_reason = groupby(sorted(left, key=lambda one: (one.reason, one.at)), key=lambda one: one.reason)
    return tuple(Evidence("", reason, _left_out(reason, list(found), mark), (), *_KEPT.get(reason, ())) for reason, found in by_reason)


def _left_out(reason: str, rows: Sequence[LeftOut], mark: str) -> str:
    one, many = _LEFT_OUT[reason]
    shown = "; ".join(f"“{row.text}”" for row in rows[:_SHOWN]) + (" …" if len(rows) > _SHOWN else "")
    places = ", ".join(f"{row.at + 1:,}" for row in rows[:5]) + (" …" if len(rows) > 5 else "")
    return plural_msg(len(rows), one, many, shown=shown, rows=places, mark=mark)


_KEPT = dict.fromkeys(("total", "inside"), ("keep_all", ("true",)))  # what keeps rows that were left out for a reason
# Templates for one line and for many.
_LEFT_OUT = {
    "above": ("1 line above the table was left out: {shown}.", "{n} lines above the table were left out: {shown}."),
    "comment": ("1 line that begins with “{mark}” was left out: {shown}.", "{n} lines that begin with “{mark}” were left out: {shown}."),
    "names": (
        "1 line beside the row that names the columns, of names, types or flags, was left out: {shown}.",
        "{n} lines beside the row that names the columns, of names, types or flags, were left out: {shown}.",
    ),
    "units": 2 * ("A row below the names holds units, which were kept as the units of the columns: {shown}.",),
    "repeated": (
        "1 line inside the table repeats its names and was left out (row {rows}).",
        "{n} lines inside the table repeat its names and were left out (row {rows}).",
    ),
    "total": (
        "1 line marked as a total was left out (row {rows}): {shown}. “Keep every row” keeps such rows.",
        "{n} lines marked as a total were left out (row {rows}): {shown}. “Keep every row” keeps such rows.",
    ),
    "empty": ("1 empty row between the names and the table was left out.", "{n} empty rows between the names and the table were left out."),
    "rule": ("1 line of dashes or the like was left out.", "{n} lines of dashes or the like were left out."),
    "inside": (
        "1 line that does not fit the columns was left out (row {rows}): {shown}.",
        "{n} lines that do not fit the columns were left out (row {rows}): {shown}.",
    ),
    "below": ("1 line below the table was left out: {shown}.", "{n} lines below the table were left out: {shown}."),
    "end": ("1 line at the end was left out, as you chose: {shown}.", "{n} lines at the end were left out, as you chose: {shown}."),
}
