"""Headings of groups: rows with nothing but a first cell, which says what the rows below it belong to, as a column of its own."""

from __future__ import annotations

from collections.abc import Iterable

from .table_finder import LeftOut

HEADING = "(heading)"  # the name of the column; a table has one where a person wants it


def headings(left_out: Iterable[LeftOut], rows: int) -> list[str]:
    """For each of so many rows of a table the heading above it, "" above the first one; `left_out` are among these rows."""
    found: list[str] = []
    at, last = 0, ""
    for one in sorted(left_out, key=lambda one: one.at):
        found += [last] * min(one.at - at, rows - len(found))
        at = one.at + 1
        if one.reason == "head":
            last = one.text
    return [*found, *[last] * (rows - len(found))]
