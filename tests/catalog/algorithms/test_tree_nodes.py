"""Nodes in any order become trees from the root down, left before right."""

from __future__ import annotations

import numpy as np

from mlops_desktop.catalog.algorithms._tree_nodes import Nodes, grow
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.models.trees import IDENTITY

SHUFFLED = Nodes(  # node 3: x0 <= 5 ? (node 0: x1 <= 1 ? 10 : 20) : 30, its nodes in no order
    roots=np.array([3]),
    feature=np.array([1, 0, 0, 0, 0]),
    threshold=np.array([1.0, 0, 0, 5.0, 0]),
    left=np.array([4, -1, -1, 0, -1]),
    right=np.array([1, -1, -1, 2, -1]),
    missing_left=np.array([True, False, False, False, False]),
    values=np.array([[0.0], [20.0], [30.0], [0.0], [10.0]]),
)
LEAF = Nodes(np.array([0]), np.array([0]), np.array([0.0]), np.array([-1]), np.array([-1]), np.array([False]), np.array([[0.5]]))


def test_nodes_in_any_order():
    model = grow(SHUFFLED, link=IDENTITY, width=2)
    assert (model.feature.tolist(), model.threshold.tolist(), model.missing_left.tolist()) == ([0, 1], [5.0, 1.0], [False, True])
    assert (model.left.tolist(), model.right.tolist(), model.values.tolist()) == ([1, ~0], [~2, ~1], [[10.0], [20.0], [30.0]])


def test_joined_trees_are_added():
    model = grow(Nodes.join([LEAF, SHUFFLED, LEAF, SHUFFLED]), link=IDENTITY, width=2, baseline=np.array([100.0]))
    assert model.splits.tolist() == [0, 2, 0, 2]
    rows = Matrix(("a", "b"), np.array([[5.0, 1.0], [5.0, 1.5], [6.0, 0.0], [np.nan, 0.0], [5.0, np.nan]]))
    assert model.scores(rows).tolist() == [121.0, 141.0, 161.0, 161.0, 121.0]
