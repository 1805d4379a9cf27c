"""Frames, sparse blocks and matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.frame import Csr, Layout, encode, indicators, lookup, round_to_float32, to_matrix
from tests.frames import make_frame, to_csr

VALUES = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, -3.5], [4.0, 5.0, 6.0]])
TABLE = make_frame(
    {"size": [1.5, math.nan, 3.0], "code": [0, 1, 2]},
    {"city": ["Oslo", None, "Rome"]},
    {"day": ["2024-01-01", None, "2020-02-29"]},
    {"bag: a": [1, 0, 2], "bag: b": [0, 0, 3]},
)


def test_a_sparse_block_is_its_dense_form():
    block = to_csr(VALUES)
    assert (block.rows, block.width) == (4, 3)
    assert block.dense().tolist() == VALUES.tolist()
    assert block.row_of().tolist() == [0, 2, 2, 3, 3, 3]
    for rows in ([3, 0, 0, 2], [1], []):
        at = np.array(rows, dtype=np.intp)
        assert block.take(at).dense().tolist() == VALUES[at].tolist()
    weights = np.array([[1.0, 0.5], [2.0, 0.0], [-1.0, 4.0]])
    assert block.dot(weights).tolist() == (VALUES @ weights).tolist()


def test_rows_are_taken_by_position_or_mask():
    for rows in (np.array([2, 0], dtype=np.intp), np.array([True, False, True])):
        some = TABLE.take(rows)
        order = [2, 0] if rows.dtype != bool else [0, 2]
        assert some.rows == 2
        assert some.number("size").tolist() == [TABLE.number("size")[i] for i in order]
        assert some.texts("city") == [TABLE.texts("city")[i] for i in order]
        assert some.date("day").tolist() == [TABLE.date("day")[i] for i in order]
        assert some.sparse[0].dense().tolist() == [TABLE.sparse[0].dense()[i].tolist() for i in order]


def test_columns_are_taken_and_keep_their_values():
    some = TABLE.select(["bag: b", "day", "code"])
    assert some.layout.names() == ("code", "day", "bag: b")
    assert some.number("code").tolist() == [0, 1, 2]
    assert some.sparse[0].dense().tolist() == [[0], [0], [3]]
    assert TABLE.select([]).rows == 3
    assert TABLE.layout.without(["bag: a", "bag: b"])[0].sparse == ()


def test_missing_cells_of_each_kind():
    assert [TABLE.missing(name).tolist() for name in ("size", "city", "day")] == [[False, True, False]] * 3
    assert not TABLE.missing("bag: a").any()


def test_a_column_that_is_not_there_or_of_another_kind_is_named():
    layout = TABLE.layout
    assert [layout.kind(name) for name in ("size", "city", "day", "bag: b")] == ["number", "categorical", "date", "sparse"]
    with pytest.raises(UserError, match="no column “gone”"):
        layout.number_at(["gone"])
    for refused, name, kind in (
        (layout.number_at, "city", "categorical"),
        (layout.categorical_at, "day", "date"),
        (layout.date_at, "size", "number"),
    ):
        with pytest.raises(UserError, match=f"“{name}” is a {kind}"):
            refused([name])


def test_derived_columns_have_source_columns():
    made = TABLE.layout.with_numbers(["sum"], [("size", "code")]).with_categoricals(["word"], [("city",)])
    again = made.with_sparse(["t: a", "t: b"], [("word",), ("sum", "word")])
    assert again.source("t: b") == ("size", "code", "city")
    assert again.sources_of(["t: a", "sum"]) == ("city", "size", "code")
    assert again.source("day") == ("day",)
    for taken in (["city"], ["x", "x"], ["t: a"]):
        with pytest.raises(UserError, match="already a column"):
            again.with_numbers(taken, [("size",)] * len(taken))


def test_the_matrix_is_dense_or_sparse_with_the_same_values():
    numbers = TABLE.select(["size", "code"])
    dense = to_matrix(numbers)
    assert dense.csr is None
    assert np.array_equal(dense.to_dense(), numbers.numbers, equal_nan=True)
    one, two = to_csr(VALUES), to_csr(VALUES[:, ::-1])
    names = tuple(f"x{i}" for i in range(3)), tuple(f"y{i}" for i in range(3))
    frame = make_frame({"a": [0, 1.1, 0, -2]}).with_blocks(Layout(("a",), sparse=names), sparse=(one, two))
    matrix = to_matrix(frame)
    assert matrix.dense is None
    assert (matrix.rows, matrix.width, matrix.names) == (4, 7, ("a", *names[0], *names[1]))
    wanted = np.column_stack([round_to_float32(frame.numbers), VALUES, VALUES[:, ::-1]])
    assert matrix.to_dense().tolist() == wanted.tolist()
    assert isinstance(matrix.csr, Csr)
    assert all(np.all(np.diff(row) > 0) for row in np.split(matrix.csr.indices, matrix.csr.indptr[1:-1]))
    with pytest.raises(UserError, match=r"cannot go into a model.*“city”, “day”"):
        to_matrix(TABLE)


def test_values_are_rounded_to_float32_and_stay_finite():
    top = float(np.finfo(np.float32).max)
    found = round_to_float32(np.array([0.1, 1e300, -1e300, math.nan]))
    assert found[:3].tolist() == [float(np.float32(0.1)), top, -top]
    assert math.isnan(found[3])
    assert found.dtype == np.float64


def test_levels_become_numbers():
    codes, levels = encode(["b", None, "a", "b"])
    assert (codes.tolist(), levels) == ([0, -1, 1, 0], ["b", "a"])
    found = lookup(TABLE, np.array([0], dtype=np.intp), [{"Oslo": 7.0}], unseen=[-1.0], missing=[math.inf])
    assert found.tolist() == [[7.0], [math.inf], [-1.0]]
    assert lookup(TABLE, np.array([], dtype=np.intp), [], [], []).shape == (3, 0)
    assert indicators(np.array([[0, 2], [1, 3]]), 3).tolist() == [[1, 0, 1], [0, 1, 0]]
