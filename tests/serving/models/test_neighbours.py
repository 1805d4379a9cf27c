"""Nearest neighbours: ties, weights, rounding and memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_desktop.serving.frame import Matrix, round_to_float32
from mlops_desktop.serving.models import neighbours as module
from mlops_desktop.serving.models.neighbours import Neighbours, compile_neighbours
from tests.frames import to_csr


def matrix(rows, sparse=False):
    values = round_to_float32(np.array(rows, dtype=float))
    names = tuple(map(str, range(values.shape[1])))
    return Matrix(names, None, to_csr(values)) if sparse else Matrix(names, values)


def numbers(rows, answers, neighbours, by_distance=False, sparse=False):
    return compile_neighbours(matrix(rows, sparse), np.array(answers, dtype=float)[:, None], neighbours, by_distance, True)


def plain(rows, answers, k, by_distance, row):
    """By the words of the docstring: all distances, a stable order, a weighted mean."""
    squares = [sum((a - b) ** 2 for a, b in zip(one, row, strict=True)) for one in rows]
    first = sorted(range(len(rows)), key=lambda i: (squares[i], i))[:k]
    weights = [1.0] * k
    if by_distance:
        same = [squares[i] == 0 for i in first]
        weights = [float(s) for s in same] if any(same) else [1 / np.sqrt(squares[i]) for i in first]
    return sum(answers[i] * w for i, w in zip(first, weights, strict=True)) / sum(weights)


def test_ties_go_to_the_row_that_came_first():
    model = numbers([[1.0], [-1.0], [1.0], [5.0]], [10, 20, 30, 40], 1)
    assert model.scores(matrix([[0.0], [1.0], [-1.0], [9.0]])).tolist() == [10, 10, 20, 40]
    assert numbers([[1.0], [-1.0], [1.0], [5.0]], [10, 20, 30, 40], 2).scores(matrix([[0.0]])).tolist() == [15]


def test_rows_at_distance_zero_alone_count_by_distance():
    model = numbers([[0.0], [0.0], [1.0], [3.0]], [10, 20, 60, 100], 3, by_distance=True)
    assert model.scores(matrix([[0.0]])).tolist() == [15]
    assert model.scores(matrix([[2.0]]))[0] == pytest.approx((60 / 1 + 100 / 1 + 10 / 2) / 2.5)


def test_class_shares():
    model = compile_neighbours(matrix([[0.0], [1.0], [9.0]]), np.array([[1.0, 0], [0, 1], [0, 1]]), 2, False, False)
    assert model.scores(matrix([[0.2], [8.0]])).tolist() == [[0.5, 0.5], [0.0, 1.0]]
    assert model.used().all()


@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
def test_no_rows(sparse):
    assert numbers([[1.0, 0.0]], [1], 1, sparse=sparse).scores(matrix(np.empty((0, 2)), sparse)).shape == (0,)


@given(st.integers(0, 10**6), st.integers(1, 12), st.booleans(), st.booleans())
def test_equals_all_distances_in_order(seed, k, by_distance, sparse):
    """On a coarse grid, where nearly every distance is shared by several rows."""
    rng = np.random.default_rng(seed)
    rows, queries = rng.integers(-2, 3, size=(25, 3)) / 4, rng.integers(-2, 3, size=(12, 3)) / 4
    answers = rng.normal(size=25)
    model = numbers(rows, answers, k, by_distance, sparse)
    wanted = [plain(rows.tolist(), answers.tolist(), k, by_distance, q) for q in queries.tolist()]
    assert model.scores(matrix(queries, sparse)) == pytest.approx(wanted, abs=1e-12)


def test_large_numbers_lose_no_neighbour():
    """Squares of 1e7 cancel in a matrix product, so the nearest row is not the one that the product alone would name."""
    rng = np.random.default_rng(0)
    rows = round_to_float32(1e7 + rng.normal(size=(300, 2)) * 3)
    answers = np.arange(300.0)
    model = numbers(rows, answers, 1)
    for query in rows[:40] + 1.0:
        wanted = plain(rows.tolist(), answers.tolist(), 1, False, round_to_float32(query).tolist())
        assert model.scores(matrix([query]))[0] == wanted


def test_one_row_equals_the_batch_in_any_blocks(monkeypatch):
    rng = np.random.default_rng(1)
    rows, queries = rng.normal(size=(200, 5)), rng.normal(size=(60, 5))
    for sparse in (False, True):
        model = numbers(rows, rng.normal(size=200), 7, True, sparse)
        whole = model.scores(matrix(queries, sparse))
        alone = [model.scores(matrix([q], sparse))[0] for q in queries]
        monkeypatch.setattr(module, "_CELLS", 700)
        in_blocks = model.scores(matrix(queries, sparse))
        monkeypatch.undo()
        assert np.array_equal(whole, alone)
        assert np.array_equal(whole, in_blocks)


def test_a_row_with_missing_values_has_no_score():
    model = numbers([[1.0], [2.0]], [1, 2], 1)
    assert np.isnan(model.scores(matrix([[np.nan], [2.0]]))).tolist() == [True, False]


@pytest.mark.parametrize("damage", [{"neighbours": 3}, {"neighbours": 0}, {"answers": np.zeros((3, 1))}, {"indptr": np.array([0, 1])}])
def test_damaged_parts_are_refused(damage):
    good = {
        "rows": np.zeros((2, 1)),
        "indptr": np.zeros(0, int),
        "indices": np.zeros(0, int),
        "data": np.zeros(0),
        "answers": np.zeros((2, 1)),
        "neighbours": 1,
        "by_distance": False,
        "regression": True,
    }
    Neighbours(**good)
    with pytest.raises(ValueError, match="rows"):
        Neighbours(**{**good, **damage})
