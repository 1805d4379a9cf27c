"""The structure of many trees at once: their splits by depth, and the number of splits below each node."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..frame import Bools, Floats, Ints, Longs

TOP = float(np.finfo(np.float32).max)  # the greatest value of a matrix


class Splits(NamedTuple):
    """The arrays of `trees.Trees` that route a row to a leaf."""

    splits: Ints
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    missing_left: Bools
    levels: Ints
    set_starts: Ints
    set_codes: Ints

    @property
    def down(self) -> list[Longs]:
        """The splits of each depth, roots first."""
        return levels_down(self.first_split[self.splits > 0], self.left, self.right, np.ones(len(self.left), dtype=bool))

    @property
    def first_split(self) -> Longs:
        """The number of each tree's first split, (trees,)."""
        return np.cumsum(self.splits, dtype=np.int64) - self.splits

    @property
    def first_leaf(self) -> Longs:
        """The number of each tree's first leaf, (trees,)."""
        return np.cumsum(self.splits + 1, dtype=np.int64) - self.splits - 1

    def codes(self, split: int) -> Ints:
        """The category codes that go left at a split."""
        at = int(self.threshold[split])
        found: Ints = self.set_codes[self.set_starts[at] : self.set_starts[at + 1]]
        return found


def levels_down(roots: Longs, left: Longs, right: Longs, is_split: Bools) -> list[Longs]:
    """The splits of each depth, roots first. Negative children (leaves) end a branch."""
    found = []
    level = roots[is_split[roots]]
    while len(level):
        found.append(level)
        children = np.concatenate((left[level], right[level]))
        children = children[children >= 0]
        level = children[is_split[children]]
    return found


def sizes(down: list[Longs], left: Longs, right: Longs) -> Longs:
    """The number of splits in the subtree of each node, itself included; 0 for leaves."""
    count = np.zeros(len(left), dtype=np.int64)
    for parents in reversed(down):
        count[parents] = 1 + _of(count, left[parents]) + _of(count, right[parents])
    return count


def _of(count: Longs, nodes: Longs) -> Longs:
    found: Longs = np.where(nodes >= 0, count[np.maximum(nodes, 0)], 0)
    return found
