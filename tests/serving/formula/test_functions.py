"""Operators and functions on their own: values against numpy and Python, missing values, limits."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from mlops_desktop.serving.formula.functions import FUNCTIONS, MAX_TEXT, RUNS
from mlops_desktop.serving.formula.values import Texts
from mlops_desktop.serving.frame import MISSING_DATE
from tests.frames import microseconds

NAN = math.nan


def texts(*values: str) -> Texts:
    return Texts(np.arange(len(values)), values)


@pytest.mark.parametrize("name", ["abs", "sign", "sqrt", "exp", "log", "log1p", "log2", "log10", "floor", "ceil"])
def test_numbers_are_those_of_numpy_and_missing_where_there_are_none(name):
    x = np.array([-2.5, -1.0, 0.0, 0.5, 3.0, 800.0, NAN])
    with np.errstate(all="ignore"):
        wanted = getattr(np, name)(x)
        found = FUNCTIONS[name].apply(x)
    np.testing.assert_array_equal(found, np.where(np.isfinite(wanted), wanted, NAN))


@pytest.mark.parametrize("exponent", [-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 2.5])
def test_a_power_is_the_same_for_a_row_alone_and_in_a_table(exponent):
    x = np.random.default_rng(0).lognormal(0, 4, 300)
    with np.errstate(all="ignore"):
        together = RUNS["^"](x, np.array([exponent]))
        alone = [RUNS["^"](x[i : i + 1], np.array([exponent]))[0] for i in range(len(x))]
        std = RUNS["^"](x, np.full(len(x), exponent))
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together, std)


def test_rounding_goes_to_the_even_neighbour_and_keeps_huge_numbers():
    x = np.array([0.5, 1.5, -2.5, 2.675, 1e300])
    np.testing.assert_array_equal(RUNS["round"](x), [0, 2, -2, 3, 1e300])
    np.testing.assert_array_equal(RUNS["round"](x, np.array([2.0])), [0.5, 1.5, -2.5, 2.68, 1e300])
    np.testing.assert_array_equal(RUNS["round"](np.array([1234.0]), np.array([-2.0])), [1200])
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(RUNS["round"](np.array([1e300]), np.array([15.0])), [1e300])


def test_the_three_truth_values():
    side = np.array([1.0, 0.0, NAN])
    left, right = np.repeat(side, 3), np.tile(side, 3)
    np.testing.assert_array_equal(RUNS["and"](left, right), [1, 0, NAN, 0, 0, 0, NAN, 0, NAN])
    np.testing.assert_array_equal(RUNS["or"](left, right), [1, 1, 1, 1, 0, NAN, 1, NAN, NAN])
    np.testing.assert_array_equal(RUNS["not"](side), [0, 1, NAN])


def test_parts_of_dates_are_those_of_the_calendar():
    days = ["0001-01-01", "1900-02-28", "1969-12-31", "1970-01-01", "2000-02-29", "2024-12-31", "9999-12-31"]
    stamps = np.array([*(microseconds(day + "T23:59:59.999999") for day in days), MISSING_DATE])
    known = [date.fromisoformat(day) for day in days]
    for name, of in (
        ("year", lambda d: d.year),
        ("quarter", lambda d: (d.month + 2) // 3),
        ("month", lambda d: d.month),
        ("day", lambda d: d.day),
        ("weekday", lambda d: d.weekday()),
        ("day_of_year", lambda d: d.timetuple().tm_yday),
        ("hour", lambda d: 23),
        ("minute", lambda d: 59),
    ):
        np.testing.assert_array_equal(FUNCTIONS[name].apply(stamps), [*(of(day) for day in known), NAN], err_msg=name)


def test_functions_of_texts():
    made = texts("Straße", "  two words ", "", "ΟΔΟΣ", "İstanbul")
    for name, of in (("upper", str.upper), ("trim", str.strip), ("length", len), ("words", lambda t: len(t.split()))):
        found = FUNCTIONS[name].apply(made)
        wanted = [of(level) for level in made.levels]
        assert ([found.levels[c] for c in found.codes] if isinstance(found, Texts) else found.tolist()) == wanted
    assert FUNCTIONS["count"].apply(texts("banana"), texts("an")).tolist() == [2]
    assert FUNCTIONS["count"].apply(texts("banana"), texts("")).tolist() == [0]
    assert list(FUNCTIONS["right"].apply(texts("abc"), np.array([2.0])).levels) == ["bc"]
    assert list(FUNCTIONS["right"].apply(texts("abc"), np.array([0.0])).levels) == [""]
    assert list(FUNCTIONS["left"].apply(texts("abc"), np.array([-1.0])).levels) == [""]


def test_texts_that_would_fill_the_memory_are_missing():
    half = texts("x" * (MAX_TEXT // 2 + 1))
    assert FUNCTIONS["concat"].apply(half, half).codes.tolist() == [-1]
    assert FUNCTIONS["replace"].apply(half, texts("x"), texts("yyy")).codes.tolist() == [-1]
    assert FUNCTIONS["replace"].apply(half, texts(""), texts("yyy")).codes.tolist() == [0]


def test_days_beyond_the_calendar_are_missing():
    start = np.array([microseconds("9999-12-31"), microseconds("0001-01-01"), microseconds("2024-01-01"), MISSING_DATE])
    assert (RUNS["+.date"](start, np.array([1.0, -1.0, 1e12, 1.0])) == MISSING_DATE).all()
    assert RUNS["+.date"](start, np.array([NAN])).tolist() == [MISSING_DATE] * 4
    assert RUNS["-.date"](start[2:3], np.array([0.5])).tolist() == [microseconds("2023-12-31T12:00")]
