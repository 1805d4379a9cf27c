"""Dates in pieces: which columns go together, and the step that makes one date of them."""

import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.all_findings import find
from mlops_desktop.engine.profiling.date_pieces import may_be_timed
from mlops_desktop.engine.profiling.table_overview import overview
from tests.imported import cells_of

ROWS = 6
TABLES = {
    "year, month, day, hour": (
        {"year": "2024", "month": "3", "day": "7", "hour": "5", "v": "1.5"},
        ["year", "month", "day", "hour"],
        ["year", "month", "day", "hour"],
    ),
    "in another order": ({"Day": "7", "Month": "3", "Year": "2024"}, ["Year", "Month", "Day"], ["year", "month", "day"]),
    "names of months": ({"Jahr": "2024", "Monat": "März"}, ["Jahr", "Monat"], ["year", "month"]),
    "with a common word": ({"pickup_year": "2024", "pickup_month": "3", "hour": "5"}, ["pickup_year", "pickup_month"], ["year", "month"]),
    "day of the month": ({"YEAR": "2024", "MONTH": "3", "DAY_OF_MONTH": "7"}, ["YEAR", "MONTH", "DAY_OF_MONTH"], ["year", "month", "day"]),
    "an hour without a day": ({"year": "2024", "month": "3", "hour": "5"}, ["year", "month"], ["year", "month"]),
    "date and time": ({"Date": "10/03/2004", "Time": "18.00.00"}, ["Date", "Time"], ["date", "time"]),
    "date and time by name": (
        {"start date": "2024-03-01", "start time": "18:00", "end": "2024-03-02"},
        ["start date", "start time"],
        ["date", "time"],
    ),
    "a month alone": ({"month": "3", "day": "7"}, None, None),
    "years of life": ({"year": "17", "month": "3"}, None, None),
    "a date alone": ({"date": "2024-03-01", "v": "1"}, None, None),
    "a month and a year of two things": ({"built_year": "1950", "sold_month": "3"}, None, None),
}


@pytest.mark.parametrize(("cells", "columns", "parts"), TABLES.values(), ids=TABLES)
def test_which_columns_are_one_date(cells, columns, parts):
    rows = {name: pd.Series([cell] * ROWS, dtype="str") for name, cell in cells.items()}
    table = type_cells(cells_of(rows), {}, Silent())
    found = [one for one in find(table, None, None, {}, Silent()) if one.rule == "date_pieces"]
    if columns is None:
        assert found == []
    else:
        (one,) = found
        params = one.fix["step"]["params"]
        assert (params["columns"], params["parts"]) == (columns, parts)
        assert params["name"] not in cells


@pytest.mark.parametrize(("name", "timed"), [("year, month, day, hour", True), ("a date alone", True), ("a month alone", False)])
def test_rows_may_have_a_time_by_a_date_or_by_its_pieces(name, timed):
    rows = {column: pd.Series([cell] * ROWS, dtype="str") for column, cell in TABLES[name][0].items()}
    table = type_cells(cells_of(rows), {}, Silent())
    assert may_be_timed(overview(table, Silent()), find(table, None, None, {}, Silent())) == timed
