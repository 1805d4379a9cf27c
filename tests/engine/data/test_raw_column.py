"""Cells by their distinct values: the quick ways read exactly what the grammar reads."""

from __future__ import annotations

import datetime
import random

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.quick_reading import plain_decimals, plain_numbers
from mlops_desktop.engine.data.raw_column import raw_column
from mlops_desktop.engine.data.raw_reading import read_raw
from mlops_desktop.engine.data.snapshot import cells_digest
from mlops_desktop.serving.cells import Scale
from mlops_desktop.serving.column_types import type_of
from mlops_desktop.serving.column_types.levels import read_levels
from mlops_desktop.serving.frame import MISSING_DATE
from mlops_desktop.serving.schema import Column, Grammar, Schema
from tests.hostile_texts import hostile_text
from tests.imported import raw_of


def arrow(array, **names):
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(array, **names)))


def test_plain_numbers_read_quickly_equal_the_grammar():
    draw = random.Random(0)
    texts = [repr(draw.uniform(-1e3, 1e3) * 10 ** draw.randint(-300, 300)) for _ in range(5000)]
    texts += [f"{draw.uniform(-1e6, 1e6):.{draw.randint(0, 20)}f}" for _ in range(5000)]
    texts += [
        "1.",
        ".5",
        "+1",
        "-0",
        "1e999",
        "inf",
        "nan",
        "NaN",
        "0x10",
        "1_0",
        " 3 ",
        "٣",
        "1e-400",
        "123456789012345678901234",
        "+.5e3",
    ]
    texts += ["++1", "5-", "1e", "−4", "", " ", "1 2", "infinity", "1d", "1f", "\u00a05\u00a0", "5\x00"]
    raw = raw_of("x", pd.Series(texts, dtype="str"))
    quick, good = plain_numbers(raw.distinct)
    slow, refused = type_of(Column("x", "number")).read_texts(Column("x", "number"), raw.texts)
    assert good.sum() > 10_000
    assert quick[good].tobytes() == slow[good].tobytes()
    values, _, wrong = read_raw(raw, Column("x", "number"))
    assert np.array_equal(values, slow, equal_nan=True)
    assert wrong == refused


def test_columns_of_plain_numbers_need_no_patterns():
    texts = [*(str(i) for i in range(-20, 20)), "-0", "0.50", "007", "12345678901234567890", ""]
    for kind, grammar in (
        ("number", Grammar(missing_numbers=(7.0,))),
        ("number", Grammar(missing=("", "-", "19"))),
        ("integer", Grammar()),
    ):
        raw, column = raw_of("x", pd.Series(texts, dtype="str")), Column("x", kind, grammar)
        assert raw.decimals is not None
        values, _, refused = read_raw(raw, column)
        slow, wrong = type_of(column).read_texts(column, texts)
        assert (values.tobytes(), refused) == (slow.tobytes(), wrong)
        for some in (("",), ("", "NA"), ("", "-", "19"), ("NA",)):
            assert raw.among(some).tolist() == [text in some for text in texts]


@pytest.mark.parametrize("odd", [".5", "5.", "-.5", "-5.", "+1", "1e5", "1.2.3", "1-2", "--1", "-", ".", "1,5", "9" * 400, "x", "٣", " "])
def test_a_text_that_is_no_plain_number_is_noticed_anywhere(odd):
    texts = [str(i) for i in range(100)]
    assert plain_decimals(pa.array(texts)).tolist() == [float(text) for text in texts]
    for at in (0, 50, 100):
        assert plain_decimals(pa.array([*texts[:at], odd, *texts[at:]])) is None


