"""Rows where a formula holds."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.data.row_query import check_filter, rows_key, rows_where
from mlops_desktop.serving.frame import Frame, Layout, encode

CODES, LEVELS = encode(["a", "b", None, "a"])
FRAME = Frame(
    Layout(numbers=("x",), categoricals=("w",)),
    4,
    np.array([[1.0], [2.0], [np.nan], [4.0]]),
    CODES[:, None],
    (LEVELS,),
    np.empty((4, 0), dtype=np.int64),
)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("  ", [0, 1, 2, 3]),
        ("x > 1", [1, 3]),
        ('w = "a"', [0, 3]),
        ("is_missing(x)", [2]),
        ("x > 100", []),
        ("true", [0, 1, 2, 3]),
    ],
)
def test_rows(where, rows):
    assert check_filter(FRAME.layout, where) == ""
    mask = rows_where(FRAME, where)
    assert mask.dtype == bool
    assert mask.shape == (4,)
    assert np.flatnonzero(mask).tolist() == rows


@pytest.mark.parametrize("where", ["x >", "nobody > 1", "x + 1", "w", "import os"])
def test_a_wrong_filter_is_named(where):
    assert check_filter(FRAME.layout, where)
    with pytest.raises(UserError):
        rows_where(FRAME, where)


def test_keys():
    assert rows_key("t", "x > 1") == rows_key("t", " x > 1 ")
    assert len({rows_key("t", "x > 1"), rows_key("u", "x > 1"), rows_key("t", "x > 2")}) == 3
