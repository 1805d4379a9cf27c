"""The finding that rows nearly repeat others: equal but for noise, so that a shuffled split has them on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast, get_args

import numpy as np

from mlops_desktop.engine.data import Table
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.engine.project import Role
from mlops_desktop.serving.frame import Bools, Floats, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns

NEAR_COPIES = FindingKind("near_copies", "Rows that nearly repeat others")
_LEAST_ROWS, _MOST_ROWS = 50, 20_000  # rows of which neighbours are looked for; of more, a random sample
_TRIED = 200  # rows whose neighbours are looked for
_LEAST_COLUMNS, _MOST_COLUMNS = 3, 8
_LEAST_VALUES = 0.2  # different values per row from which a number is measured finely enough to distinguish rows
_MOST_COPIES = 5  # of one row
_NEAR = 0.05  # of the distance to the nearest row that is no copy
_NEAR_IN_SETS = 0.25  # the same where it is known that rows are copies: one more that is kept together does no harm
_SHARE = 0.1  # of the tried rows


def near_copies(seen: Seen) -> Iterator[Finding]:
    """Rows that lie far nearer to one row, or to a few, than to any other, and are not equal to it."""
    found = _found(seen) if "group" not in seen.roles.values() else None
    if found is None:
        return
    share, names, without = found.share, found.names, found.without
    message = msg(
        "About {share:.0%} of the rows nearly repeat another row: by {names} they are {times} times nearer to it than to any further row.",
        share=share,
        names=quoted_columns([name for at, name in enumerate(names) if at not in without]),
        times=round(1 / _NEAR),
    )
    why = msg(
        "A row whose copy was learned from is recognised rather than predicted, so scores look too good. Give the role “group” to the "
        "column that says which rows were made from one another, or keep one row of each."
    )
    yield NEAR_COPIES.finding("warning", "", message, why)


def near_copy_sets(table: Table, target: str, roles: Mapping[str, str]) -> Ints | None:
    """Codes from 0 that rows share which nearly repeat each other, (rows,) intp; a row that repeats none has its own. None where there are
    fewer than the finding names, or more rows than are compared with each other. `roles` are those other than of a feature.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    known = {name: role for name, role in roles.items() if role in get_args(Role)}
    seen = Seen(table, target, None, cast("Mapping[str, Role]", known))
    found = _found(seen) if seen.frame.rows <= _MOST_ROWS else None
    if found is None:
        return None
    points = np.delete(found.points, found.without, axis=1)
    neighbours, copies = _neighbours(points, np.arange(len(points)), _NEAR_IN_SETS)
    last = np.where(copies.any(axis=1), copies.shape[1] - np.argmax(copies[:, ::-1], axis=1), 0)  # so many of the nearest are copies
    first, place = np.nonzero(np.arange(copies.shape[1]) < last[:, None])
    pairs = first, neighbours[first, place]
    sets = connected_components(coo_array((np.ones(len(first)), pairs), shape=(len(points), len(points))), directed=False)[1]
    codes = np.arange(seen.frame.rows) + len(points)  # rows that lack a number are alone
    codes[found.rows] = sets[found.point]
    return np.unique(codes, return_inverse=True)[1].astype(np.intp)


@dataclass(frozen=True, eq=False)
class _Found:
    """The share of tried rows that are copies, by the columns `names` but for the places in `without`; the distinct `points` (as ranks
    from 0 to 1) of these `rows`, and the `point` of each row.
    """

    share: float
    names: list[str]
    without: list[int]
    points: Floats
    rows: Ints
    point: Ints


def _found(seen: Seen) -> _Found | None:
    """What shows that rows nearly repeat others; None when nothing does."""
    if seen.target is None or seen.frame.rows < _LEAST_ROWS:
        return None
    names, rows, values = _numbers(seen)
    if len(names) < _LEAST_COLUMNS:
        return None
    distinct, point = np.unique(values, axis=0, return_inverse=True)
    if len(distinct) < _LEAST_ROWS:
        return None
    points = np.column_stack([_ranks(one) for one in distinct.T])
    left_out = [[], *([at] for at in range(len(names)) if len(names) > _LEAST_COLUMNS)]  # such as a number that each copy got anew
    share, without = max((float(_copied(np.delete(points, some, axis=1)).mean()), some) for some in left_out)
    return None if share < _SHARE else _Found(share, names, without, points, rows, point.ravel().astype(np.intp))


def _numbers(seen: Seen) -> tuple[list[str], Ints, Floats]:
    """The columns of numbers with the most different values, the rows that lack none of them, and their values."""
    rows = np.arange(seen.frame.rows)
    if len(rows) > _MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, _MOST_ROWS, replace=False))
    numbers = [column for column in seen.features() if column.is_number]
    fine = [column for column in numbers if seen.distinct(column) >= _LEAST_VALUES * seen.frame.rows]
    finest = sorted(fine, key=lambda column: -seen.distinct(column))[:_MOST_COLUMNS]
    fine = [column for column in fine if column in finest]
    if len(fine) < _LEAST_COLUMNS:
        return [], rows[:0], np.empty((0, 0))
    values = np.column_stack([seen.frame.number(column.name)[rows] for column in fine])
    whole = np.isfinite(values).all(axis=1)
    return [column.name for column in fine], rows[whole], values[whole]


def _ranks(values: Floats) -> Floats:
    ordered = np.sort(values)
    ranks: Floats = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / (2 * max(len(values), 1))
    return ranks


def _copied(points: Floats) -> Bools:
    """Which of some rows have up to _MOST_COPIES neighbours that are far nearer than the next one, (tried,) bool."""
    tried = np.random.default_rng(1).permutation(len(points))[:_TRIED]
    return np.asarray(_neighbours(points, tried, _NEAR)[1].any(axis=1))


def _neighbours(points: Floats, tried: Ints, near: float) -> tuple[Ints, Bools]:
    """The nearest neighbours of some points, (tried, k) positions; and whether those up to each are nearer than `near` of the distance to
    the next one, (tried, k).
    """
    from scipy.spatial import cKDTree

    distances, places = cKDTree(points).query(points[tried], k=min(len(points), _MOST_COPIES + 2))
    return places[:, 1:-1], distances[:, 1:-1] < near * distances[:, 2:]