@pytest.mark.parametrize("format_", ["%d/%m/%Y", "%m/%d/%y", "%Y%m%d", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %H:%M", "", "%Y-%m", "%m/%Y"])
def test_dates_read_quickly_equal_the_grammar(format_):
    draw = random.Random(1)
    days = [datetime.datetime(1969, 1, 1) + datetime.timedelta(seconds=draw.randint(0, 3 * 10**9)) for _ in range(1500)]
    written = [day.strftime(format_ or draw.choice(("%Y-%m-%d", "%Y-%m-%d %H:%M:%S"))) for day in days]
    odd = [
        "31/04/2001",
        "30.02.2001 00:00:00",
        "13/13/01",
        "00/10/2001",
        "2001-02-30",
        "x",
        "",
        "1/1/2001",
        "29/02/2000",
        "29/02/1900",
        "20010229",
    ]
    for extra in ([], odd):
        raw = raw_of("x", pd.Series([*written, *extra], dtype="str"))
        column = Column("x", "date", Grammar(date=format_))
        slow, refused = type_of(column).read_texts(column, raw.texts)
        quick, _, wrong = read_raw(raw, column)
        assert quick.tolist() == slow.tolist()
        assert wrong == refused


GRAMMARS = [
    Grammar(missing=("", "NA", "-", "12", "007"), missing_numbers=(-200.0, 99.0)),
    Grammar(decimal=",", thousands=".", notations=("trailing_minus", "limits")),
    Grammar(thousands=",", affixes=("$",), notations=("parentheses", "dash_zero", "apostrophe", "lakh")),
    Grammar(percent=True, scales=(Scale("K", 1e3), Scale("g", 1.0, 1e3)), notations=("hours", "dash_decimals")),
    *(Grammar(date=date, missing=("", "NA", "2024-01-05"), missing_dates=("9999-12-31",), pivot=40) for date in ("", "%d.%m.%Y %H:%M:%S")),
    *(Grammar(date=date, missing=("",), pivot=40) for date in ("%d.%m.%y", "%m/%d/%Y", "%d.%m.%Y %H:%M", "%Y%m%d", "%H:%M", "%d %b %Y")),
    *(Grammar(date=date, zone=True) for date in ("", "%d.%m.%Y %H:%M %z")),
]


@pytest.mark.parametrize("grammar", GRAMMARS, ids=str)
@pytest.mark.parametrize("count", [60, 4000])
def test_hostile_texts_are_read_alike_on_every_path(grammar, count):
    draw = random.Random(count)
    texts = [hostile_text(draw) for _ in range(count)]
    raw = raw_of("x", pd.Series(texts, dtype="str"))
    for kind in ("date",) if grammar.date or grammar.zone or grammar.missing_dates else ("number", "integer", "boolean", "category"):
        column = Column("x", kind, grammar)
        values, levels, refused = read_raw(raw, column)
        if kind == "category":
            assert [levels[i] if i >= 0 else "" for i in values[raw.codes].tolist()] == read_levels(column, texts)
            continue
        slow, wrong = type_of(column).read_texts(column, texts)
        rows = values[raw.codes]
        rows[np.isin(raw.codes, list(refused))] = MISSING_DATE if kind == "date" else np.nan
        assert rows.tobytes() == slow.tobytes()
        assert {i: refused[code] for i, code in enumerate(raw.codes.tolist()) if code in refused} == wrong
        checked = Schema((column,)).from_texts({"x": texts}, len(texts))
        served = checked.frame.date("x") if kind == "date" else checked.frame.number("x")
        assert served.tobytes() == slow.tobytes()
        assert sorted(issue.row for issue in checked.errors) == sorted(wrong)


def test_texts_are_cleaned_once_and_kept_as_given():
    raw = raw_of("x", pd.Series(["a", " a\u200b", "b", "a"], dtype="str"))
    assert raw.texts == ["a", "b"]
    assert raw.codes.tolist() == [0, 0, 1, 0]
    codes, given = raw.given
    assert [given[i].as_py() for i in codes.tolist()] == ["a", " a\u200b", "b", "a"]
    assert raw_of("x", pd.Series(["a", "b c"], dtype="str")).given is None
    assert raw_of("x", pd.Series([1.5, np.inf, -np.inf])).infinite == (2, 3)


@pytest.mark.parametrize("seed", range(20))
def test_texts_that_come_by_distinct_values_are_the_same_column(seed):
    draw = random.Random(seed)
    known = [draw.choice((hostile_text(draw), "", " a", "a")) for _ in range(draw.randint(1, 40))]  # in any order, some twice
    codes = [draw.randrange(len(known)) for _ in range(draw.randint(0, 60))]  # not all of them
    coded = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(known, pa.string()))
    chunks = pa.chunked_array([coded[:9], pa.array(["b", "a"]).dictionary_encode(), coded[9:]])
    for array in (coded, chunks):
        by_codes, by_texts = raw_column("x", array), raw_column("x", array.cast(pa.string()))
        assert by_codes.texts == by_texts.texts
        assert by_codes.codes.tolist() == by_texts.codes.tolist()
        assert (by_codes.given is None) == (by_texts.given is None)
        assert cells_digest(Cells(table=pa.table({"x": array}))) == cells_digest(Cells(table=pa.table({"x": array.cast(pa.string())})))
    missing = pa.DictionaryArray.from_arrays(pa.array([1, None, 0], pa.int32()), pa.array(["b", "a"]))
    assert raw_column("x", missing).texts == ["a", "", "b"]


def test_iso_days_alone_and_an_impossible_one():
    texts = [f"2001-01-{i % 28 + 1:02} 00:00:{i % 60:02}" for i in range(600)]
    raw = raw_of("x", pd.Series(texts, dtype="str"))
    assert len(raw.distinct) > 256
    assert (
        read_raw(raw, Column("x", "date"))[0].tolist()
        == type_of(Column("x", "date")).read_texts(Column("x", "date"), raw.texts)[0].tolist()
    )
    bad = raw_of("x", pd.Series([*texts, "2001-02-30 00:00:00"], dtype="str"))
    assert list(read_raw(bad, Column("x", "date"))[2].values()) == ["unreadable"]


def test_kinds_of_typed_columns():
    assert raw_of("x", arrow([1, None, 3])).kind == "integer"
    assert raw_of("x", pd.Series([1, 2])).kind == "integer"
    assert raw_of("x", pd.Series([1.5, np.nan, np.inf])).kind == "number"
    assert raw_of("x", arrow([True, None])).kind == "boolean"
    assert raw_of("x", arrow([datetime.date(2001, 1, 1), None])).kind == "date"
    assert raw_of("x", arrow([None, None])).kind == "text"
    assert raw_of("x", arrow([[1], [2]])).texts == ["[1]", "[2]"]
    zoned = pd.Series(pd.to_datetime(["2001-01-01T01:00:00+01:00"]))
    assert raw_of("x", zoned).zone
    assert raw_of("x", zoned).values.tolist() == [978307200000000]
    assert raw_of("x", arrow([2**60, 1])).kind == "text"


def test_rows_of_distinct_values():
    raw = raw_of("x", pd.Series(["a", "b", "a", "c"], dtype="str"))
    assert raw.counts.tolist() == [2, 1, 1]
    assert raw.rows_with(np.array([True, False, True])) == (1, 3, 4)
    assert raw.matching("[ab]").tolist() == [True, True, False]
    typed = raw_of("x", arrow([1.5, None, 1.5]))
    assert typed.codes.tolist() == [0, -1, 0]


def test_a_column_read_as_what_it_is_not():
    numbers = raw_of("x", arrow([1.0, 2.0]))
    values, _, refused = read_raw(numbers, Column("x", "date"))
    assert set(values.tolist()) == {MISSING_DATE}
    assert list(refused.values()) == ["wrong_type"] * 2
    assert list(read_raw(raw_of("x", arrow([True, False])), Column("x", "number"))[2].values()) == ["wrong_type"] * 2
    assert list(read_raw(raw_of("x", arrow([0.5, 1.0])), Column("x", "boolean"))[2]) == [0]
    assert list(read_raw(numbers, Column("x", "category"))[1]) == ["1", "2"]
    assert np.isnan(read_raw(raw_of("x", arrow([-200.0, 1.0])), Column("x", "number", Grammar(missing_numbers=(-200.0,))))[0][0])
