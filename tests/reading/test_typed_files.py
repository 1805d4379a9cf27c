"""Tables in typed files, written by the libraries of these formats: workbooks, databases, files of statistics programs and JSON."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from tests.reading.table_case import Case, check_file

DAY, HOUR = datetime.date(2024, 3, 1), datetime.timedelta(hours=1)
NAMES, ROWS = ["shop", "area", "sum"], [["A", 1, 1.5], ["B", 2, 2.5], ["C", 3, 3.5]]
SHOPS = "shop category A | area integer 1 | sum number 1.5"


def case(rows: int, columns: str, notes: str = "", doubts: str = "") -> Case:
    return Case("", rows, columns, notes, doubts)


SHEETS = {  # the rows of a sheet
    "plain": ([NAMES, *ROWS], case(3, SHOPS)),
    "title and an empty row": ([["Report 2024"], [], NAMES, *ROWS], case(3, SHOPS, "above")),
    "two titles": ([["Report 2024"], ["As of: 31.12.2024"], NAMES, *ROWS], case(3, SHOPS, "above")),
    "total": ([NAMES, *ROWS, ["Total", 6, 7.5]], case(3, SHOPS, "total")),
    "mean and deviation": ([NAMES, *ROWS, ["Mean", 2, 2.5], ["Std Dev", 1, 1.0]], case(3, SHOPS, "total")),
    "notice": ([NAMES, *ROWS, [], ["Source: the office"]], case(3, SHOPS, "below file")),
    "names of pages": ([NAMES, *ROWS, ["Page 1 of 2"], NAMES, *ROWS], case(6, SHOPS, "inside repeated")),
    "groups above years": (
        [[None, "Sales", None, "Costs"], ["shop", 2023, 2024, 2023, 2024], ["A", 1.5, 2.5, 3.5, 4.5], ["B", 2.5, 3.5, 4.5, 5.5]],
        case(
            2,
            "shop category A | Sales 2023 number 1.5 | Sales 2024 number 2.5 | Costs 2023 number 3.5 | Costs 2024 number 4.5",
            "names",
        ),
    ),
    "units": ([NAMES, [None, "[m²]", "[€]"], *ROWS], case(3, SHOPS, "units")),
    "apart from the edge": ([[], [None, *NAMES], *([None, *row] for row in ROWS)], case(3, SHOPS)),
    "dates and clocks": (
        [["day", "at", "open"], [DAY, datetime.datetime(2024, 3, 1, 13, 30), True], [DAY, datetime.datetime(2024, 3, 2), False]],
        case(2, "day date 2024-03-01 | at date 2024-03-01T13:30:00 | open boolean 1"),
    ),
    "durations": (
        [["job", "time"], ["A", 11.5 * HOUR], ["B", 48.75 * HOUR], ["C", 2.25 * HOUR]],
        case(3, "job category A | time number 11.5 h", doubts="time: duration"),
    ),
    "amounts as texts": (
        [["shop", "sum"], ["A", "1.234,50 €"], ["B", "12,75 €"], ["C", "-7,00 €"]],
        case(3, "shop category A | sum number 1234.5 €"),
    ),
    "dates as texts": ([["shop", "day"], ["A", "01.02.2024"], ["B", "15.02.2024"]], case(2, "shop category A | day date 2024-02-01")),
    "codes as texts": (
        [["zip", "n"], ["01067", 1], ["20095", 2]],
        case(2, "zip category 01067 | n integer 1", doubts="zip: leading_zeros"),
    ),
    "errors": ([NAMES, ["A", "#N/A", 1.5], ["B", 2, 2.5]], case(2, "shop category A | area integer – | sum number 1.5", "errors")),
    "formulas never calculated": (
        [["a", "b"], [1, "=A2*2"], [2, "=A3*2"]],
        case(2, "a integer 1 | b category –", "formulas"),
    ),
    "empty column": ([["a", None, "b"], [1, None, "x"], [2, None, "y"]], case(2, "a integer 1 | b category x", "file")),
}
RECORDS = {  # documents of JSON
    "records": ([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], case(2, "a integer 1 | b category x")),
    "nested": ([{"a": {"b": 1, "c": "x"}}, {"a": {"b": 2, "c": "y"}}], case(2, "a.b integer 1 | a.c category x")),
    "fields that come later": ([{"a": 1}, {"a": 2, "b": 1.5}], case(2, "a integer 1 | b number –")),
    "numbers as texts": ([{"a": "1.5"}, {"a": "2.5"}], case(2, "a number 1.5")),
    "columns": ({"a": [1, 2], "b": ["x", "y"]}, case(2, "a integer 1 | b category x")),
}


def workbook(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


@pytest.mark.parametrize(("rows", "case"), SHEETS.values(), ids=SHEETS)
def test_a_sheet_is_read(rows, case, tmp_path):
    workbook(tmp_path / "x.xlsx", rows)
    check_file(tmp_path / "x.xlsx", case)


@pytest.mark.parametrize(("document", "case"), RECORDS.values(), ids=RECORDS)
def test_json_is_read(document, case, tmp_path):
    (tmp_path / "x.json").write_text(json.dumps(document), encoding="utf-8")
    check_file(tmp_path / "x.json", case)


def test_an_empty_first_sheet_is_passed_over(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.create_sheet("data")
    for row in [NAMES, *ROWS]:
        sheet.append(row)
    book.save(tmp_path / "x.xlsx")
    check_file(tmp_path / "x.xlsx", case(3, SHOPS, "sheet"))


SQL = {
    "typed": (
        "CREATE TABLE t (n INTEGER, x REAL, day DATE, name TEXT)",
        [(1, 1.5, "2024-03-01", "A"), (2, None, "2024-03-02", "B")],
        case(2, "n integer 1 | x number 1.5 | day date 2024-03-01 | name category A"),
    ),
    "numbers as texts": ("CREATE TABLE t (x TEXT)", [("1,5",), ("2,25",)], case(2, "x number 1.5")),
    "no types": ("CREATE TABLE t (a, b)", [(1, "x"), (2, "y")], case(2, "a integer 1 | b category x")),
}


@pytest.mark.parametrize(("create", "rows", "case"), SQL.values(), ids=SQL)
def test_a_database_is_read(create, rows, case, tmp_path):
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as database, database:
        database.execute(create)
        database.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(rows[0]))})", rows)
    check_file(tmp_path / "x.sqlite", case)


def _labelled(write: Callable[..., None], path: Path) -> None:
    frame = pd.DataFrame({"sex": [1.0, 2.0, 1.0], "age": [33.0, None, 55.0], "city": ["Köln", "Rom", "Köln"]})
    write(frame, str(path), variable_value_labels={"sex": {1: "male", 2: "female"}})


@pytest.mark.parametrize(("ending", "writer"), [(".sav", "write_sav"), (".dta", "write_dta")])
def test_a_file_of_a_statistics_program_is_read_with_its_labels(ending, writer, tmp_path):
    pyreadstat = pytest.importorskip("pyreadstat")
    _labelled(getattr(pyreadstat, writer), tmp_path / f"x{ending}")
    check_file(tmp_path / f"x{ending}", replace(case(3, "sex category male | age number 33 | city category Köln"), ending=ending))
