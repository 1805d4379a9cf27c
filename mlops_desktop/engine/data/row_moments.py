"""The time of each row of a table, from one column or from several that hold a year, a month, a day …; only the order counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.frame import MISSING_DATE, Bools, Floats, Frame, Ints, Longs
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.month_names import month_number


def moments(frame: Frame, names: Sequence[str]) -> Longs | Floats:
    """The moment of each row, (rows,): of one column its int64 microseconds or float64 numbers, with its own missing value.

    Several columns go from coarse to fine, such as a year, the name of its month and a day: rows are ordered by the first, those that are
    equal there by the second and so on. The moments are then int64 ranks that equal rows share, MISSING_DATE where a column is missing.
    UserError when a column holds neither dates nor numbers nor, of several, names of months.
    """
    columns = [_values(frame, name, several=len(names) > 1) for name in names]
    if len(columns) == 1:
        return columns[0]
    missing: Bools = np.logical_or.reduce([frame.missing(name) for name in names])
    ranks = np.zeros(frame.rows, dtype=np.int64)
    for values in columns:
        distinct, codes = np.unique(values, return_inverse=True)
        ranks = np.unique(ranks * len(distinct) + codes, return_inverse=True)[1].astype(np.int64)
    ranks[missing] = MISSING_DATE
    return ranks


def time_blocks(when: NDArray[np.generic], count: int) -> Ints:
    """The block of each moment (rows,): about `count` blocks of adjacent moments, about equal in rows. Equal moments are in one block."""
    before = np.searchsorted(np.sort(when), when, side="left")
    return np.unique(before * count // max(len(when), 1), return_inverse=True)[1].astype(np.intp)


def _values(frame: Frame, name: str, several: bool) -> Longs | Floats:
    kind = frame.layout.kind(name)
    if kind == "date":
        return frame.date(name)
    if kind == "number":
        return frame.number(name)
    if kind == "categorical" and several:
        codes, levels = frame.categorical(name)
        months = np.array([*(_month(level) for level in levels), -1], dtype=np.int64)
        if (months[:-1] > 0).all():
            return months[codes]
    raise UserError(
        msg("The time column “{time}” holds neither dates nor numbers.", time=name),
        "Choose a date or number column, or set its type.",
    )


def _month(level: str) -> int:
    return int(level) if level.isdecimal() and len(level) <= 2 else month_number(level)
