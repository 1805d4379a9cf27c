"""Recognises a held-out test set by its rows and its target: the same rows are the same set, whatever made them so.

A file whose columns got other names, of which some are gone, or whose numbers are written otherwise, has other rows by its cells. Its test
set is recognised by what is in the columns: by the values of the target in the order of the rows, or by most of the other columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.serving.frame import Frame, Ints

MOST = 20_000  # hashes that are kept; of more rows the lowest, which are a random sample and the same one in every set
LEAST_BITS = 64  # of information in the order of the target's values from which no other rows have the same by chance
LEAST_VALUES = 10  # different pairs of a column's value and the target's from which they say which rows these are
MOST_COLUMNS = 200  # of which this is kept


@dataclass(frozen=True, eq=False)
class HeldOutRows:
    """The rows of a held-out test set: `digest` of all of them (32 hex digits), their number, the lowest of their hashes (uint64, rising,
    at most MOST), the target that they are measured by, and the `columns` whose cells are in the hashes (sorted; none where an earlier
    version kept the set). `by_column` are digests of what is in the columns beside the target, whatever these are called, in any order of
    the rows; `in_order` is one of the target's values in their order ("" where others may have it by chance).
    """

    digest: str
    rows: int
    hashes: NDArray[np.uint64]
    target: str
    columns: tuple[str, ...] = ()
    by_column: tuple[str, ...] = ()
    in_order: str = ""

    @classmethod
    def of(cls, hashes: NDArray[np.uint64], target: str, columns: Iterable[str] = ()) -> HeldOutRows:
        """The set of the rows with these hashes (`engine.data.row_hashes`) of the cells of these columns."""
        ordered = np.sort(hashes)
        digest = hashlib.sha256(target.encode("utf-8", "surrogatepass") + b"\0" + ordered.astype("<u8").tobytes())
        return cls(digest.hexdigest()[:32], len(ordered), ordered[:MOST], target, tuple(sorted(columns)))

    def with_contents(self, frame: Frame) -> HeldOutRows:
        """The set with digests of what is in the columns; `frame` has these rows, in the order of the table, and the target."""
        from mlops_desktop.engine.data import content_hashes, mixed  # the record of runs is read without the engine of the data

        target = content_hashes(frame, self.target)
        found = []
        for name in [one for one in frame.layout.names() if one != self.target][:MOST_COLUMNS]:
            pairs = mixed(content_hashes(frame, name) ^ mixed(target))
            if len(np.unique(pairs)) >= LEAST_VALUES:
                found.append(f"{int(pairs.sum(dtype=np.uint64)):016x}")
        return replace(self, by_column=tuple(sorted(found)), in_order=_in_order(target))

    def is_same_as(self, other: HeldOutRows) -> bool:
        """Whether these are the same rows and the same target by what is in the columns: the target in order, or at least half of the
        columns of the set that has fewer.
        """
        if self.rows != other.rows:
            return False
        if self.in_order and self.in_order == other.in_order:
            return True
        shared, fewer = set(self.by_column) & set(other.by_column), min(len(set(self.by_column)), len(set(other.by_column)))
        return bool(shared) and 2 * len(shared) >= fewer

    def share_in(self, others: Iterable[HeldOutRows]) -> float:
        """The share of these rows that are in one of other sets of the same target, 0 to 1; of large ones an estimate."""
        found = [other for other in others if other.target == self.target and len(other.hashes)]
        if not found or not len(self.hashes):
            return 0.0
        limits = [one.hashes[-1] for one in (self, *found) if one.rows > MOST]  # hashes beyond are not kept
        own = self.hashes[self.hashes <= min(limits)] if limits else self.hashes
        return float(np.isin(own, np.concatenate([other.hashes for other in found])).mean()) if len(own) else 0.0


def _in_order(target: NDArray[np.uint64]) -> str:
    """A digest of values in their order; "" where other rows may have the same: of few different values, as where these are sorted."""
    distinct, codes = np.unique(target, return_inverse=True)
    bits = _bits(codes)
    if 4 * len(distinct) > len(target):
        return _order_digest(target) if bits >= LEAST_BITS else ""
    following = _bits(codes[:-1] * len(distinct) + codes[1:]) - _bits(codes[:-1])  # what a value adds to the one before it
    return _order_digest(target) if following >= LEAST_BITS else ""


def _bits(codes: Ints) -> float:
    """The entropy of codes, of all of them together."""
    shares = np.unique(codes, return_counts=True)[1] / max(len(codes), 1)
    return -float(shares @ np.log2(shares)) * len(codes)


def _order_digest(target: NDArray[np.uint64]) -> str:
    return hashlib.sha256(target.astype("<u8").tobytes()).hexdigest()[:32]


def columns_to_compare(names: Iterable[str], target: str, known: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The columns of a table by which its rows are recognised: the first ones of `known` (those of the sets that are kept already) that are
    all in the table, so that further columns make no other rows of them; else all.
    """
    there = frozenset(names)
    return next((some for some in known if target in some and there.issuperset(some)), tuple(sorted(there)))
