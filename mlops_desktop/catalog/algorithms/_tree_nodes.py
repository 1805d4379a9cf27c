"""Converts the nodes of a library's trees into the model in which all trees are served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from mlops_desktop.serving.frame import Bools, Floats, Ints
from mlops_desktop.serving.models.tree_shape import levels_down, sizes
from mlops_desktop.serving.models.trees import Trees


class Nodes(NamedTuple):
    """All nodes of all trees, in any order: `roots` (trees,) says where each begins, `left` and `right` where a split leads, and `left` < 0
    marks a leaf.

    `values` (nodes, k) is read at the leaves alone, `feature`, `threshold`, `right` and `missing_left` at the splits alone. At a split on a
    category the threshold is the number of its set (see `grow`).
    """

    roots: Ints
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    missing_left: Bools
    values: Floats

    @classmethod
    def join(cls, trees: Sequence[Self]) -> Self:
        """Several groups of trees as one, in their order."""
        counts = [len(tree.left) for tree in trees]
        first = np.cumsum([0, *counts[:-1]])
        offset = np.repeat(first, counts)
        left = np.concatenate([tree.left for tree in trees]).astype(np.int64)
        return cls(
            np.concatenate([tree.roots + at for tree, at in zip(trees, first.tolist(), strict=True)]),
            np.concatenate([tree.feature for tree in trees]),
            np.concatenate([tree.threshold for tree in trees]),
            np.where(left < 0, -1, left + offset),
            np.concatenate([tree.right for tree in trees]).astype(np.int64) + offset,
            np.concatenate([tree.missing_left for tree in trees]),
            np.concatenate([tree.values for tree in trees]),
        )


def scikit_nodes(trees: Sequence[object]) -> Nodes:
    """The nodes of scikit-learn's trees (`estimator.tree_`); their values are class shares, or one number."""
    root = np.zeros(1, dtype=np.int64)
    return Nodes.join(
        [
            Nodes(root, t.feature, t.threshold, t.children_left, t.children_right, t.missing_go_to_left.astype(bool), t.value[:, 0, :])  # type: ignore[attr-defined]
            for t in trees
        ]
    )


def grow(
    nodes: Nodes,
    *,
    link: str,
    width: int,
    baseline: Floats | None = None,
    outputs: int = 1,
    levels: Ints | None = None,
    sets: Sequence[Sequence[int]] = (),
) -> Trees:
    """The model of these trees over `width` features. `sets[s]` are the codes that go left at a split with threshold s on a feature with
    `levels` > 0.
    """
    roots, left, right = nodes.roots, nodes.left.astype(np.int64), nodes.right.astype(np.int64)
    is_split = left >= 0
    down = levels_down(roots, left, right, is_split)
    inner = sizes(down, left, right)
    splits = inner[roots]
    number, leaf = np.zeros(len(left), dtype=np.int64), np.zeros(len(left), dtype=np.int64)
    number[roots] = np.cumsum(splits) - splits
    leaf[roots] = np.cumsum(splits + 1) - splits - 1
    for parents in down:
        lefts, rights = left[parents], right[parents]
        number[lefts], leaf[lefts] = number[parents] + 1, leaf[parents]
        number[rights], leaf[rights] = number[parents] + 1 + inner[lefts], leaf[parents] + inner[lefts] + 1
    name = np.where(is_split, number, ~leaf)
    old = np.flatnonzero(is_split)[np.argsort(number[is_split])]
    old_leaf = np.flatnonzero(~is_split)[np.argsort(leaf[~is_split])]
    whole = np.int32  # half the file of int64; there are never 2^31 splits
    return Trees(
        link=link,
        baseline=np.zeros(outputs) if baseline is None else np.asarray(baseline, dtype=np.float64),
        splits=splits.astype(whole),
        feature=nodes.feature[old].astype(whole),
        threshold=nodes.threshold[old].astype(np.float64),
        left=name[left[old]].astype(whole),
        right=name[right[old]].astype(whole),
        missing_left=nodes.missing_left[old].astype(bool),
        values=nodes.values[old_leaf].astype(np.float64),
        levels=np.zeros(width, dtype=whole) if levels is None else np.asarray(levels).astype(whole),
        set_starts=np.concatenate(([0], np.cumsum([len(codes) for codes in sets]))).astype(np.int64),
        set_codes=np.array([code for codes in sets for code in codes], dtype=whole),
    )
