"""Splits rows at random so that each class keeps its share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.splitter import Fold, SplitFacts, Splitter
from mlops_desktop.catalog.splitters._equal import equal_folds, equal_hold_out, keeps_alike, keeps_equal
from mlops_desktop.catalog.splitters._shared import by_stratum, fold_count, parts, shuffled_folds, test_share, wanted_rows
from mlops_desktop.serving.frame import Ints


@dataclass(frozen=True, kw_only=True)
class Stratified(Splitter):
    """Classes, or ten bands of a numeric target, keep their shares in the test set and in every fold."""

    id = "stratified"
    label = "Stratified: classes keep their shares"
    help = "Rows are drawn at random so that each class keeps its share on both sides."

    test: float = test_share()
    folds: int = fold_count()
    equal_together: bool = keeps_equal()
    alike_together: bool = keeps_alike()

    def hold_out(self, facts: SplitFacts, rng: np.random.Generator) -> tuple[Ints, Ints]:
        if self.equal_together and facts.equal is not None:
            return equal_hold_out(facts.strata, facts.equal, self.test, rng)
        chosen = _by_share(facts.strata, rng.permutation(facts.rows), wanted_rows(facts.rows, self.test))
        return parts(facts.rows, chosen)

    def make_folds(self, facts: SplitFacts, rng: np.random.Generator) -> list[Fold]:
        if self.equal_together and facts.equal is not None:
            return equal_folds(facts.strata, facts.equal, self.folds, rng)
        return shuffled_folds(facts.strata, self.folds, rng)


def _by_share(strata: Ints, shuffled: Ints, wanted: int) -> Ints:
    """`wanted` rows with the shares of the strata by largest remainders; no stratum is emptied, so a stratum of one row gives none."""
    counts = np.bincount(strata)
    spare = np.maximum(counts - 1, 0)
    ideal = counts * (wanted / len(strata))
    taken = np.minimum(np.floor(ideal).astype(np.intp), spare)
    for position in np.argsort(np.floor(ideal) - ideal, kind="stable").tolist() * 2:
        if taken.sum() < wanted and taken[position] < spare[position]:
            taken[position] += 1
    ordered, starts = by_stratum(strata, shuffled), np.cumsum(counts) - counts
    chosen: Ints = np.concatenate([ordered[start : start + count] for start, count in zip(starts, taken, strict=True)])
    if not len(chosen):
        raise UserError("Every class has one row only, so nothing is left to test with.", "Bring more rows, or choose another target.")
    return chosen
