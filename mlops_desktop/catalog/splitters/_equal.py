"""Shuffled parts that keep equal rows together: the rows of a set of equal ones are on one side."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import flag
from mlops_desktop.base.splitter import Fold
from mlops_desktop.catalog.splitters._shared import folds_of, parts, wanted_rows
from mlops_desktop.serving.frame import Ints, Longs
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg


def keeps_equal() -> Any:
    """The parameter `equal_together`."""
    help = "Rows that are equal in all features are on one side, so that none of the test part was learned from."
    return flag(False, "Keep equal rows on one side", help=help)


def keeps_alike() -> Any:
    """The parameter `alike_together`."""
    help = "Of rows that nearly repeat each other, all are on one side too; only with equal rows on one side."
    return flag(False, "Keep near copies on one side", help=help)


def equal_hold_out(strata: Ints, equal: Ints, share: float, rng: np.random.Generator) -> Fold:
    """About `share` of the rows of each stratum for the test set, sets of equal rows (`equal` are codes, (n,)) whole.

    UserError when no set can be left for testing.
    """
    sets, sizes, stratum = _sets(strata, equal)
    wanted = wanted_rows(len(strata), share)
    tested = np.zeros(len(sizes), dtype=bool)
    carried = 0.0
    for code in _rarest_first(stratum, sizes):
        of_stratum = rng.permutation(np.flatnonzero(stratum == code))
        carried += sizes[of_stratum].sum() * wanted / len(strata)
        most = min(round(carried), int(sizes[of_stratum].sum()) - 1)
        carried -= _take(tested, of_stratum, sizes, most)
    if not tested.any():
        raise UserError(
            "No set of equal rows is small enough for the test part.", "Choose a larger test part, or let equal rows be on both sides."
        )
    return parts(len(strata), np.flatnonzero(tested[sets]))


def _take(tested: np.ndarray[Any, np.dtype[np.bool_]], of_stratum: Ints, sizes: Longs, most: int) -> int:
    """Mark sets in their order for testing until `most` rows are filled, those that do not fit left out; the number of rows."""
    of_stratum = of_stratum[sizes[of_stratum] <= most]
    chosen = of_stratum[np.cumsum(sizes[of_stratum]) <= most]
    left = most - int(sizes[chosen].sum())
    single = of_stratum[len(chosen) :]
    chosen = np.concatenate((chosen, single[sizes[single] == 1][:left]))
    tested[chosen] = True
    return int(sizes[chosen].sum())


def equal_folds(strata: Ints, equal: Ints, count: int, rng: np.random.Generator) -> list[Fold]:
    """Folds of about the same size, whole and by stratum, sets of equal rows whole. UserError when there are fewer sets than folds."""
    sets, sizes, stratum = _sets(strata, equal)
    if len(sizes) < count:
        there = plural_msg(len(sizes), "1 distinct training row", "{n} distinct training rows")
        raise UserError(
            msg("{there} cannot be dealt into {count} folds.", there=there, count=count),
            "Set a smaller number of folds, or bring more rows.",
        )
    fold_of = np.zeros(len(sizes), dtype=np.intp)
    total = np.zeros(count, dtype=np.int64)
    for code in _rarest_first(stratum, sizes):
        of_stratum = rng.permutation(np.flatnonzero(stratum == code))
        of_stratum = of_stratum[np.argsort(-sizes[of_stratum], kind="stable")]
        repeated, single = of_stratum[sizes[of_stratum] > 1], of_stratum[sizes[of_stratum] == 1]
        fold_of[repeated] = np.argsort(total, kind="stable")[np.arange(len(repeated)) % count]
        filled = np.bincount(fold_of[repeated], weights=sizes[repeated], minlength=count).astype(np.int64)
        added = _levelled(filled, total, len(single))
        fold_of[single] = np.repeat(np.arange(count), added)
        total += filled + added
    return folds_of(fold_of[sets], count)


def _levelled(filled: Longs, total: Longs, more: int) -> Longs:
    """How many of `more` single rows each fold gets, so that the rows of this stratum are as even as can be, then those of all."""
    rising = np.sort(filled)
    level = int(np.ceil(np.min((more + np.cumsum(rising)) / np.arange(1, len(filled) + 1))))
    added = np.maximum(level - filled, 0)
    spare = int(added.sum()) - more
    fullest = np.argsort(-(total + filled + added), kind="stable")
    added[fullest[added[fullest] > 0][:spare]] -= 1
    return added


def _sets(strata: Ints, equal: Ints) -> tuple[Ints, Longs, Ints]:
    """The set of each row, and by set the number of its rows and its stratum: the one that most of its rows have, the rarest of several."""
    sets, sizes = np.unique(equal, return_inverse=True, return_counts=True)[1:]
    counts = np.bincount(strata)
    pairs, rows = np.unique(sets * len(counts) + strata, return_counts=True)
    owner, stratum = pairs // len(counts), pairs % len(counts)
    order = np.lexsort((-counts[stratum], rows, owner))
    last = order[np.searchsorted(owner[order], np.arange(len(sizes)), side="right") - 1]
    return sets.astype(np.intp), sizes.astype(np.int64), stratum[last].astype(np.intp)


def _rarest_first(stratum: Ints, sizes: Longs) -> list[int]:
    """The strata, those with the fewest rows first."""
    rows = np.bincount(stratum, weights=sizes)
    return [int(code) for code in np.argsort(rows, kind="stable") if rows[code]]
