"""Conversions of values and vectorized functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_desktop.serving.formula.values import (
    FIRST_DATE,
    LAST_DATE,
    Texts,
    each_distinct,
    read_date,
    read_number,
    share_levels,
    write_date,
    write_number,
)
from tests.frames import microseconds


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_round_trip(value):
    assert read_number(write_number(value)) == value


@given(st.integers(FIRST_DATE, LAST_DATE))
def test_dates_round_trip(micros):
    assert read_date(write_date(micros)) == micros


def test_numbers_and_dates_have_a_short_form():
    assert [write_number(v) for v in (3.0, -0.5, 1e15, 1e300, 0.1)] == ["3", "-0.5", "1000000000000000.0", "1e+300", "0.1"]
    assert write_date(microseconds("2024-05-01")) == "2024-05-01"
    assert write_date(microseconds("2024-05-01T00:00:01")) == "2024-05-01 00:00:01"
    assert write_date(LAST_DATE + 2 * 86_400_000_000) is None
    assert read_date(" 2024-05-01T13:30 ") == microseconds("2024-05-01T13:30")


@pytest.mark.parametrize(
    "text", ["", "2024-13-01", "2023-02-29", "01.05.2024", "2024-05-01Z", "٢٠٢٤-05-01", "0000-01-01", "2024-05-01 25:00"]
)
def test_texts_that_are_not_dates(text):
    assert read_date(text) is None


@pytest.mark.parametrize("text", ["", "1,5", "nan", "inf", "0x10", "1_000", "٣", "1 2", "1" * 401])
def test_texts_that_are_not_numbers(text):
    assert read_number(text) is None


def test_a_function_runs_once_for_each_combination():
    seen = []

    def join(left: str, right: str, last: str) -> str:
        seen.append((left, right, last))
        return left + right + last

    first = Texts(np.array([0, 1, 0, -1, 1]), ("a", "b"))
    second = Texts(np.array([1, 1, 1, 0, 0]), ("x", "y"))
    codes, results = each_distinct(join, [first, second, Texts(np.zeros(1, dtype=np.intp), ("!",))])
    assert [results[code] for code in codes] == ["ay!", "by!", "ay!", None, "bx!"]
    assert sorted(seen) == [("a", "y", "!"), ("b", "x", "!"), ("b", "y", "!")]
    codes, results = each_distinct(lambda a, b: (a, b), [first, second], with_missing=True)
    assert results[codes[3]] == (None, "x")


def test_columns_of_texts_share_their_levels():
    parts, levels = share_levels(Texts(np.array([0, -1]), ("a",)), Texts(np.array([1, 0]), ("a", "b")))
    assert levels == ["a", "b"]
    assert [part.tolist() for part in parts] == [[0, -1], [1, 0]]
