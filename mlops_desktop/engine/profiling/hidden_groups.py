"""Finds rows that belong together though no column names what they belong to, such as the visits of a patient without a number.

Columns that describe the patient have the same values in all of its rows. Their combinations then repeat far more often than the values of
independent columns would, one column follows from the others, and rows with the same combination have nearly the same target while the
most similar other combination has not: a model recognises the patient.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import cast, get_args

import numpy as np

from mlops_desktop.engine.data import Table
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.engine.project import Role
from mlops_desktop.serving.frame import Bools, Floats, Ints
from mlops_desktop.serving.message import Message, msg
from mlops_desktop.serving.plural import quoted_columns
from mlops_desktop.serving.schema import Column

HIDDEN_GROUPS = FindingKind("hidden_groups", "Rows seem to belong together")
_MOST_ROWS = 20_000  # the first of more: rows that belong together mostly stand together
_MOST_COLUMNS = 14  # whose pairs are tried: those with the most values
_LEAST_SIZE, _MOST_SIZE = 1.8, 50.0  # mean rows of a combination
_LEAST_GROUPS = 20
_MOST_LISTED = 2**20  # combinations that are counted in a list of all that could be
_TRIED = 1_000  # combinations whose most similar other one is looked for
_COMMON = 0.7  # the chance that two rows have the same value, beyond which a column distinguishes nothing
_FOLLOWS, _MAY_FOLLOW = 0.9, 0.8  # share of the repeated rows in which a column has the value of the first row of its combination
_TOO_FEW = 0.6  # combinations, of those of independent columns
_VISIBLE = 0.9  # values of one category per combination: it names what rows belong to, and a person sees it
_ALIKE = 0.4  # how alike the target is within a combination; 0 is chance, 1 is certainty
_APART = 0.3  # by how much it is less alike in the most similar other combination


@dataclass(frozen=True)
class HiddenGroups:
    """The columns whose combinations group the rows (from the one with the most values), how many combinations there are in how many rows,
    how many independent columns would make, and how alike the target is `within` a combination and `beside` it (0: chance, 1: the same).
    """

    columns: tuple[str, ...]
    groups: int
    rows: int
    expected: int
    within: float
    beside: float

    @property
    def reason(self) -> Message:
        """The evidence as a sentence."""
        return msg(
            "{names} have {groups:,} combinations in {rows:,} rows, where independent columns would make about {expected:,}: rows with the "
            "same one seem to belong together.",
            names=quoted_columns(list(self.columns)),
            groups=self.groups,
            rows=self.rows,
            expected=self.expected,
        )


def find_hidden_groups(table: Table, target: str, roles: Mapping[str, str]) -> HiddenGroups | None:
    """What groups the rows of a table without a name; None where nothing does, or a column has the role “group” or “fold”."""
    if not target or not {"group", "fold"}.isdisjoint(roles.values()) or table.rows < _LEAST_SIZE * _LEAST_GROUPS:
        return None
    known = {name: role for name, role in roles.items() if role in get_args(Role)}
    seen = Seen(table, target, None, cast("Mapping[str, Role]", known))
    rows = _rows_with_target(seen)
    codes = _codes(seen, rows)
    if len(codes) < 2:
        return None
    best: HiddenGroups | None = None
    answers: Floats | Ints | None = None
    for names in _sets_of_columns(seen, codes):
        if best is None or len(names) > len(best.columns):
            answers = answers_of(seen, rows) if answers is None else answers
            best = _grouping(seen, names, codes, answers) or best
    return best


def groups_without_name(seen: Seen) -> Iterator[Finding]:
    """Rows with equal combinations of columns that are recognised by them; the fix keeps these on one side of the split."""
    found = find_hidden_groups(seen.table, seen.target or "", seen.roles)
    if found is None:
        return
    message = msg(
        "{reason} Their “{target}” is {within:.0%} alike, that of the most similar other combination {beside:.0%} (0 % is chance).",
        reason=found.reason,
        target=seen.target,
        within=found.within,
        beside=max(found.beside, 0.0),
    )
    why = msg(
        "With rows of one of them in training and test, a model recognises it, and scores look too good. Decline only if new rows will "
        "have combinations that are in this table."
    )
    yield HIDDEN_GROUPS.finding(
        "warning", found.columns[0], message, why, {"split": {"id": "grouped", "params": {"column": [*found.columns]}}}
    )


def _rows_with_target(seen: Seen) -> Ints:
    return np.flatnonzero(~seen.frame.missing(str(seen.target)))[:_MOST_ROWS]


def _codes(seen: Seen, rows: Ints) -> dict[str, Ints]:
    """Codes of the values of the columns that may describe what rows belong to, the column with the most values first."""
    found = []
    for column in seen.features():
        if column.is_free_text or column.type == "id":
            continue
        values = seen.values(column)[rows]
        distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
        if 2 <= len(distinct) <= len(rows) / _LEAST_SIZE and float(np.sum((counts / len(rows)) ** 2)) <= _COMMON:
            found.append((-len(distinct), column.name, codes.astype(np.intp)))
    return {name: codes for _, name, codes in sorted(found, key=lambda one: one[:2])[:_MOST_COLUMNS]}


def answers_of(seen: Seen, rows: Ints) -> Floats | Ints:
    """The target of these rows: codes of classes, or ranks of numbers from 0 to 1."""
    classes = seen.classes()
    if classes is not None:
        return classes[0][rows]
    values = seen.values(seen.table.schema.column(str(seen.target)))[rows]
    ordered = np.sort(values)
    ranks: Floats = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / (2 * len(values))
    return ranks


def _sets_of_columns(seen: Seen, codes: Mapping[str, Ints]) -> Iterator[tuple[str, ...]]:
    """Sets of columns of which some follow from two of them, or from one of measured numbers; those with the most values first."""
    tried = set()
    single = {name: _first_rows(of) for name, of in codes.items()}
    named = {name for name in codes if seen.table.schema.column(name).is_categorical}
    measured = [(name,) for name in codes if seen.table.schema.column(name).type == "number"]
    for seed in (*combinations(codes, 2), *measured):
        rows = len(codes[seed[0]])
        if rows > _MOST_SIZE * math.prod(int(codes[name].max()) + 1 for name in seed):
            continue  # whatever the combinations are
        combined = _combined([codes[name] for name in seed])
        if not _LEAST_SIZE <= rows / (int(combined.max()) + 1) <= _MOST_SIZE:
            continue
        first = _first_rows(combined)
        following = [
            name
            for name in codes
            if name not in seed
            and _follows(codes[name], first) >= _MAY_FOLLOW
            and all(_follows(codes[name], single[one]) < _FOLLOWS for one in seed if one in named)  # as a country follows from a city
        ]
        names = tuple(name for name in codes if name in seed or name in following)
        if following and names not in tried:
            tried.add(names)
            others = (_first_rows(_combined([codes[one] for one in names if one != name])) for name in following)
            if all(_follows(codes[name], rest) >= _FOLLOWS for name, rest in zip(following, others, strict=True)):
                yield names


def _combined(codes: list[Ints]) -> Ints:
    """One code for each combination of codes."""
    total = codes[0]
    for one in codes[1:]:
        total = total * (int(one.max()) + 1) + one
        if total.max() < _MOST_LISTED:  # much quicker than to sort them
            total = (np.cumsum(np.bincount(total) > 0) - 1)[total]
        else:
            total = np.unique(total, return_inverse=True)[1].astype(np.intp)
    return total


def _follows(codes: Ints, first: tuple[Ints, Bools]) -> float:
    """The share of the rows of each group but its first (see `_first_rows`) that have the value of that one."""
    at, again = first
    return float(np.mean(codes[again] == codes[at[again]])) if again.any() else 0.0


def _first_rows(groups: Ints) -> tuple[Ints, Bools]:
    """For each row the first one of its group (codes from 0, each there), and whether it is another one."""
    rows = np.arange(len(groups))
    first = np.empty(int(groups.max()) + 1, dtype=np.intp)
    first[groups[::-1]] = rows[::-1]  # the last of equal positions, the first row, stays
    at = first[groups]
    return at, at != rows


def _grouping(seen: Seen, names: tuple[str, ...], codes: Mapping[str, Ints], answers: Floats | Ints) -> HiddenGroups | None:
    """The groups by the combinations of these columns, where they are far fewer than chance makes, and rows are recognised by them."""
    combined = _combined([codes[name] for name in names])
    rows, groups = len(combined), len(np.unique(combined))
    columns = [seen.table.schema.column(name) for name in names]
    if groups < _LEAST_GROUPS or any(
        column.is_categorical and len(np.unique(codes[column.name])) >= _VISIBLE * groups for column in columns
    ):
        return None
    rng = np.random.default_rng(0)
    expected = len(np.unique(_combined([rng.permutation(codes[name]) for name in names])))
    if groups > _TOO_FEW * expected:
        return None
    first, again = _first_rows(combined)
    within = alike(answers[again], answers[first[again]], answers)
    if within < _ALIKE:
        return None
    one, other = _nearest(columns, codes, np.flatnonzero(~again))
    beside = alike(answers[one], answers[other], answers)
    if within - max(beside, 0.0) < max(_APART, 2 / np.sqrt(groups)):
        return None
    return HiddenGroups(names, groups, rows, expected, within, beside)


def alike(some: Floats | Ints, others: Floats | Ints, all_of_them: Floats | Ints) -> float:
    """How alike pairs of answers are: 0 as chance makes them, 1 the same (Cohen's kappa; of ranks, an intraclass correlation)."""
    if some.dtype.kind == "f":
        return 1 - float(np.mean((some - others) ** 2)) / max(2 * float(np.var(all_of_them)), 1e-12)
    shares = np.bincount(all_of_them[all_of_them >= 0].astype(np.intp)) / len(all_of_them)
    chance = float(shares @ shares)
    return (float(np.mean(some == others)) - chance) / max(1 - chance, 1e-12)


def _nearest(columns: list[Column], codes: Mapping[str, Ints], rows: Ints) -> tuple[Ints, Ints]:
    """Some of these rows, and for each the most similar other one: numbers by their ranks, categories by being the same."""
    from scipy.spatial import cKDTree

    parts = []
    for column in columns:
        here = np.unique(codes[column.name][rows], return_inverse=True)[1]
        if column.is_categorical and column.type != "ordered":
            levels = np.arange(min(int(here.max()) + 1, 20))
            parts.append((here[:, None] == levels) / np.sqrt(2))
        else:
            parts.append((here / max(int(here.max()), 1))[:, None])
    points = np.hstack(parts)
    tried = np.random.default_rng(1).permutation(len(rows))[:_TRIED]
    near = cKDTree(points).query(points[tried], k=2)[1]
    other: Ints = np.where(near[:, 0] == tried, near[:, 1], near[:, 0])
    return rows[tried], rows[other]
