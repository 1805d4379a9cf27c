"""Finds the rows of a table for which a formula holds."""

from __future__ import annotations

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project import digest
from mlops_desktop.serving import formula
from mlops_desktop.serving.frame import Bools, Frame, Layout
from mlops_desktop.serving.message import as_message, msg

_REMEDY = "Compare something, such as age > 30."


def rows_key(table: str, where: str) -> str:
    """Under which key the answer of `rows_where` is kept for a table's key."""
    return digest("rows where", table, where.strip())


def check_filter(layout: Layout, where: str) -> str:
    """What is wrong with a filter, with the way out; empty when it is right, or blank."""
    if not where.strip():
        return ""
    found = formula.check(where, layout)
    if found.problem:
        return UserError(found.problem, found.remedy).sentences
    if found.kind == "boolean":
        return ""
    return msg("This gives a {kind} for each row, not yes or no. {way_out}", kind=as_message(found.kind), way_out=_REMEDY)


def rows_where(frame: Frame, where: str) -> Bools:
    """Where the formula holds, (rows,) bool; a missing answer counts as no, a blank formula holds everywhere.

    UserError when the formula is wrong or gives no yes or no.
    """
    if not where.strip():
        return np.ones(frame.rows, dtype=bool)
    found = formula.parse(where, frame.layout)
    if found.kind != "boolean":
        raise UserError(msg("The filter gives a {kind} for each row, not yes or no.", kind=as_message(found.kind)), _REMEDY)
    holds: Bools = found.true(frame)
    return holds
