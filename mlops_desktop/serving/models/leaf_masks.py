"""Evaluates trees by bit masks: the AND of one leaf mask for each feature leaves the bit of the row's leaf.

The method is QuickScorer (Lucchese et al., SIGIR 2015) with two changes for numpy: the masks of all splits on a feature are combined
beforehand, one mask for each interval between its thresholds, so that a row costs one search and one gather for each feature; and both
sides of a split are masked, so that exactly one bit is left. A tree with more leaves than a word has bits takes several words, of which
all but one are 0 at the end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..frame import Bools, Floats, Ints, Longs, Matrix
from .blocks import dense_rows, spans
from .tree_shape import TOP, Splits, sizes

Words = NDArray[Any]  # unsigned integers of one width

_MOST_BYTES = 64 << 20  # of the table; a larger model is evaluated by traversal
_CACHE_BYTES = 256 << 10  # of the masks of one block of rows: two such arrays stay in a core's L2 cache
_FEW_ROWS = 8  # up to so many rows are faster one by one
_MANY_ROWS = 4096  # searched in one block
_CALL_NS, _GATHER_NS, _BYTE_NS = (
    1200.0,
    0.8,
    0.047,
)  # measured: two calls of numpy, one gather of a word, copying and joining a byte of a row of the table
_WORDS = ((8, np.uint8), (16, np.uint16), (32, np.uint32), (64, np.uint64))


@dataclass(frozen=True, eq=False)
class LeafMasks:
    """The tables of a model. Made once; see `of`.

    `table[starts[j] + interval]` holds, for each word, the leaves that an interval of the feature `features[j]` leaves possible. The
    intervals of a feature are cut by `cuts[j]`, the last cut being the greatest value there is; a missing value has the interval beyond it.
    """

    features: Ints
    cuts: tuple[Floats, ...]
    starts: Longs
    table: Words
    full: Words
    values: Floats
    offsets: Ints
    baseline: Floats

    @classmethod
    def of(cls, shape: Splits, values: Floats, baseline: Floats) -> Self | None:
        """The tables, or None when they would be too large."""
        trees = len(shape.splits)
        groups = len(baseline) if values.shape[1] == 1 else 1
        most = int(shape.splits.max(initial=0)) + 1
        bits, dtype = next(((b, d) for b, d in _WORDS if b >= most), _WORDS[-1])
        per_tree = -(-most // bits)
        features = np.unique(shape.feature).astype(np.intp)
        by_feature = np.split(np.argsort(shape.feature, kind="stable"), np.flatnonzero(np.diff(np.sort(shape.feature))) + 1)
        cuts = tuple(_cuts(shape, splits) for splits in by_feature if len(splits))
        heights = np.array([len(cut) + 1 for cut in cuts], dtype=np.int64)
        words = trees * per_tree
        if int(heights.sum()) * words * np.dtype(dtype).itemsize > _MOST_BYTES:
            return None
        tree, part = np.divmod(np.arange(words), per_tree)
        column = ((tree // groups) * per_tree + part) * groups + tree % groups  # rounds, parts of a tree, outputs
        full = np.zeros(words, dtype=dtype)
        slots = np.zeros((words, bits + 1, values.shape[1]))
        first_leaf = shape.first_leaf[tree] + bits * part
        for w in range(words):
            here = min(bits, max(0, int(shape.splits[tree[w]]) + 1 - bits * int(part[w])))
            full[column[w]] = (1 << here) - 1
            slots[column[w], :here] = values[first_leaf[w] : first_leaf[w] + here]
        starts = np.cumsum(heights) - heights
        table = _Builder(shape, features, cuts, starts, full, bits, column.reshape(trees, per_tree)).table()
        offsets = np.arange(words, dtype=np.intp) * (bits + 1)
        per_leaf = slots.reshape(words * (bits + 1), -1)
        return cls(features, cuts, starts, table, full, per_leaf if values.shape[1] > 1 else per_leaf.ravel(), offsets, baseline)

    def sums(self, matrix: Matrix) -> Floats:
        """Raw scores, (rows, outputs): the baseline and the leaf of each tree, added in the order of the trees."""
        if matrix.rows <= _FEW_ROWS:
            block = dense_rows(matrix, 0, matrix.rows, self.features)
            return self._add(np.concatenate([self._one(row) for row in block])) if len(block) else np.empty((0, len(self.baseline)))
        out = np.empty((matrix.rows, len(self.baseline)))
        by_tree = self._by_tree_is_quicker(min(matrix.rows, _MANY_ROWS))
        together = max(_FEW_ROWS, _CACHE_BYTES // max(1, self.full.nbytes))
        for start, stop in spans(matrix.rows, _MANY_ROWS):
            at = self._intervals(dense_rows(matrix, start, stop, self.features))
            masks = self._many_by_tree(at) if by_tree else None
            for first, last in spans(stop - start, together):
                found = self._many(at[:, first:last]) if masks is None else masks[:, first:last].T
                out[start + first : start + last] = self._add(found)
        return out

    @cached_property
    def _lists(self) -> list[list[float]]:
        return [cut.tolist() for cut in self.cuts]

    def _one(self, row: Floats) -> Words:
        if not len(self.features):
            return self.full[None]
        values = np.fmin(row, np.inf).tolist()  # missing values sort last
        at = np.array(list(map(bisect_left, self._lists, values))) + self.starts
        return np.bitwise_and.reduce(self.table.take(at, axis=0), axis=0, keepdims=True)

    def _intervals(self, block: Floats) -> Ints:
        """The row of the table for each feature and row, (features, rows)."""
        values = np.fmin(block.T, np.inf, order="C")
        at = np.empty(values.shape, dtype=np.intp)
        for j, cut in enumerate(self.cuts):
            at[j] = cut.searchsorted(values[j])
        at += self.starts[:, None]
        return at

    def _many(self, at: Ints) -> Words:
        if not len(at):
            return np.broadcast_to(self.full, (at.shape[1], len(self.full)))
        masks: Words = self.table.take(at[0], axis=0)
        more = np.empty_like(masks)
        for rows in at[1:]:
            self.table.take(rows, axis=0, out=more, mode="clip")  # clip: no check of the bounds, no buffer; all are within
            np.bitwise_and(masks, more, out=masks)
        return masks

    def _by_tree_is_quicker(self, rows: int) -> bool:
        """Whether a gather for each pair of a tree's word and a feature that it uses costs less than one of whole rows of the table for
        each feature.
        """
        by_tree = sum(map(len, self._used_features)) * (_CALL_NS + rows * _GATHER_NS)
        return by_tree < rows * len(self.features) * self.full.nbytes * _BYTE_NS

    @cached_property
    def _used_features(self) -> list[list[int]]:
        """The positions of the features that each word depends on."""
        differs = np.array(
            [(self.table[start : start + len(cut) + 1] != self.full).any(axis=0) for start, cut in zip(self.starts, self.cuts, strict=True)]
        )
        return [np.flatnonzero(word).tolist() for word in differs.T]

    @cached_property
    def _columns(self) -> Words:
        return np.ascontiguousarray(self.table.T)

    def _many_by_tree(self, at: Ints) -> Words:
        """The same as `_many`, transposed: (words, rows)."""
        masks = np.repeat(self.full[:, None], at.shape[1], axis=1)
        more = np.empty(at.shape[1], dtype=masks.dtype)
        for word, (column, features) in enumerate(zip(self._columns, self._used_features, strict=True)):
            for j in features:
                column.take(at[j], out=more, mode="clip")
                np.bitwise_and(masks[word], more, out=masks[word])
        return masks

    def _add(self, masks: Words) -> Floats:
        """(rows, words) masks of one bit each, or none, to (rows, outputs).

        Summed in the same order however many rows there are: numpy adds along the first axis one after the other when there are several
        rows, while a single column would be added pairwise; hence `accumulate` for few rows.
        """
        bit = np.bitwise_count(masks - masks.dtype.type(1))  # no bit left: the slot after the last, which holds 0
        slot = np.add(bit.T, self.offsets[:, None], order="C")
        rows, outputs = len(masks), len(self.baseline)
        if self.values.ndim == 2:
            found, baseline = self.values.take(slot, axis=0, mode="clip"), self.baseline
        else:
            found, baseline = self.values.take(slot, mode="clip").reshape(-1, outputs, rows), self.baseline[:, None]
        found[0] += baseline
        sums: Floats = np.add.accumulate(found)[-1] if rows <= _FEW_ROWS else np.add.reduce(found)
        return sums if self.values.ndim == 2 else sums.T


def _cuts(shape: Splits, splits: Ints) -> Floats:
    """What cuts the values of a feature into intervals, from its splits. Codes of categories have an interval each, and one below and above
    them.
    """
    levels = int(shape.levels[shape.feature[splits[0]]])
    inside = np.arange(-1.0, levels) if levels else np.unique(shape.threshold[splits])
    return np.append(inside[inside < TOP], TOP)


@dataclass(frozen=True, eq=False)
class _Builder:
    """Fills the table: at each split, the intervals that go right lose the leaves on its left, and the others those on its right."""

    shape: Splits
    features: Ints
    cuts: tuple[Floats, ...]
    starts: Longs
    full: Words
    bits: int
    column: Longs  # (trees, words of a tree)

    def table(self) -> Words:
        heights = [len(cut) + 1 for cut in self.cuts]
        table = np.broadcast_to(self.full, (sum(heights), len(self.full))).copy()
        if not len(self.shape.feature):
            return table
        place = np.searchsorted(self.features, self.shape.feature)
        is_set = self.shape.levels[self.shape.feature] > 0
        numbers, sets = np.flatnonzero(~is_set), np.flatnonzero(is_set)
        cut = np.zeros(len(place), dtype=np.int64)
        for j in np.unique(place[numbers]).tolist():
            here = numbers[place[numbers] == j]
            cut[here] = np.searchsorted(self.cuts[j], np.minimum(self.shape.threshold[here], TOP))
        falling = np.broadcast_to(self.full, table.shape).copy()
        sides = list(self._sides())
        for column, lefts, rights, touched in sides:
            at = numbers[touched[numbers]]
            self._mark(table, falling, at, cut[at], place[at], column[at], lefts[at], rights[at])
        for start, height in zip(self.starts.tolist(), heights, strict=True):
            up, back = table[start : start + height - 1], falling[start : start + height - 1]
            np.bitwise_and.accumulate(up, axis=0, out=up)
            up &= np.bitwise_and.accumulate(back[::-1], axis=0)[::-1]
        for column, lefts, rights, touched in sides:
            for split in sets[touched[sets]].tolist():
                self._mark_set(table, split, int(place[split]), int(column[split]), lefts[split], rights[split])
        return table

    def _sides(self) -> Iterator[tuple[Longs, Words, Words, Bools]]:
        """For each word of a tree: the column it has for each split, the leaves on the split's left and right in it, and where there are
        any.
        """
        shape = self.shape
        tree = np.repeat(np.arange(len(shape.splits)), shape.splits)
        first, middle, last = _leaf_ranges(shape, tree)
        low = np.array([(1 << n) - 1 for n in range(self.bits + 1)], dtype=self.full.dtype)
        for part in range(self.column.shape[1]):
            a, b, c = (low[np.clip(edge - part * self.bits, 0, self.bits)] for edge in (first, middle, last))
            yield self.column[tree, part], a ^ b, b ^ c, a != c

    def _mark(self, rising: Words, falling: Words, at: Longs, cut: Longs, place: Longs, column: Longs, lefts: Words, rights: Words) -> None:
        """Splits on numbers: what is lost from the cut on, up to the cut, and where the value is missing."""
        start, missing = self.starts[place], self.starts[place] + np.array([len(c) for c in self.cuts])[place]
        inside = start + cut + 1 < missing
        np.bitwise_and.at(rising, ((start + cut + 1)[inside], column[inside]), ~lefts[inside])
        np.bitwise_and.at(falling, (start + cut, column), ~rights)
        np.bitwise_and.at(rising, (missing, column), np.where(self.shape.missing_left[at], ~rights, ~lefts))

    def _mark_set(self, table: Words, split: int, place: int, column: int, lefts: Any, rights: Any) -> None:
        """A split on categories: what each code loses, and every other value, which goes the missing side."""
        levels = len(self.cuts[place]) - 2
        goes_left = np.full(levels + 3, bool(self.shape.missing_left[split]))
        goes_left[1 : levels + 1] = False
        goes_left[1 + self.shape.codes(split)] = True
        rows = table[self.starts[place] : self.starts[place] + levels + 3, column]
        rows &= np.where(goes_left, ~rights, ~lefts)


def _leaf_ranges(shape: Splits, tree: Longs) -> tuple[Longs, Longs, Longs]:
    """Where the leaves under each split begin, where those of its right side begin, and where they end; counted within the tree."""
    inner = sizes(shape.down, shape.left, shape.right)
    first = np.zeros(len(inner), dtype=np.int64)
    under_left = np.where(shape.left >= 0, inner[np.maximum(shape.left, 0)], 0) + 1
    for parents in shape.down:
        for children, start in ((shape.left[parents], first[parents]), (shape.right[parents], (first + under_left)[parents])):
            first[children[children >= 0]] = start[children >= 0]
    return first, first + under_left, first + inner + 1
