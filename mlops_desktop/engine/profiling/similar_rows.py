"""Finds rows that belong together and are only similar, such as the visits of a patient whose values all vary a little.

The target of such a row is that of the most similar rows, but not that of rows which are a little less similar: a model recognises what the
row belongs to. Where the target follows from the values, it is alike over far more neighbours. And the most similar rows are nearer than
the distances to further ones make likely.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast, get_args

import numpy as np

from mlops_desktop.engine.data import Table
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.engine.profiling.hidden_groups import alike, answers_of, find_hidden_groups
from mlops_desktop.engine.project import Role
from mlops_desktop.serving.frame import Floats, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns

SIMILAR_ROWS = FindingKind("similar_rows", "Rows seem to belong together")
_LEAST_ROWS, _MOST_ROWS = 100, 4_000  # of which all distances are compared
_TRIED = 1_000  # rows whose neighbours are looked for
_LEAST_COLUMNS, _MOST_COLUMNS = 3, 12
_LEAST_VALUES = 10  # of a number by which rows are compared
_FIRST_FAR, _LAST_FAR = 16, 30  # the neighbours that are no longer of the same few rows
_ALIKE = 0.35  # the target of a row and of the most similar one; 0 is chance, 1 is the same
_STILL = 0.25  # of that, among the far neighbours, at most
_NEARER = 1.05  # the logarithm of how much nearer the nearest row is than the 16th, beside that of evenly scattered rows
_MARGIN = 4.0  # rows of a set, for each that seem to belong together: those at its border are in it too
_LEAST_SETS = 15
_LEAST_NOISE = 0.01  # of the ranks of a column


@dataclass(frozen=True, eq=False)
class SimilarRows:
    """The columns `names` by which rows are similar, how alike the target is to that of the most similar row (`near`) and of the 16th to
    30th (`far`), and codes of the sets of rows to keep together, (rows,) intp; a row that lacks a number is alone.
    """

    names: tuple[str, ...]
    near: float
    far: float
    sets: Ints


def find_similar_rows(table: Table, target: str, roles: Mapping[str, str]) -> SimilarRows | None:
    """Rows that belong together by their values; None where none do, where a column says what they belong to, or of too many rows."""
    if not target or not {"group", "fold"}.isdisjoint(roles.values()) or not _LEAST_ROWS <= table.rows <= _MOST_ROWS:
        return None
    known = {name: role for name, role in roles.items() if role in get_args(Role)}
    seen = Seen(table, target, None, cast("Mapping[str, Role]", known))
    names, rows, points = _points(seen)
    if len(names) < _LEAST_COLUMNS:
        return None
    distinct, first, of_row = np.unique(points, axis=0, return_index=True, return_inverse=True)
    answers = answers_of(seen, rows)[first]
    tried = _tried(answers)
    if len(tried) < _LEAST_ROWS:
        return None
    distances, near_rows = _neighbours(distinct, tried)
    if _nearer(distances) < _NEARER:
        return None
    curve = np.array([alike(answers[tried], answers[one], answers) for one in near_rows.T])
    near, far = float(curve[0]), float(curve[_FIRST_FAR - 1 :].mean())
    if near < max(_ALIKE, 6 / np.sqrt(len(distinct))) or far > _STILL * near:
        return None
    size = 1 + int(np.argmax(np.append(curve < near / 2, True)))
    sets = np.arange(table.rows) + len(distinct)
    sets[rows] = _sets(_by_noise(distinct), answers, size)[of_row.ravel()]
    return SimilarRows(tuple(names), near, far, np.unique(sets, return_inverse=True)[1].astype(np.intp))


def similar_rows(seen: Seen) -> Iterator[Finding]:
    """Rows that are recognised by rows which are similar to them."""
    if find_hidden_groups(seen.table, seen.target or "", seen.roles) is not None:
        return
    found = find_similar_rows(seen.table, seen.target or "", seen.roles)
    if found is None:
        return
    message = msg(
        "By {names}, “{target}” of a row and of the most similar one is {near:.0%} alike, but of a row and the {first}th to {last}th most "
        "similar {far:.0%} (0 % is chance): some rows seem to belong together, such as those of one patient.",
        names=quoted_columns(found.names),
        target=seen.target,
        near=found.near,
        first=_FIRST_FAR,
        last=_LAST_FAR,
        far=max(found.far, 0.0),
    )
    why = msg(
        "A row that belongs to one which was learned from is recognised rather than predicted, so scores look too good. Give the role "
        "“group” to the column that says what rows belong to; without it, the proposed split keeps similar rows on one side."
    )
    yield SIMILAR_ROWS.finding("warning", "", message, why)


def _points(seen: Seen) -> tuple[list[str], Ints, Floats]:
    """The columns of numbers with the most values, the rows that lack none of them nor the target, and their ranks from 0 to 1."""
    numbers = [column for column in seen.features() if column.is_number and seen.distinct(column) >= _LEAST_VALUES]
    names = [column.name for column in sorted(numbers, key=lambda column: -seen.distinct(column))[:_MOST_COLUMNS]]
    if len(names) < _LEAST_COLUMNS:
        return [], np.empty(0, dtype=np.intp), np.empty((0, 0))
    values = np.column_stack([seen.frame.number(name) for name in names])
    rows = np.flatnonzero(np.isfinite(values).all(axis=1) & ~seen.frame.missing(str(seen.target)))
    ranks = [(np.searchsorted(np.sort(one), one, "left") + np.searchsorted(np.sort(one), one, "right")) / 2 for one in values[rows].T]
    return names, rows, np.column_stack(ranks) / max(len(rows), 1)


def _tried(answers: Floats | Ints) -> Ints:
    """The points whose neighbours are looked for: some of those whose class has more points than far neighbours are looked at."""
    order = np.random.default_rng(1).permutation(len(answers))
    if answers.dtype.kind != "f":
        order = order[np.bincount(answers.astype(np.intp))[answers[order].astype(np.intp)] >= 2 * _LAST_FAR]
    return order[:_TRIED]


def _neighbours(points: Floats, tried: Ints) -> tuple[Floats, Ints]:
    """The distances of some points to their nearest neighbour, the next one …, and these neighbours, (tried, _LAST_FAR) each."""
    from scipy.spatial import cKDTree

    distances, near = cKDTree(points).query(points[tried], k=_LAST_FAR + 1)
    return distances[:, 1:], near[:, 1:]


def _nearer(distances: Floats) -> float:
    """How much nearer the nearest row is than the 16th, in logarithms, beside that of rows which are scattered evenly: 1 is as near.

    Of those the logarithm of the distance grows from one neighbour to the next by the inverse of its number, divided by the dimension
    (Levina and Bickel, 2005), which the far neighbours show.
    """
    inverse = 1 / np.arange(1, _LAST_FAR)
    logs = np.log(np.maximum(distances, 1e-12))
    by_far = float((logs[:, -1] - logs[:, _FIRST_FAR - 1]).mean()) / float(inverse[_FIRST_FAR - 1 :].sum())
    by_near = float((logs[:, _FIRST_FAR - 1] - logs[:, 0]).mean()) / float(inverse[: _FIRST_FAR - 1].sum())
    return by_near / max(by_far, 1e-12)


def _by_noise(points: Floats) -> Floats:
    """The points with each column divided by what it differs by between a point and its nearest neighbour: what hardly varies among rows
    that belong together says most of which these are.
    """
    from scipy.spatial import cKDTree

    scaled = points
    for _ in range(2):
        near = cKDTree(scaled).query(scaled, k=2)[1][:, 1]
        scaled = points / np.maximum(np.sqrt(np.mean((points - points[near]) ** 2, axis=0)), _LEAST_NOISE)
    return scaled


def _sets(points: Floats, answers: Floats | Ints, size: int) -> Ints:
    """Codes of sets of similar points (Ward's clusters), as small as leave a point's nearest neighbour in another set no more alike than
    far neighbours are.
    """
    from scipy.cluster.hierarchy import fcluster, ward
    from scipy.spatial import cKDTree

    tree, merged = cKDTree(points), ward(points)
    near = tree.query(points, k=min(len(points), 10 * _LAST_FAR))[1][:, 1:]
    count = max(int(len(points) / (_MARGIN * size)), _LEAST_SETS)
    while True:
        sets: Ints = fcluster(merged, count, criterion="maxclust").astype(np.intp)
        other = sets[near] != sets[:, None]
        there = other.any(axis=1)
        nearest = near[np.arange(len(points)), np.argmax(other, axis=1)]
        if count <= _LEAST_SETS or alike(answers[there], answers[nearest[there]], answers) <= _STILL * alike(
            answers, answers[near[:, 0]], answers
        ):
            return sets
        count = max(count // 2, _LEAST_SETS)
