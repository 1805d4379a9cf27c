"""Finds the column of dates that orders the rows of a table in time, and says so as a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from mlops_desktop.engine.data import Table, snake_name
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.engine.project import is_learned_from
from mlops_desktop.serving.dates import is_time_of_day
from mlops_desktop.serving.frame import Bools, Longs
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.schema import Column

TIME_ORDER = FindingKind("time_order", "{column} orders the rows in time")
_LEAST_ROWS, _LEAST_MOMENTS = 30, 8
_ORDERED = 0.99  # share of the rows that are not before the one above them from which a column rises
_UNIQUE = 0.9  # moments per row from which each row is an event of its own
_BIRTH = re.compile(r"(.*_)?(birth|birthday|birthdate|dob|born|geburt\w*|geboren|naissance|nacimiento|nascita|nascimento)(_.*)?")


def time_order(table: Table, target: str, roles: Mapping[str, str]) -> tuple[str, str] | None:
    """The column of dates by which rows should be split, and the reason; None when there is none, or something else ties rows together.

    Its dates rise (or fall) from row to row, or nearly each row has its own. Of several, one that rises comes first, then the earliest.
    A date of birth orders no events.
    """
    if table.rows < _LEAST_ROWS or not {"group", "fold"}.isdisjoint(roles.values()):
        return None
    found = []
    for place, column in enumerate(table.schema.columns):
        if column.name == target or not is_learned_from(roles.get(column.name)) or not _has_days(column):
            continue
        there: Bools = ~table.frame.missing(column.name)
        moments = table.frame.date(column.name)[there]
        distinct = len(np.unique(moments))
        ordered = _is_ordered(moments)
        if distinct >= _LEAST_MOMENTS and 2 * len(moments) > table.rows and (ordered or distinct >= _UNIQUE * len(moments)):
            found.append((roles.get(column.name) != "time", not ordered, float(np.median(moments)), place, column.name, distinct))
    if not found:
        return None
    _, unordered, _, _, name, distinct = min(found)
    if not unordered:
        return name, msg("The rows follow “{name}” in time, so the model learns from the past and is tested on the latest rows.", name=name)
    return name, msg(
        "“{name}” has {distinct:,} moments in {rows:,} rows: each row is an event, so the model learns from the past and is tested on the "
        "latest rows.",
        name=name,
        distinct=distinct,
        rows=table.rows,
    )


def _has_days(column: Column) -> bool:
    return column.type == "date" and not is_time_of_day(column.grammar.date) and _BIRTH.fullmatch(snake_name(column.name)) is None


def _is_ordered(moments: Longs) -> bool:
    """Whether the dates rise, or fall, from row to row, but for a few."""
    if len(moments) < 2:
        return False
    later, earlier = float(np.mean(moments[1:] >= moments[:-1])), float(np.mean(moments[1:] <= moments[:-1]))
    return max(later, earlier) >= _ORDERED


def ordered_in_time(seen: Seen) -> Iterator[Finding]:
    """The column that orders the rows, with the split by it."""
    found = time_order(seen.table, seen.target or "", seen.roles)
    if found is None or seen.target is None:
        return
    name, reason = found
    why = msg(
        "Rows that are drawn at random are tested beside rows of the same days, so scores look better than those of the future. "
        "Decline only if new rows will be of the same time as these."
    )
    yield TIME_ORDER.finding("warning", name, reason, why, {"split": {"id": "time", "params": {"column": [name]}}})
