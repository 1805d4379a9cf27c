"""Findings about rows as reports print them: heads of groups between the rows, and values that stand once for the rows below them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.serving.message import msg

GROUP_HEADS = FindingKind("group_heads", "Rows that are headings of groups?")
MERGED_CELLS = FindingKind("merged_cells", "{column} is filled once for several rows")
_FEWEST_HEADS, _MOST_HEADS = 2, 0.5  # of the rows
_LEAST_EMPTY, _MOST_EMPTY = 0.3, 0.1  # cells of such a column, and of all others
_MOST_SHOWN = 3


def group_heads(seen: Seen) -> Iterator[Finding]:
    """Rows of which the first cell alone is filled, each before others of which all cells are: they name the group below them."""
    frame, columns = seen.frame, seen.table.schema.columns
    if len(columns) < 2 or not columns[0].is_categorical or not frame.rows:
        return
    others = np.all([frame.missing(column.name) for column in columns[1:]], axis=0)
    heads = others & ~frame.missing(columns[0].name)
    at = np.flatnonzero(heads)
    if not _FEWEST_HEADS <= len(at) <= _MOST_HEADS * frame.rows or not heads[0] or heads[-1] or np.diff(at).min() == 1:
        return
    codes, levels = frame.categorical(columns[0].name)
    names = [levels[code] for code in codes[at].tolist()]
    if len(set(names)) < len(names) or (len(columns) == 2 and np.isin(codes[~heads], codes[at]).any()):
        return
    message = msg(
        "{count:,} rows hold nothing but their first cell, such as {shown}: they may be headings of the groups below them.",
        count=len(names),
        shown=", ".join(f"“{name}” in row {row + 1:,}" for name, row in zip(names[:_MOST_SHOWN], at.tolist(), strict=False)),
    )
    why = msg("A heading is not a row to learn from, and the rows below lack what it says. Write it into a column of its own in the file.")
    yield GROUP_HEADS.finding("warning", "", message, why)


def merged_cells(seen: Seen) -> Iterator[Finding]:
    """First columns that are filled in some rows, each time with another value, while nothing else is empty: merged cells of a report."""
    frame, columns = seen.frame, seen.table.schema.columns
    empty = [frame.missing(column.name) for column in columns]
    for at, column in enumerate(columns[:-1]):
        gaps = empty[at]
        if not frame.rows or gaps.mean() < _LEAST_EMPTY:
            return
        filled = np.flatnonzero(~gaps)
        values = seen.values(column)[filled]
        steps = bool(len(filled) > 1 and (values[1:] != values[:-1]).all())
        rest = [other.mean() for other in empty[at + 1 :]]
        if gaps[0] or not steps or min(rest) > _MOST_EMPTY or len(np.unique(values)) < _FEWEST_HEADS:
            return
        message = msg(
            "“{column}” is filled in {filled:,} of {rows:,} rows, each time with another value; the rows below may belong to it.",
            column=column.name,
            filled=len(filled),
            rows=frame.rows,
        )
        why = msg("Reports write such a value once for several rows. The empty cells count as missing: fill them in the file.")
        yield MERGED_CELLS.finding("warning", column.name, message, why)
