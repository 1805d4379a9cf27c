"""What splitters share: their parameters, and dealing rows to folds."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import columns, number
from mlops_desktop.base.splitter import Fold
from mlops_desktop.serving.frame import Ints
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.serving.plural import plural_msg


def test_share() -> Any:
    """The parameter `test`."""
    return number(0.2, 0.01, 0.9, "Test part", help="Share of the rows that are held out as the test set.", percent=True)


def fold_count() -> Any:
    """The parameter `folds`."""
    return number(5, 2, 100, "Folds", help="Number of folds of the training part.", whole=True)


def column_of(role: str, *kinds: str, most: int = 1) -> Any:
    """The parameter `column`; none chosen means the column with the role."""
    nothing = msg("The column with the role “{role}”", role=as_message(role))
    return columns(*kinds, label="Column", help="The column that the split goes by.", all_when_empty=False, most=most, nothing=nothing)


def wanted_rows(rows: int, share: float) -> int:
    """How many of at least three rows the test set gets: one at least, and two stay."""
    return min(max(1, round(rows * share)), rows - 2)


def parts(rows: int, test: Ints) -> Fold:
    """The training and the test rows, both rising, when these are the test rows."""
    chosen = np.zeros(rows, dtype=bool)
    chosen[test] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def shuffled_folds(strata: Ints, count: int, rng: np.random.Generator) -> list[Fold]:
    """Folds whose sizes, whole and by stratum, differ by one row at most. UserError when there are fewer rows than folds."""
    rows = len(strata)
    if rows < count:
        there = plural_msg(rows, "1 training row", "{n} training rows")
        raise UserError(
            msg("{there} cannot be dealt into {count} folds.", there=there, count=count),
            "Set a smaller number of folds, or bring more rows.",
        )
    shuffled = rng.permutation(rows)
    fold_of = np.empty(rows, dtype=np.intp)
    fold_of[by_stratum(strata, shuffled)] = np.arange(rows) % count
    return folds_of(fold_of, count)


def by_stratum(strata: Ints, shuffled: Ints) -> Ints:
    """Shuffled rows one stratum after the other, in their order within each."""
    small = strata.astype(np.uint16) if len(strata) and strata.max() < 2**16 else strata  # which numpy sorts by counting
    return shuffled[np.argsort(small[shuffled], kind="stable")]


def folds_of(fold_of: Ints, count: int) -> list[Fold]:
    """Folds from the number of the fold of each row."""
    return [(np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)) for fold in range(count)]


def row_count(count: int) -> str:
    """A number of rows as a sentence has it."""
    return plural_msg(count, "1 row", "{n} rows")
