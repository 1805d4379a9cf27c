"""Evaluates trees by traversal, for deep trees whose bit masks would need too much memory.

A step is a gather and a comparison for many pairs of row and tree at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..frame import Bools, Floats, Ints, Matrix
from .blocks import dense_rows, spans
from .tree_shape import TOP, Splits

_TREE_BY_TREE = 256  # from so many rows on, one tree at a time is faster: its nodes stay in the cache
_MOST_ROWS, _MOST_CELLS = 8192, 1 << 21  # in one block
_STEPS = 4  # between two checks for pairs that have reached a leaf


@dataclass(frozen=True, eq=False)
class Descent:
    """Nodes by slots: the children of a split are adjacent, right after left, and a leaf points to itself. Made once by `of`.

    `feature` is a position in a row of `_inputs`: the row once with missing as less than every threshold, once as more than each.
    `threshold` is the greatest float32 that goes left: values are float32, so nothing is lost. `side_start` is where the sides of a split
    on categories begin in `sides`.
    """

    features: Ints
    levels: Ints
    roots: Ints
    depths: Ints
    feature: Ints
    threshold: NDArray[np.float32]
    next: Ints
    leaf: Ints
    is_set: Bools
    side_start: Ints
    sides: Bools
    values: Floats
    baseline: Floats

    @classmethod
    def of(cls, shape: Splits, values: Floats, baseline: Floats) -> Self:
        """The slots of a model."""
        features = np.unique(shape.feature).astype(np.intp)
        roots = (2 * shape.first_split + np.arange(len(shape.splits))).astype(np.intp)
        tree = np.repeat(np.arange(len(shape.splits)), shape.splits)
        under = 2 * np.arange(len(tree)) + tree + 1  # slot of each split's left child
        slot = np.zeros(len(tree), dtype=np.intp)
        slot[shape.first_split[shape.splits > 0]] = roots[shape.splits > 0]
        count = 2 * len(tree) + len(roots)
        leaf = np.zeros(count, dtype=np.intp)
        leaf[roots[shape.splits == 0]] = shape.first_leaf[shape.splits == 0]
        for children, place in ((shape.left, under), (shape.right, under + 1)):
            slot[children[children >= 0]] = place[children >= 0]
            leaf[place[children < 0]] = ~children[children < 0]
        where, threshold, following = (
            np.zeros(count, dtype=np.intp),
            np.full(count, np.inf, dtype=np.float32),
            np.arange(count, dtype=np.intp),
        )
        where[slot] = np.searchsorted(features, shape.feature) + np.where(shape.missing_left, 0, len(features))
        threshold[slot] = _at_most(shape.threshold)
        following[slot] = under
        is_set, side_start = np.zeros(count, dtype=bool), np.zeros(count, dtype=np.intp)
        is_set[slot] = shape.levels[shape.feature] > 0
        starts, sides = _sides(shape)
        side_start[slot] = starts
        depths = np.zeros(len(roots), dtype=np.intp)
        for parents in shape.down:
            depths[np.unique(tree[parents])] += 1
        return cls(
            features, shape.levels[features], roots, depths, where, threshold, following, leaf, is_set, side_start, sides, values, baseline
        )

    def sums(self, matrix: Matrix) -> Floats:
        """Raw scores, (rows, outputs): the baseline and the leaf of each tree, added in the order of the trees."""
        outputs, per_leaf = len(self.baseline), self.values.shape[1]
        out = np.empty((matrix.rows, outputs))
        for start, stop in spans(matrix.rows, min(_MOST_ROWS, max(_TREE_BY_TREE, _MOST_CELLS // max(1, len(self.features))))):
            inputs = self._inputs(dense_rows(matrix, start, stop, self.features))
            rows = stop - start
            row_starts = np.arange(rows, dtype=np.intp) * (2 * len(self.features))
            if rows < _TREE_BY_TREE:
                ends = self._traverse(np.tile(self.roots, rows), np.repeat(row_starts, len(self.roots)), inputs, int(self.depths.max()))
                found = self.values.take(self.leaf.take(ends), axis=0).reshape(rows, -1, outputs)
                found[:, 0] += self.baseline
                out[start:stop] = np.add.accumulate(found, axis=1)[:, -1]
                continue
            sums = np.tile(self.baseline, (rows, 1))
            for t, (root, depth) in enumerate(zip(self.roots.tolist(), self.depths.tolist(), strict=True)):
                ends = self._traverse(np.full(rows, root, dtype=np.intp), row_starts, inputs, depth)
                found = self.values.take(self.leaf.take(ends), axis=0)
                if per_leaf == outputs:
                    sums += found
                else:
                    sums[:, t % outputs] += found[:, 0]
            out[start:stop] = sums
        return out

    def _inputs(self, block: Floats) -> NDArray[np.float32]:
        for j in np.flatnonzero(self.levels).tolist():
            block = block.copy()
            code = np.ceil(block[:, j])
            block[:, j] = np.where((code >= 0) & (code < self.levels[j]), code, self.levels[j])  # the last side is that of all other values
        return np.concatenate((np.fmax(block, -np.inf), np.fmin(block, np.inf)), axis=1).astype(np.float32, order="C").ravel()

    def _traverse(self, slots: Ints, row_starts: Ints, inputs: NDArray[np.float32], depth: int) -> Ints:
        """The slots that pairs of a start slot and a row reach after `depth` steps. Pairs that have reached a leaf are removed at times."""
        ends, alive = slots, None
        for step in range(depth):
            at = self.feature.take(slots)
            at += row_starts
            values = inputs.take(at)
            right = values > self.threshold.take(slots)
            if len(self.sides):
                self._by_set(slots, values, right)
            slots = self.next.take(slots)
            slots += right
            if step % _STEPS == _STEPS - 1 and len(slots) > _TREE_BY_TREE:
                ends = _put(ends, alive, slots)
                going = np.flatnonzero(self.next.take(slots) != slots)
                alive = going if alive is None else alive.take(going)
                slots, row_starts = slots.take(going), row_starts.take(going)
        return _put(ends, alive, slots)

    def _by_set(self, slots: Ints, values: NDArray[np.float32], right: Bools) -> None:
        at = np.flatnonzero(self.is_set.take(slots))
        right[at] = self.sides.take(self.side_start.take(slots.take(at)) + values.take(at).astype(np.intp))


def _put(ends: Ints, alive: Ints | None, slots: Ints) -> Ints:
    if alive is None:
        return slots
    ends[alive] = slots
    return ends


def _at_most(threshold: Floats) -> NDArray[np.float32]:
    """The greatest finite float32 that is at most each threshold."""
    near = np.clip(threshold, -TOP, TOP).astype(np.float32)
    return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)


def _sides(shape: Splits) -> tuple[Ints, Bools]:
    """For each categorical split which codes go right, the side of all other values last; and the start of each split in that array."""
    starts = np.zeros(len(shape.feature), dtype=np.intp)
    sides: list[Bools] = []
    length = 0
    for split in np.flatnonzero(shape.levels[shape.feature] > 0).tolist():
        right = np.ones(int(shape.levels[shape.feature[split]]) + 1, dtype=bool)
        right[shape.codes(split)] = False
        right[-1] = not shape.missing_left[split]
        starts[split] = length
        sides.append(right)
        length += len(right)
    return starts, np.concatenate(sides) if sides else np.zeros(0, dtype=bool)
