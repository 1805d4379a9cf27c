"""The sentences on the rows of a file that are no rows of its table: one for each reason, with their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from .message import msg
from .plural import first_few, listed, plural_msg
from .table_finder import LeftOut, Reason, TableLayout

_SHOWN = 3


def layout_messages(layout: TableLayout, mark: str, hint: str = "") -> list[tuple[Reason, str]]:
    """What is above the rows of a table and how its names were chosen: reasons with their sentences."""
    found = left_out_messages(layout.left_out, mark, hint)
    if layout.taken == "joined":
        found.append(("names", msg("{rows} rows name the columns; they were joined.", rows=len(layout.header))))
    return found


def left_out_messages(left: Iterable[LeftOut], mark: str, hint: str = "") -> list[tuple[Reason, str]]:
    """Each reason why rows were left out, with the sentence that says how many they are and what they hold.

    `mark` begins comments; `hint` is the sentence that says how lines marked as totals are kept, "" for none.
    """
    by_reason = groupby(sorted(left, key=lambda one: (one.reason, one.at)), key=lambda one: one.reason)
    return [(reason, _message(reason, list(found), mark, hint)) for reason, found in by_reason]


def _message(reason: Reason, rows: Sequence[LeftOut], mark: str, hint: str) -> str:
    one, many = _LEFT_OUT[reason]
    shown = listed([msg("“{name}”", name=row.text) for row in rows[:_SHOWN]], separator="; ")
    shown = msg("{shown} …", shown=shown) if len(rows) > _SHOWN else shown
    places = first_few((f"{row.at + 1:,}" for row in rows), 5)
    return plural_msg(len(rows), one, many, shown=shown, rows=places, mark=mark, hint=hint and f" {hint}")


# Templates for one line and for many.
_LEFT_OUT: dict[Reason, tuple[str, str]] = {
    "above": ("1 line above the table was left out: {shown}.", "{n} lines above the table were left out: {shown}."),
    "comment": ("1 line that begins with “{mark}” was left out: {shown}.", "{n} lines that begin with “{mark}” were left out: {shown}."),
    "names": (
        "1 line beside the row that names the columns, of names, types or flags, was left out: {shown}.",
        "{n} lines beside the row that names the columns, of names, types or flags, were left out: {shown}.",
    ),
    "units": ("A row below the names holds units, which were kept as the units of the columns: {shown}.",) * 2,
    "repeated": (
        "1 line inside the table repeats its names and was left out (row {rows}).",
        "{n} lines inside the table repeat its names and were left out (row {rows}).",
    ),
    "total": (
        "1 line marked as a total was left out (row {rows}): {shown}.{hint}",
        "{n} lines marked as a total were left out (row {rows}): {shown}.{hint}",
    ),
    "empty": ("1 empty row between the names and the table was left out.", "{n} empty rows between the names and the table were left out."),
    "rule": ("1 line of dashes or the like was left out.", "{n} lines of dashes or the like were left out."),
    "inside": (
        "1 line that does not fit the columns was left out (row {rows}): {shown}.",
        "{n} lines that do not fit the columns were left out (row {rows}): {shown}.",
    ),
    "head": (
        "1 line heads the rows below it and stands in a column of its own there: {shown}.",
        "{n} lines head the rows below them and stand in a column of their own there: {shown}.",
    ),
    "below": ("1 line below the table was left out: {shown}.", "{n} lines below the table were left out: {shown}."),
    "end": ("1 line at the end was left out, as you chose: {shown}.", "{n} lines at the end were left out, as you chose: {shown}."),
}
