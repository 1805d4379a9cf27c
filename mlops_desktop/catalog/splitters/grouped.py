"""Splits by groups: all rows of a group are on the same side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.splitter import Fold, SplitFacts, Splitter
from mlops_desktop.catalog.splitters._shared import column_of, fold_count, folds_of, parts, test_share
from mlops_desktop.serving.frame import Bools, Floats, Ints, Longs
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg


@dataclass(frozen=True, kw_only=True)
class Grouped(Splitter):
    """No group has rows on two sides; test set and folds have about the wanted size and about the shares of the classes.

    Rows of one group have the same value in the column, or in each of several.
    """

    id = "grouped"
    label = "Whole groups stay together"
    help = "Rows of one group stay on one side, so that the test shows how new groups will fare."
    role = "group"
    lacking_class_remedy = "Choose another split, or bring more groups with that class."

    test: float = test_share()
    folds: int = fold_count()
    column: tuple[str, ...] = column_of("group", "number", "categorical", "date", most=20)

    def hold_out(self, facts: SplitFacts, rng: np.random.Generator) -> tuple[Ints, Ints]:
        return parts(facts.rows, _whole_groups(self._groups(facts), facts.strata, self.test, rng))

    def make_folds(self, facts: SplitFacts, rng: np.random.Generator) -> list[Fold]:
        shares = np.full(self.folds, 1 / self.folds)
        lacking = msg("The training part holds one group only, so no whole group is left to validate with.")
        return folds_of(_deal_groups(self._groups(facts, lacking), facts.strata, shares, rng, forced=None), self.folds)

    def _groups(self, facts: SplitFacts, lacking: str = "") -> Ints:
        """The group of each row, codes from 0. UserError when there are not two; `lacking` says so of a part of the table."""
        if facts.group is None:
            raise UserError("A grouped split needs a group column.", "Give a column the role “group”, or choose another split.")
        groups: Ints = np.unique(facts.group, return_inverse=True)[1].astype(np.intp)
        found = int(groups.max(initial=-1)) + 1
        if found < 2:
            named = msg("“{column}” ", column=self.column[0]) if self.column else ""
            raise UserError(
                lacking or msg("The group column {named}holds one group only.", named=named),
                "Choose another group column, or another split.",
            )
        return groups


def _whole_groups(groups: Ints, strata: Ints, share: float, rng: np.random.Generator) -> Ints:
    """The rows of groups that make up about `share` of the rows; a group that alone holds a class stays in training."""
    table = _table(groups, strata)
    lonely = np.count_nonzero(table, axis=0) == 1
    forced = np.any(table[:, lonely] > 0, axis=1)
    if forced.all():
        raise UserError(
            "Each group is the only one with some class, so none can be left for testing.", "Choose another split, or more groups."
        )
    part = _deal_groups(groups, strata, np.array([share, 1 - share]), rng, forced)
    return np.flatnonzero(part == 0)


def _table(groups: Ints, strata: Ints) -> Longs:
    width = int(strata.max()) + 1
    return np.bincount(groups * width + strata, minlength=(int(groups.max()) + 1) * width).reshape(-1, width)


def _deal_groups(groups: Ints, strata: Ints, shares: Floats, rng: np.random.Generator, forced: Bools | None) -> Ints:
    """The part of each row when whole groups are dealt to parts of the given shares; `forced` groups go to the last part.

    Greedy: each group goes where the strata that it holds are least filled; of several orders the one with the smallest deviation is taken.
    """
    table = _table(groups, strata).astype(np.float64)
    count, totals = len(table), table.sum(axis=0)
    if count < len(shares):
        there = plural_msg(count, "1 group", "{n} groups")
        raise UserError(
            msg("{there} cannot be dealt into {n_shares} folds.", there=there, n_shares=len(shares)),
            "Set a smaller number of folds, or bring more groups.",
        )
    weight = np.divide(table, totals, out=np.zeros_like(table), where=totals > 0)
    best, least = np.zeros(count, dtype=np.intp), np.inf
    for _ in range(int(np.clip(20_000 // count, 1, 20))):
        filled, part = np.zeros((len(shares), table.shape[1])), np.full(count, len(shares) - 1, dtype=np.intp)
        if forced is not None:
            filled[-1] = weight[forced].sum(axis=0)
        order = rng.permutation(count)
        for group in order[~forced[order]] if forced is not None else order:
            part[group] = np.argmin((filled / shares[:, None]) @ weight[group])
            filled[part[group]] += weight[group]
        rows_in = np.bincount(part, weights=table.sum(axis=1), minlength=len(shares)) / totals.sum()
        off = float(np.mean(np.abs(filled - shares[:, None])) + np.mean(np.abs(rows_in - shares))) + (np.count_nonzero(rows_in == 0) * 10)
        if off < least:
            best, least = part, off
    _fill_empty(best, table.sum(axis=1), len(shares), forced)
    found: Ints = best[groups]
    return found


def _fill_empty(part: Ints, rows: Floats, count: int, forced: Bools | None) -> None:
    """Give each part without a group the smallest one of the part with the most groups; groups that are `forced` stay."""
    free = np.ones(len(part), dtype=bool) if forced is None else ~forced
    for empty in np.flatnonzero(np.bincount(part, minlength=count) == 0):
        held = np.bincount(part[free], minlength=count)
        if held.max() == 0:
            return
        candidates = np.flatnonzero(free & (part == np.argmax(held)))
        part[candidates[np.argmin(rows[candidates])]] = empty
