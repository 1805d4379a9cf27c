"""Recognises a held-out test set by its rows and its target: the same rows are the same set, whatever made them so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST = 20_000  # hashes that are kept; of more rows the lowest, which are a random sample and the same one in every set


@dataclass(frozen=True, eq=False)
class HeldOutRows:
    """The rows of a held-out test set: `digest` of all of them (32 hex digits), their number, the lowest of their hashes (uint64, rising,
    at most MOST), the target that they are measured by, and the `columns` whose cells are in the hashes (sorted; none where an earlier
    version kept the set).
    """

    digest: str
    rows: int
    hashes: NDArray[np.uint64]
    target: str
    columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, hashes: NDArray[np.uint64], target: str, columns: Iterable[str] = ()) -> HeldOutRows:
        """The set of the rows with these hashes (`engine.data.row_hashes`) of the cells of these columns."""
        ordered = np.sort(hashes)
        digest = hashlib.sha256(target.encode("utf-8", "surrogatepass") + b"\0" + ordered.astype("<u8").tobytes())
        return cls(digest.hexdigest()[:32], len(ordered), ordered[:MOST], target, tuple(sorted(columns)))

    def share_in(self, others: Iterable[HeldOutRows]) -> float:
        """The share of these rows that are in one of other sets of the same target, 0 to 1; of large ones an estimate."""
        found = [other for other in others if other.target == self.target and len(other.hashes)]
        if not found or not len(self.hashes):
            return 0.0
        limits = [one.hashes[-1] for one in (self, *found) if one.rows > MOST]  # hashes beyond are not kept
        own = self.hashes[self.hashes <= min(limits)] if limits else self.hashes
        return float(np.isin(own, np.concatenate([other.hashes for other in found])).mean()) if len(own) else 0.0


def columns_to_compare(names: Iterable[str], target: str, known: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The columns of a table by which its rows are recognised: the first ones of `known` (those of the sets that are kept already) that are
    all in the table, so that further columns make no other rows of them; else all.
    """
    there = frozenset(names)
    return next((some for some in known if target in some and there.issuperset(some)), tuple(sorted(there)))
