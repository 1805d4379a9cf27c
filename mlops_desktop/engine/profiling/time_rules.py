"""The finding that a column of dates, or columns of its parts, order the rows of a table in time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast, get_args

import numpy as np

from mlops_desktop.engine.data import Table, moments, snake_name
from mlops_desktop.engine.profiling.date_pieces import is_unix_time, ordering_columns
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.engine.project import Role, is_feature_role
from mlops_desktop.serving.dates import is_time_of_day
from mlops_desktop.serving.frame import MISSING_DATE, Floats, Longs
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns
from mlops_desktop.serving.schema import Column

TIME_ORDER = FindingKind("time_order", "{column} orders the rows in time")
_LEAST_ROWS = 30
_LEAST_MOMENTS = 4  # one to test with, and three that make two folds
_ORDERED = 0.99  # share of the rows that are not before the one above them from which a column rises
_UNIQUE = 0.9  # moments per row from which each row is an event of its own
_BIRTH = re.compile(r"(.*_)?(birth|birthday|birthdate|dob|born|geburt\w*|geboren|naissance|nacimiento|nascita|nascimento)(_.*)?")


def time_order(table: Table, target: str, roles: Mapping[str, str]) -> tuple[tuple[str, ...], str] | None:
    """The columns by which rows should be split in time, from coarse to fine, and the reason; None when there are none, or something else
    ties rows together.

    One column of dates, or several that hold the parts of one. Their moments rise (or fall) from row to row, or nearly each row has its
    own. Of several, one that rises comes first, then one column before parts, then the earliest. A date of birth orders no events. Where
    a column has the role “time”, it is the only one.
    """
    best = _best(table, target, roles)
    if best is None or not (best.ordered or best.unique):
        return None
    names = quoted_columns(best.names)
    if best.ordered:
        text = msg("The rows follow {names} in time, so the model learns from the past and is tested on the latest rows.", names=names)
        return best.names, text
    return best.names, msg(
        "By {names} there are {distinct:,} moments in {rows:,} rows: each row is an event, so the model learns from the past and is tested "
        "on the latest rows.",
        names=names,
        distinct=best.moments,
        rows=table.rows,
    )


def time_columns(table: Table, target: str, roles: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that a split by time would go by, whether it should or not; empty when no column says when a row is, or something else
    ties rows together.
    """
    best = _best(table, target, roles)
    return best.names if best is not None else ()


def rises_in_time(table: Table, target: str, roles: Mapping[str, str]) -> bool:
    """Whether the moments of the columns of `time_order` rise, or fall, from row to row, rather than being different in each."""
    best = _best(table, target, roles)
    return best is not None and best.ordered


@dataclass(frozen=True)
class _Candidate:
    """Columns that say when a row is, and how many different `moments` there are.

    `ordered`: they rise or fall from row to row; `unique`: nearly each row has its own. `when` are the moments of the rows that have one.
    """

    names: tuple[str, ...]
    ordered: bool
    unique: bool
    moments: int
    when: Longs | Floats

    @property
    def start(self) -> float:
        """The median date of one column."""
        return float(np.median(self.when)) if len(self.names) == 1 else 0.0

    @property
    def rank(self) -> tuple[bool, bool, int, float]:
        """The least is preferred."""
        return not self.ordered, not (self.ordered or self.unique), len(self.names), self.start


def _best(table: Table, target: str, roles: Mapping[str, str]) -> _Candidate | None:
    if table.rows < _LEAST_ROWS or not {"group", "fold"}.isdisjoint(roles.values()):
        return None
    found = (*_of_dates(table, target, roles), *_of_parts(table, target, roles))
    if by_role := {name for name, role in roles.items() if role == "time"}:
        found = tuple(one for one in found if len(one.names) == 1 and one.names[0] in by_role)
    return found[0] if len(found) == 1 else min(found, key=lambda one: one.rank, default=None)


def _of_dates(table: Table, target: str, roles: Mapping[str, str]) -> Iterator[_Candidate]:
    for column in table.schema.columns:
        if column.name != target and is_feature_role(roles.get(column.name)) and _has_moments(table, column):
            yield from _candidate(table, (column.name,), events=True)


def _of_parts(table: Table, target: str, roles: Mapping[str, str]) -> Iterator[_Candidate]:
    kept = {name: role for name, role in roles.items() if role in get_args(Role)}
    for names, whole in ordering_columns(Seen(table, target, None, cast("Mapping[str, Role]", kept))):
        # “day” may be a weekday, which orders nothing: the months before it do.
        counts = range(len(names), 1, -1)
        found = [one for count in counts for one in _candidate(table, names[:count], events=whole and count == len(names))]
        yield from [one for one in found if one.ordered or one.unique][:1] or found[:1]


def _candidate(table: Table, names: tuple[str, ...], *, events: bool) -> Iterator[_Candidate]:
    """The candidate of these columns, unless too few rows have a moment or there are too few; `events`: each row may have its own."""
    when = moments(table.frame, names)
    there = when[~np.isnan(when)] if when.dtype.kind == "f" else when[np.not_equal(when, MISSING_DATE)]
    distinct = table.distinct(names[0]) if len(names) == 1 else len(np.unique(there))
    if distinct >= _LEAST_MOMENTS and 2 * len(there) > len(when):
        yield _Candidate(names, _is_ordered(there), events and distinct >= _UNIQUE * len(there), distinct, there)


def _has_moments(table: Table, column: Column) -> bool:
    return _has_days(column) or is_unix_time(table.frame, column)


def _has_days(column: Column) -> bool:
    return column.is_date and not is_time_of_day(column.grammar.date) and _BIRTH.fullmatch(snake_name(column.name)) is None


def _is_ordered(moments: Longs | Floats) -> bool:
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
    names, reason = found
    why = msg(
        "Rows that are drawn at random are tested beside rows of the same days, so scores look better than those of the future. "
        "Decline only if new rows will be of the same time as these."
    )
    yield TIME_ORDER.finding("warning", names[0], reason, why, {"split": {"id": "time", "params": {"column": [*names]}}})
