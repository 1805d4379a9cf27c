"""Combine columns: every method by hand, with and without missing values."""

from __future__ import annotations

import math

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.combine_columns import CombineColumns
from tests.frames import BINARY, make_frame, run, table

NAN = math.nan
FRAME = make_frame(
    {"a": [1.0, 2, NAN, NAN, 1e308], "b": [4.0, 0, 5, NAN, 1e308], "c": [-1.0, 6, NAN, NAN, 10]},
    {"u": ["x", None, "y", None, ""], "v": ["p", "q", None, None, "r"]},
)


def made(method: str, *columns: str, **params: object) -> list[object]:
    return table(run(CombineColumns(columns=columns, method=method, name="new", **params), FRAME))["new"]


@pytest.mark.parametrize(
    ("method", "plain", "skipping"),
    [
        ("sum", [4, 8, None, None, None], [4, 8, 5, None, None]),
        ("mean", [4 / 3, 8 / 3, None, None, None], [4 / 3, 8 / 3, 5, None, None]),
        ("min", [-1, 0, None, None, 10], [-1, 0, 5, None, 10]),
        ("max", [4, 6, None, None, 1e308], [4, 6, 5, None, 1e308]),
        ("product", [-4, 0, None, None, None], [-4, 0, 5, None, None]),
    ],
)
def test_many_numbers(method, plain, skipping):
    assert made(method, "a", "b", "c") == plain
    assert made(method, "a", "b", "c", skip_missing=True) == skipping


def test_two_numbers_in_their_order():
    assert made("difference", "a", "b") == [-3, 2, None, None, 0]
    assert made("ratio", "a", "b") == [0.25, None, None, None, 1]
    assert made("ratio", "b", "a", skip_missing=True) == [4, 0, None, None, 1]  # half a ratio is none


def test_texts():
    assert made("join", "u", "v", separator="/") == ["x/p", None, None, None, "/r"]
    assert made("join", "u", "v", "c", separator="/", skip_missing=True) == ["x/p/-1", "q/6", "y", None, "/r/10"]


def test_names_sources_and_what_is_kept():
    found = run(CombineColumns(columns=("a", "b"), method="ratio"), FRAME)
    assert found.layout.numbers == ("a", "b", "c", "a / b")
    assert found.layout.source("a / b") == ("a", "b")
    found = run(CombineColumns(columns=("u", "v"), method="join", keep=False), FRAME)
    assert found.layout.categoricals == ("join(u, v)",)


@pytest.mark.parametrize(
    ("columns", "method", "message"),
    [((), "sum", "at least two"), (("a",), "sum", "at least two"), (("a", "b", "c"), "ratio", "exactly two"), (("a", "u"), "sum", "“u”")],
)
def test_what_does_not_fit_is_refused(columns, method, message):
    with pytest.raises(UserError) as caught:
        CombineColumns(columns=columns, method=method).fit(Dataset(FRAME, BINARY), Silent())
    assert message in caught.value.message
