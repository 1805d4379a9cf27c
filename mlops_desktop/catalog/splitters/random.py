"""Splits rows at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.splitter import Fold, SplitFacts, Splitter
from mlops_desktop.catalog.splitters._equal import equal_folds, equal_hold_out, keeps_alike, keeps_equal
from mlops_desktop.catalog.splitters._shared import fold_count, parts, shuffled_folds, test_share, wanted_rows
from mlops_desktop.serving.frame import Ints


@dataclass(frozen=True, kw_only=True)
class Random(Splitter):
    """Test set and folds are drawn at random; every row of the training part is validated once."""

    id = "random"
    label = "Random"
    help = "Rows are drawn at random."

    test: float = test_share()
    folds: int = fold_count()
    equal_together: bool = keeps_equal()
    alike_together: bool = keeps_alike()

    def hold_out(self, facts: SplitFacts, rng: np.random.Generator) -> tuple[Ints, Ints]:
        if self.equal_together and facts.equal is not None:
            return equal_hold_out(np.zeros(facts.rows, dtype=np.intp), facts.equal, self.test, rng)
        return parts(facts.rows, rng.permutation(facts.rows)[: wanted_rows(facts.rows, self.test)])

    def make_folds(self, facts: SplitFacts, rng: np.random.Generator) -> list[Fold]:
        strata = np.zeros(facts.rows, dtype=np.intp)
        if self.equal_together and facts.equal is not None:
            return equal_folds(strata, facts.equal, self.folds, rng)
        return shuffled_folds(strata, self.folds, rng)
