"""Which rows of a table are shown, and in which order: a filter by a formula, and one column to sort by."""

from __future__ import annotations

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project import digest
from mlops_desktop.serving import formula
from mlops_desktop.serving.frame import MISSING_DATE, Frame, Ints


def rows_key(table: str, where: str, by: str, descending: bool) -> str:
    """Under which key the answer of `find_rows` is kept for a table's key."""
    return digest("rows shown", table, where.strip(), by, descending)


def find_rows(frame: Frame, where: str = "", by: str = "", descending: bool = False) -> Ints:
    """Positions of the rows where the formula holds (all when it is blank), sorted by a column (in the table's order when `by` is "").

    Missing values come last either way; equal values keep the table's order. UserError when the formula is wrong, gives no true or false,
    or the column is not there.
    """
    rows = np.arange(frame.rows, dtype=np.intp)
    if where.strip():
        found = formula.parse(where, frame.layout)
        if found.kind != "boolean":
            raise UserError(f"The filter gives a {found.kind} for each row, not yes or no.", "Compare something, such as age > 30.")
        rows = np.flatnonzero(found.true(frame))
    return _sorted(frame, rows, by, descending) if by else rows


def _sorted(frame: Frame, rows: Ints, by: str, descending: bool) -> Ints:
    keys, there = _keys(frame, by)
    keys, there = keys[rows], there[rows]
    present = rows[there]
    keys = keys[there]
    # Downwards: sorted from behind and turned round, so that equal values keep their order.
    order = len(keys) - 1 - np.argsort(keys[::-1], kind="stable")[::-1] if descending else np.argsort(keys, kind="stable")
    return np.concatenate([present[order], rows[~there]])


def _keys(frame: Frame, name: str) -> tuple[np.ndarray, np.ndarray]:
    kind = frame.layout.kind(name)
    if kind == "number":
        numbers = frame.number(name)
        return numbers, ~np.isnan(numbers)
    if kind == "date":
        dates = frame.date(name)
        return dates, dates != MISSING_DATE
    codes, levels = frame.word(name)
    rank = np.empty(len(levels) + 1, dtype=np.intp)
    rank[np.array(sorted(range(len(levels)), key=lambda i: (levels[i].casefold(), levels[i])), dtype=np.intp)] = np.arange(len(levels))
    rank[len(levels)] = -1
    return rank[codes], codes >= 0
