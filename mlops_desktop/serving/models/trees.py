"""Tree models: decision tree, random forest, HistGradientBoosting and LightGBM in one form.

A row goes left at a split when its value is at most the threshold, right when it is greater, and to the split's default side when it is
missing. At a categorical split it goes left when its code is in the split's set; a missing code, or one that is not among the feature's
levels, goes to the default side.

Leaves are found by bit masks where the tables are small (`leaf_masks`), else by traversal (`descent`). Both find the same leaf, and the
leaf values of a row are summed in the order of the trees, so a row has the same score alone, in a batch, and in the library that fitted
the trees.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..frame import Bools, Floats, Ints, Matrix
from ..model import Model
from .descent import Descent
from .leaf_masks import LeafMasks
from .links import softmax, two_classes
from .tree_shape import Splits

IDENTITY, SIGMOID, SOFTMAX, MEAN = "identity", "sigmoid", "softmax", "mean"
_LINKS = (IDENTITY, SIGMOID, SOFTMAX, MEAN)


@dataclass(frozen=True, eq=False)
class Trees(Model):
    """Flat arrays over all splits of all trees, in each tree in pre-order; leaves are numbered from left to right.

    `splits` (trees,) says how many splits each tree has (it has one more leaf). `left` and `right` hold a split's number, or ~leaf.
    `values` (leaves, k): k = 1, then tree t adds to output t % outputs, or k = outputs. `baseline` (outputs,) is added first. `link`:
    identity, sigmoid (two classes), softmax, or mean (the sum divided by the number of trees: numbers when there is one output, else class
    shares). `levels` (features,) is 0 for a number, else the number of category codes; the set s of codes that go left is
    `set_codes[set_starts[s]:set_starts[s + 1]]`.
    """

    link: str
    baseline: Floats
    splits: Ints
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    missing_left: Bools
    values: Floats
    levels: Ints
    set_starts: Ints
    set_codes: Ints

    def __post_init__(self) -> None:
        for error in self._errors():
            raise ValueError(error)

    @property
    def outputs(self) -> int:
        """Number of raw scores."""
        return len(self.baseline)

    def scores(self, matrix: Matrix) -> Floats:
        raw = self._leaves.sums(matrix)
        if self.link == MEAN:
            raw /= len(self.splits)
        if self.link == SIGMOID:
            return two_classes(raw[:, 0])
        if self.link == SOFTMAX:
            return softmax(raw)
        return raw[:, 0] if self.outputs == 1 else raw

    def used(self) -> Bools:
        used = np.zeros(len(self.levels), dtype=bool)
        used[self.feature] = True
        return used

    def thresholds(self) -> dict[int, Floats]:
        """The distinct finite thresholds of each feature that is a number."""
        found = {}
        for feature in np.unique(self.feature).tolist():
            if not self.levels[feature]:
                values = np.unique(self.threshold[self.feature == feature])
                found[feature] = values[np.isfinite(values)]
        return found

    @cached_property
    def _leaves(self) -> LeafMasks | Descent:
        shape = Splits(
            self.splits,
            self.feature,
            self.threshold,
            self.left,
            self.right,
            self.missing_left,
            self.levels,
            self.set_starts,
            self.set_codes,
        )
        return LeafMasks.of(shape, self.values, self.baseline) or Descent.of(shape, self.values, self.baseline)

    def _errors(self) -> list[str]:
        """The inconsistencies of the arrays: a damaged file must not be traversed."""
        inner, trees, outputs = len(self.feature), len(self.splits), len(self.baseline)
        if not (len(self.threshold) == len(self.left) == len(self.right) == len(self.missing_left) == inner == self.splits.sum()):
            return ["the arrays of the splits have different lengths"]
        if self.link not in _LINKS or outputs < 1 or (self.link == SIGMOID and outputs != 1) or self.splits.min(initial=0) < 0:
            return ["the trees have no known form"]
        if (
            self.values.ndim != 2
            or self.values.shape[1] not in (1, outputs)
            or len(self.values) != inner + trees
            or (self.link == MEAN and not trees)
        ):
            return ["the leaf values do not fit the trees"]
        if self.values.shape[1] == 1 and trees % outputs:
            return ["each output needs as many trees as the others"]
        return [*_child_errors(self.splits, self.left, self.right), *self._feature_errors()]

    def _feature_errors(self) -> list[str]:
        if not len(self.feature):
            return []
        if self.feature.min() < 0 or self.feature.max() >= len(self.levels) or self.levels.min() < 0:
            return ["a split names a feature that is not there"]
        starts, at = self.set_starts, self.threshold[self.levels[self.feature] > 0]
        if len(starts) < 1 or starts[0] != 0 or starts[-1] != len(self.set_codes) or (np.diff(starts) < 0).any():
            return ["the sets of categories are damaged"]
        if len(at) and not (at.min() >= 0 and at.max() < len(starts) - 1):
            return ["a split names a set of categories that is not there"]
        return ["a threshold is not a number"] if np.isnan(self.threshold).any() else []


def _child_errors(splits: Ints, left: Ints, right: Ints) -> list[str]:
    """Each split and leaf is the child of exactly one split before it in the same tree."""
    tree = np.repeat(np.arange(len(splits)), splits)
    start = np.cumsum(splits) - splits
    leaf_tree = np.repeat(np.arange(len(splits)), splits + 1)
    children, parent = np.concatenate((left, right)).astype(np.int64), np.tile(np.arange(len(left)), 2)
    inner, leaves = children[children >= 0], ~children[children < 0]
    wrong = ["the splits of a tree are not connected"]
    if (len(inner) and inner.max() >= len(left)) or (len(leaves) and leaves.max() >= len(leaf_tree)):
        return wrong
    is_root = np.zeros(len(left), dtype=np.int64)
    is_root[start[splits > 0]] = 1
    alone = np.zeros(len(leaf_tree), dtype=np.int64)
    alone[(np.cumsum(splits + 1) - splits - 1)[splits == 0]] = 1
    once = (np.bincount(inner, minlength=len(left)) + is_root == 1).all() and (
        np.bincount(leaves, minlength=len(leaf_tree)) + alone == 1
    ).all()
    forward = (inner > parent[children >= 0]).all() and (tree[inner] == tree[parent[children >= 0]]).all()
    return [] if once and forward and (leaf_tree[leaves] == tree[parent[children < 0]]).all() else wrong
