"""Splits rows at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.splitter import Fold, SplitFacts, Splitter
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

    def hold_out(self, facts: SplitFacts, rng: np.random.Generator) -> tuple[Ints, Ints]:
        return parts(facts.rows, rng.permutation(facts.rows)[: wanted_rows(facts.rows, self.test)])

    def make_folds(self, facts: SplitFacts, rng: np.random.Generator) -> list[Fold]:
        return shuffled_folds(np.zeros(facts.rows, dtype=np.intp), self.folds, rng)
