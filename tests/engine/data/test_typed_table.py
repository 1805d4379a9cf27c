"""Cells to typed tables, and other files read by the same types."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.table import table_from_record, table_to_record
from mlops_desktop.engine.data.typed_table import by_appearance, conform, type_cells
from mlops_desktop.engine.project import ColumnNote
from mlops_desktop.serving.frame import MISSING_DATE
from tests.imported import cells_of


def texts(**columns):
    return cells_of({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})


CELLS = texts(
    price=["$1.50", "$2.00", "", "$3.25"],
    kind=["b", "a", "b", ""],
    day=["28/03/2018", "01/02/2018", "", "02/02/2018"],
    ok=["Yes", "No", "Yes", "Yes"],
)


@pytest.fixture
def table():
    return type_cells(CELLS, {}, Silent())


def test_every_column_is_there(table):
    assert [(c.name, c.type) for c in table.schema.columns] == [
        ("price", "number"),
        ("kind", "category"),
        ("day", "date"),
        ("ok", "boolean"),
    ]
    frame = table.frame
    assert frame.number("price").tolist()[:2] == [1.5, 2.0]
    assert frame.texts("kind") == ["b", "a", "b", None]
    assert list(frame.categorical("kind")[1]) == ["b", "a"]
    assert frame.date("day")[2] == MISSING_DATE
    assert table.rows == 4
    assert table.values("kind").tolist() == ["b", "a", "b", None]


def test_the_numbers_of_values_and_gaps_are_those_of_the_rows():
    notes = {"tick": ColumnNote(recode={"x": "tick", "": "none"})}
    some = texts(tick=["", "x", "", "x"], same=["1.0", "1", "x", ""], num=["-5", "2", "nan", "2.0"], far=["9", "9", "1e400", "2"])
    typed = cells_of({"day": pd.to_datetime(["2020-01-01", None, "2020-01-01"]), "x": pd.Series([np.nan, -0.0, 0.0])})
    for table in (type_cells(CELLS, {}, Silent()), type_cells(some, notes, Silent()), type_cells(typed, {}, Silent())):
        assert set(table.counts()) == {column.name for column in table.schema.columns}
        recounted = replace(table)
        assert {name: (recounted.distinct(name), recounted.missing(name)) for name in table.counts()} == table.counts()
        assert table_from_record(*table_to_record(table)).counts() == table.counts()
    gaps = cells_of({"c": pd.array([1, None, 2], dtype="Int64")})
    filled = type_cells(gaps, {"c": ColumnNote(type="category", recode={"": "none"})}, Silent())
    assert filled.frame.texts("c") == ["1", "none", "2"]
    levels = type_cells(some, notes, Silent()).frame.categorical("tick")[1]
    assert list(levels) == ["none", "tick"]  # the empty cell is first


def test_dates_before_1970_are_not_missing():
    days = [f"{1940 + i}-03-0{i % 9 + 1}" for i in range(50)] + [""]
    table = type_cells(texts(born=days, key=[str(i) for i in range(51)]), {}, Silent())
    assert (table.schema.column("born").type, table.missing("born"), table.distinct("born")) == ("date", 1, 50)


def test_typed_cells_give_the_same_levels_as_texts():
    typed = cells_of({"x": pd.Series([3, 1, 2, 1])})
    frame = type_cells(typed, {}, Silent()).frame
    assert frame.number("x").tolist() == [3, 1, 2, 1]
    as_texts = conform(typed, type_cells(texts(x=["3", "a", "b"]), {}, Silent()).schema).frame
    assert as_texts.texts("x") == ["3", "1", "2", "1"]
    assert list(as_texts.categorical("x")[1]) == ["3", "1", "2"]


def test_one_row_and_all_missing():
    one = type_cells(texts(a=["1"], b=["x"]), {}, Silent())
    assert (one.rows, one.frame.texts("b")) == (1, ["x"])
    empty = type_cells(texts(a=["", ""], b=["NA", ""]), {}, Silent())
    assert empty.frame.codes.tolist() == [[-1, -1], [-1, -1]]


def test_another_file_is_read_by_the_same_types(table):
    other = texts(price=["$9.00", "free", "7"], kind=["z", "a", "NA"], day=["2018-02-03", "28/2018", ""], extra=["1", "2", "3"])
    read = conform(other, table.schema)
    assert read.frame.number("price")[[0, 2]].tolist() == [9.0, 7.0]
    assert read.frame.texts("kind") == ["z", "a", None]
    assert read.frame.missing("ok").all()
    assert [(p.row, p.field, p.code) for p in read.errors] == [(1, "price", "unreadable"), (1, "day", "unreadable")]
    noted = {(p.field, p.code) for p in read.warnings}
    assert noted == {("ok", "missing_column"), ("extra", "unknown_field"), ("", "notation")}  # 7 without “$”


def test_reading_by_the_schema_equals_reading_by_the_service(table):
    by_engine = conform(CELLS, table.schema).frame
    by_service = table.schema.from_texts(CELLS.table.to_pydict(), CELLS.rows).frame
    assert np.array_equal(by_engine.numbers, by_service.numbers, equal_nan=True)
    assert np.array_equal(by_engine.codes, by_service.codes)
    assert np.array_equal(by_engine.dates, by_service.dates)
    assert [list(x) for x in by_engine.levels] == [list(x) for x in by_service.levels]


def test_records(table):
    document, arrays = table_to_record(table)
    again = table_from_record(json.loads(json.dumps(document)), arrays)
    assert again.schema == table.schema
    assert again.evidence == table.evidence
    assert np.array_equal(again.frame.numbers, table.frame.numbers, equal_nan=True)
    assert np.array_equal(again.frame.codes, table.frame.codes)
    assert [list(x) for x in again.frame.levels] == [list(x) for x in table.frame.levels]
    odd = type_cells(texts(a=["é", "", "日本", "x\ny"], b=["", "", "", ""]), {}, Silent())
    assert table_from_record(*table_to_record(odd)).frame.texts("a") == ["é", None, "日本", "x\ny"]


def test_levels_by_appearance():
    codes, levels = by_appearance(np.array([2, -1, 0, 2]), ["a", "b", "c"])
    assert (codes.tolist(), levels) == ([0, -1, 1, 0], ["c", "a"])


def test_a_lazy_table_reads_its_levels_when_they_are_asked_for(table):
    document, arrays = table_to_record(table)
    lazy = table_from_record(json.loads(json.dumps(document)), arrays, lazy=True)
    (levels,) = lazy.frame.levels
    assert not isinstance(levels, list)
    assert (len(levels), levels[0], levels[-1], levels[:2], list(levels)) == (2, "b", "a", ["b", "a"], ["b", "a"])
    with pytest.raises(IndexError):
        levels[2]
    assert lazy.frame.texts("kind") == ["b", "a", "b", None]
    odd = type_cells(texts(x=["é\n", "", "日本", "é\n"], y=["", "", "", ""]), {}, Silent())
    again = table_from_record(*table_to_record(odd), lazy=True)
    assert again.frame.texts("x") == odd.frame.texts("x")
    assert again.frame.texts("y") == [None] * 4


@pytest.mark.parametrize("lazy", [False, True])
def test_levels_of_several_columns_are_stored_together(lazy):
    columns = {"a": ["x", "é", "x", ""], "e": ["", "", "", ""], "n": ["1", "2", "3", "4.5"], "b": ["日本", "y", "y", "yes"]}
    table = type_cells(cells_of(columns), {}, Silent())
    document, arrays = table_to_record(table)
    assert len(arrays) == 6
    texts, ends = arrays.pop("levels"), arrays.pop("ends")
    stops = np.cumsum(arrays.pop("level_counts")).tolist()
    old = dict(arrays)  # as older versions stored them
    for j, (start, stop) in enumerate(zip([0, *stops], stops, strict=False)):
        begin = ends[start - 1] if start else 0
        old |= {f"levels.{j}": texts[begin : ends[stop - 1] if stop else 0], f"ends.{j}": ends[start:stop] - begin}
    for record in ((document, {**arrays, "levels": texts, "ends": ends, "level_counts": np.diff([0, *stops])}), (document, old)):
        again = table_from_record(*record, lazy=lazy)
        assert [list(levels) for levels in again.frame.levels] == [list(levels) for levels in table.frame.levels]
        assert [levels[-1:] for levels in again.frame.levels] == [list(levels[-1:]) for levels in table.frame.levels]


def test_the_number_of_very_many_columns_is_shown_before_their_types_are_decided():
    class Steps(Silent):
        def step(self, fraction, message=""):
            steps.append((fraction, message))

    steps = []
    type_cells(texts(**{f"c{n}": ["1"] for n in range(600)}), {}, Steps())
    assert (steps[0][0], str(steps[0][1])) == (0.0, "Deciding the types of 600 columns")
    assert sum(0 < fraction < 0.6 for fraction, _ in steps) > 50
