"""The finding that rows nearly repeat others: equal but for noise, so that a shuffled split has them on both sides."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.serving.frame import Bools, Floats
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns

NEAR_COPIES = FindingKind("near_copies", "Rows that nearly repeat others")
_LEAST_ROWS, _MOST_ROWS = 50, 20_000  # rows of which neighbours are looked for; of more, a random sample
_TRIED = 200  # rows whose neighbours are looked for
_LEAST_COLUMNS, _MOST_COLUMNS = 3, 8
_LEAST_VALUES = 0.2  # different values per row from which a number is measured finely enough to distinguish rows
_MOST_COPIES = 5  # of one row
_NEAR = 0.05  # of the distance to the nearest row that is no copy
_SHARE = 0.1  # of the tried rows


def near_copies(seen: Seen) -> Iterator[Finding]:
    """Rows that lie far nearer to one row, or to a few, than to any other, and are not equal to it."""
    if seen.target is None or "group" in seen.roles.values() or seen.frame.rows < _LEAST_ROWS:
        return
    names, points = _points(seen)
    if len(names) < _LEAST_COLUMNS or len(points) < _LEAST_ROWS:
        return
    left_out = [[], *([at] for at in range(len(names)) if len(names) > _LEAST_COLUMNS)]  # such as a number that each copy got anew
    share, without = max((float(_copied(np.delete(points, some, axis=1)).mean()), some) for some in left_out)
    if share < _SHARE:
        return
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


def _points(seen: Seen) -> tuple[list[str], Floats]:
    """The columns of numbers with the most different values, and the distinct rows of these that lack none, as ranks from 0 to 1."""
    rows = np.arange(seen.frame.rows)
    if len(rows) > _MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, _MOST_ROWS, replace=False))
    numbers = [column for column in seen.features() if column.is_number]
    fine = [column for column in numbers if seen.distinct(column) >= _LEAST_VALUES * seen.frame.rows]
    finest = sorted(fine, key=lambda column: -seen.distinct(column))[:_MOST_COLUMNS]
    fine = [column for column in fine if column in finest]
    if len(fine) < _LEAST_COLUMNS:
        return [], np.empty((0, 0))
    values = np.column_stack([seen.frame.number(column.name)[rows] for column in fine])
    values = np.unique(values[np.isfinite(values).all(axis=1)], axis=0)
    return [column.name for column in fine], np.column_stack([_ranks(one) for one in values.T])


def _ranks(values: Floats) -> Floats:
    ordered = np.sort(values)
    ranks: Floats = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / (2 * max(len(values), 1))
    return ranks


def _copied(points: Floats) -> Bools:
    """Which of some rows have up to _MOST_COPIES neighbours that are far nearer than the next one, (tried,) bool."""
    from scipy.spatial import cKDTree

    tried = np.random.default_rng(1).permutation(len(points))[:_TRIED]
    distances = cKDTree(points).query(points[tried], k=min(len(points), _MOST_COPIES + 2))[0][:, 1:]
    copied: Bools = (distances[:, :-1] < _NEAR * distances[:, 1:]).any(axis=1)
    return copied
