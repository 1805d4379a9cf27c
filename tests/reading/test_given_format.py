"""What a person says of the cells of a file (marks of numbers, order of dates, texts for missing) is how every column is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import given_source, load_cells
from mlops_desktop.engine.data.snapshot import cells_digest, read_cells
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.serving.dates import date_text
from tests.imported import write_snapshot

POINTS = "a;x\n" + "".join(f"r{i};{i % 7 + 1}.{100 + i}\n" for i in range(30))
COMMAS = "a;x\n" + "".join(f"r{i};{i % 7 + 1},{100 + i}\n" for i in range(30))
DAYS = "a;x\n" + "".join(f"r{i};{i % 11 + 1:02d}/{i % 9 + 1:02d}/2024\n" for i in range(30))
ONLY_DAY_FIRST = "a;x\n" + "".join(f"r{i};{i % 28 + 1:02d}/{i % 9 + 1:02d}/2024\n" for i in range(60))
WORDS = "a;x\n" + "".join(f"r{i};{'gone' if i % 5 == 0 else -9 if i % 5 == 1 else i + 0.5}\n" for i in range(30))


def read(tmp_path: Path, text: str, **params: object):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    cells = load_cells(path, given_source(path, params), Silent(), as_given=True)[1]
    return cells, type_cells(cells, {}, Silent())


@pytest.mark.parametrize(
    ("text", "params", "first"),
    [
        (POINTS, {}, 1.1),
        (POINTS, {"thousands": "point"}, 1100.0),
        (POINTS, {"thousands": "none"}, 1.1),
        (POINTS, {"thousands": "comma"}, 1.1),
        (COMMAS, {"thousands": "comma"}, 1100.0),
        (COMMAS, {"thousands": "none"}, 1.1),
        (COMMAS, {"thousands": "blank"}, 1.1),
        (COMMAS, {"thousands": "point"}, 1.1),
        (COMMAS, {"decimal": "point"}, 1100.0),
    ],
    ids=str,
)
def test_marks_of_numbers(tmp_path, text, params, first):
    _, table = read(tmp_path, text, **params)
    assert table.frame.numbers[0, 0] == first


@pytest.mark.parametrize("dates", ["day", "month"])
def test_the_order_of_dates_is_settled(tmp_path, dates):
    _, table = read(tmp_path, DAYS, dates=dates)
    column = table.schema.columns[1]
    assert column.grammar.date.startswith("%d/%m" if dates == "day" else "%m/%d")
    assert [one.rule for one in table.evidence if one.column == "x"] == ["type", "date_order_known"]
    assert "you chose it" in table.evidence[-1].message


@pytest.mark.parametrize(
    ("dates", "first", "doubt"),
    [("auto", "2020-11-12", "year_order"), ("year", "2020-11-12", ""), ("day", "2012-11-20", "date_order_known")],
)
def test_the_year_may_come_first(tmp_path, dates, first, doubt):
    days = "\n".join(f"{20 + i % 2}-{1 + (i + 10) % 12:02d}-{12 + i % 8};{i}" for i in range(16))
    cells, table = read(tmp_path, f"x;v\n{days}\n", dates=dates)
    column = table.schema.columns[0]
    assert date_text(int(table.frame.date("x")[0]), column.grammar.date) == first
    assert {one.rule for one in table.evidence if one.column == "x"} - {"type", "two_digit_years"} == ({doubt} if doubt else set())
    write_snapshot(cells, tmp_path / "cells.parquet")
    assert type_cells(read_cells(tmp_path / "cells.parquet"), {}, Silent()).schema == table.schema


def test_an_order_that_does_not_fit_is_a_doubt(tmp_path):
    _, table = read(tmp_path, ONLY_DAY_FIRST, dates="month")
    assert table.schema.columns[1].grammar.date.startswith("%d/%m")
    assert "The order that you chose does not fit" in next(one.message for one in table.evidence if one.rule == "date_order")


def test_texts_and_numbers_that_mean_missing(tmp_path):
    _, table = read(tmp_path, WORDS, missing_texts="gone, -9")
    assert table.schema.columns[1].type == "number"
    assert int(table.frame.missing("x").sum()) == 12


def test_a_snapshot_keeps_it_and_older_digests_stay(tmp_path):
    plain, _ = read(tmp_path, POINTS)
    cells, table = read(tmp_path, POINTS, thousands="point", dates="day", missing_texts="r1")
    assert cells_digest(cells) != cells_digest(plain)
    path = tmp_path / "cells.parquet"
    write_snapshot(cells, path)
    again = read_cells(path)
    assert (again.format, cells_digest(again)) == (cells.format, cells_digest(cells))
    assert type_cells(again, {}, Silent()).schema == table.schema
