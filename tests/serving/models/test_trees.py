"""Tree models: both evaluations against a plain traversal."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_desktop.catalog.algorithms._tree_nodes import Nodes, grow
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.frame import Matrix, round_to_float32
from mlops_desktop.serving.models import leaf_masks
from mlops_desktop.serving.models.descent import Descent
from mlops_desktop.serving.models.leaf_masks import LeafMasks
from mlops_desktop.serving.models.tree_shape import Splits
from mlops_desktop.serving.models.trees import IDENTITY, MEAN, SIGMOID, SOFTMAX, Trees
from mlops_desktop.serving.serialization import pack, unpack
from tests.frames import to_csr

NAN = float("nan")


def matrix(rows):
    values = round_to_float32(np.array(rows, dtype=float))
    return Matrix(tuple(f"x{i}" for i in range(values.shape[1])), values)


def small(link=IDENTITY, **more):
    """x0 <= 1 ? (x1 in {0, 2} ? 10 : 20) : 30; missing x0 goes right, missing or unknown x1 goes left."""
    nodes = Nodes(
        roots=np.array([0]),
        feature=np.array([0, 1, 0, 0, 0]),
        threshold=np.array([1.0, 0.0, 0.0, 0.0, 0.0]),
        left=np.array([1, 2, -1, -1, -1]),
        right=np.array([4, 3, -1, -1, -1]),
        missing_left=np.array([False, True, False, False, False]),
        values=np.array([[0.0], [0.0], [10.0], [20.0], [30.0]]),
    )
    return grow(nodes, link=link, width=3, levels=np.array([0, 3, 0]), sets=[[0, 2]], **more)


def both_ways(model):
    shape = Splits(*(getattr(model, name) for name in Splits._fields))
    return LeafMasks.of(shape, model.values, model.baseline), Descent.of(shape, model.values, model.baseline)


def traverse(model, row):
    """The raw scores of one row, by the words of the docstring."""
    out = model.baseline.copy()
    first_split, first_leaf = 0, 0
    for t, splits in enumerate(model.splits.tolist()):
        node = first_split if splits else ~first_leaf
        while node >= 0:
            x, f = row[model.feature[node]], model.feature[node]
            if model.levels[f]:
                known = not np.isnan(x) and 0 <= x < model.levels[f]
                s = int(model.threshold[node])
                codes = model.set_codes[model.set_starts[s] : model.set_starts[s + 1]]
                left = (x in codes) if known else model.missing_left[node]
            else:
                left = model.missing_left[node] if np.isnan(x) else x <= model.threshold[node]
            node = int(model.left[node] if left else model.right[node])
        value = model.values[~node]
        if len(value) == 1:
            out[t % len(out)] += value[0]
        else:
            out += value
        first_split, first_leaf = first_split + splits, first_leaf + splits + 1
    return out


def random_trees(rng, trees, splits, *, width=4, outputs=1, per_leaf=1, categories=True, cuts=12):
    """Trees of random shape, thresholds on a coarse grid so that rows often are on them."""
    levels = np.where(np.arange(width) % 2 & categories, 7, 0)
    feature, threshold, left, right, missing, values, roots, sets = [], [], [], [], [], [], [], []

    def node(budget):
        here = len(feature)
        feature.append(int(rng.integers(width)))
        missing.append(bool(rng.integers(2)))
        values.append(rng.normal(size=per_leaf))
        left.append(-1)
        right.append(-1)
        threshold.append(0.0)
        if budget:
            if levels[feature[here]]:
                threshold[here] = float(len(sets))
                sets.append(np.flatnonzero(rng.integers(2, size=7)).tolist())
            else:
                threshold[here] = float(rng.integers(cuts)) / 3 - 1
            below = int(rng.integers(budget))
            left[here] = node(below)
            right[here] = node(budget - 1 - below)
        return here

    for t in range(trees):
        roots.append(node(int(rng.integers(splits + 1)) if t else splits))
    arrays = [np.array(a) for a in (roots, feature, threshold, left, right, missing)]
    return grow(
        Nodes(*arrays, np.array(values)),
        link=IDENTITY if outputs == 1 else SOFTMAX,
        width=width,
        outputs=outputs,
        baseline=rng.normal(size=outputs),
        levels=levels,
        sets=sets,
    )


def random_rows(rng, rows, width=4):
    values = rng.integers(-4, 16, size=(rows, width)) / 3 - 1
    values[:, 1::2] = rng.integers(-2, 10, size=(rows, len(range(1, width, 2))))
    values[rng.random((rows, width)) < 0.15] = np.nan
    return round_to_float32(values)


def test_rows_are_routed_by_the_splits():
    rows = [[1.0, 0, 0], [1.0, 1, 0], [1.0000001, 0, 0], [NAN, 0, 0], [0.0, NAN, 0], [0.0, 3, 0], [0.0, -1, 0], [-9.0, 2, 0]]
    wanted = [10, 20, 30, 30, 10, 10, 10, 10]
    model = small()
    assert model.scores(matrix(rows)).tolist() == wanted
    assert [model.scores(matrix([row]))[0] for row in rows] == wanted
    for way in both_ways(model):
        assert way.sums(matrix(rows))[:, 0].tolist() == wanted
        assert way.sums(matrix(rows * 300))[:, 0].tolist() == wanted * 300


def test_one_step_of_float32_beside_a_threshold_decides():
    t = 0.1  # no float32: the nearest one is greater
    nodes = Nodes(*(np.array(a) for a in ([0], [0, 0, 0], [t, 0, 0], [1, -1, -1], [2, -1, -1], [False] * 3, [[0.0], [1.0], [2.0]])))
    model = grow(nodes, link=IDENTITY, width=1)
    near = np.float32(t)
    rows = [[np.nextafter(near, np.float32(0))], [near], [np.nextafter(near, np.float32(1))]]
    assert [way.sums(matrix(rows))[:, 0].tolist() for way in both_ways(model)] == [[1.0, 2.0, 2.0]] * 2


def test_links():
    rows = matrix([[0.0, 0, 0]])
    p = 1 / (1 + np.exp(-10.5))
    assert small(SIGMOID, baseline=np.array([0.5])).scores(rows) == pytest.approx(np.array([[1 - p, p]]), abs=1e-15)
    assert small(MEAN).scores(rows).tolist() == [10.0]
    shares = grow(
        Nodes(*(np.array(a) for a in ([0, 1], [0, 0], [0, 0], [-1, -1], [-1, -1], [False, False], [[1, 0], [0.5, 0.5]]))),
        link=MEAN,
        width=3,
        outputs=2,
    )
    assert shares.scores(rows).tolist() == [[0.75, 0.25]]
    assert not shares.used().any()


def test_extreme_scores_stay_probabilities():
    for value, wanted in ((2000.0, [0.0, 1.0]), (-2000.0, [1.0, 0.0])):
        nodes = Nodes(np.array([0]), np.array([0]), np.array([0.0]), np.array([-1]), np.array([-1]), np.array([False]), np.array([[value]]))
        assert grow(nodes, link=SIGMOID, width=1).scores(matrix([[0.0]]))[0] == pytest.approx(wanted, abs=1e-300)


def test_thresholds_are_those_of_numbers_and_used_those_of_splits():
    model = small()
    assert {f: v.tolist() for f, v in model.thresholds().items()} == {0: [1.0]}
    assert model.used().tolist() == [True, True, False]


def test_an_infinite_threshold_separates_missing_values():
    nodes = Nodes(*(np.array(a) for a in ([0], [0, 0, 0], [np.inf, 0, 0], [1, -1, -1], [2, -1, -1], [False] * 3, [[0.0], [1.0], [2.0]])))
    model = grow(nodes, link=IDENTITY, width=1)
    for way in both_ways(model):
        assert way.sums(matrix([[3.4028234663852886e38], [-1.0], [NAN]]))[:, 0].tolist() == [1.0, 1.0, 2.0]
    assert model.thresholds()[0].tolist() == []


def test_a_dense_row_and_the_same_row_in_csr():
    rng = np.random.default_rng(3)
    model = random_trees(rng, 5, 20)
    rows = random_rows(rng, 700)
    rows[rng.random(rows.shape) < 0.5] = 0.0
    sparse = Matrix(("a", "b", "c", "d"), None, to_csr(rows))
    assert np.array_equal(model.scores(matrix(rows)), model.scores(sparse))
    assert np.array_equal(model.scores(matrix(rows[:1])), model.scores(sparse.take(np.array([0]))))


def test_no_rows_and_no_trees_that_split():
    model = small()
    assert model.scores(matrix(np.empty((0, 3)))).shape == (0,)
    assert all(way.sums(matrix(np.empty((0, 3)))).shape == (0, 1) for way in both_ways(model))
    assert random_trees(np.random.default_rng(0), 6, 3, outputs=3).scores(matrix(np.empty((0, 4)))).shape == (0, 3)


@given(
    st.integers(0, 10**6),
    st.integers(1, 5),
    st.sampled_from([0, 1, 3, 7, 15, 31, 40, 63, 64, 200]),
    st.sampled_from([(1, 1), (3, 1), (3, 3)]),
    st.booleans(),
)
def test_both_evaluations_equal_a_plain_traversal(seed, rounds, splits, form, categories):
    rng = np.random.default_rng(seed)
    outputs, per_leaf = form
    model = random_trees(rng, rounds * (outputs if per_leaf == 1 else 1), splits, outputs=outputs, per_leaf=per_leaf, categories=categories)
    rows = random_rows(rng, 40)
    if not categories:
        rows = round_to_float32(rng.integers(-4, 16, size=(40, 4)) / 3 - 1)
    wanted = np.array([traverse(model, row) for row in rows])
    many = np.repeat(rows, 10, axis=0)
    for way in both_ways(model):
        assert np.array_equal(way.sums(matrix(rows)), wanted)
        assert np.array_equal(way.sums(matrix(rows[:1])), wanted[:1])
        assert np.array_equal(way.sums(matrix(many)), np.repeat(wanted, 10, axis=0))


def test_wide_batches_go_tree_by_tree_to_the_same_bits(monkeypatch):
    rng = np.random.default_rng(5)
    model = random_trees(rng, 12, 15, width=40)
    rows = matrix(random_rows(rng, 900, width=40))
    masks, descent = both_ways(model)
    wanted = descent.sums(rows)
    for cost in (1e-9, 1e9):  # of a byte: the first makes rows of the table cheap, the second dear
        monkeypatch.setattr(leaf_masks, "_BYTE_NS", cost)
        assert masks._by_tree_is_quicker(900) == (cost > 1)
        assert np.array_equal(masks.sums(rows), wanted)


def test_tables_that_would_be_too_large_are_not_made(monkeypatch):
    monkeypatch.setattr(leaf_masks, "_MOST_BYTES", 50)
    model = random_trees(np.random.default_rng(1), 4, 20)
    assert both_ways(model)[0] is None
    rows = matrix(random_rows(np.random.default_rng(2), 50))
    assert model.scores(rows) == pytest.approx([traverse(model, row)[0] for row in rows.to_dense()], abs=0)


@pytest.mark.parametrize(
    "damage",
    [
        {"left": [1, 0]},  # a circle
        {"left": [1, -99]},
        {"right": [-2, -2]},  # a leaf twice
        {"feature": [0, 3]},
        {"feature": [0, -1]},
        {"splits": [1]},
        {"threshold": [1.0, 4.0]},  # no such set
        {"threshold": [NAN, 0.0]},
        {"set_starts": [0, 9]},
        {"link": "square"},
        {"values": [[1.0], [2.0]]},
        {"missing_left": [True]},
    ],
)
def test_damaged_arrays_are_refused(damage):
    good = small()
    arrays = {}
    packed = pack(good, arrays)
    changed = {name: np.array(value) if isinstance(value, list) else value for name, value in damage.items()}
    with pytest.raises(ValueError, match=r"\w"):
        dataclasses.replace(good, **changed)
    for name, value in changed.items():
        if isinstance(value, str):
            packed[name] = value
        else:
            arrays[name] = value
    with pytest.raises(UserError, match="damaged"):
        unpack(packed, arrays)


def test_trees_are_plain_data():
    model = random_trees(np.random.default_rng(9), 3, 30, outputs=3)
    arrays = {}
    again = unpack(pack(model, arrays), arrays)
    assert isinstance(again, Trees)
    rows = matrix(random_rows(np.random.default_rng(10), 30))
    assert np.array_equal(again.scores(rows), model.scores(rows))
