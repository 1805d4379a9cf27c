"""Centuries of two-digit years, days for “no date”, dates that a spreadsheet made."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.engine.data.date_rules import century_pivot, excel_dates, is_named_date, is_season, without_no_dates
from mlops_desktop.engine.data.raw_reading import read_raw
from mlops_desktop.serving.frame import MISSING_DATE
from mlops_desktop.serving.schema import Column
from tests.imported import raw_of


@pytest.mark.parametrize(
    ("years", "birth", "pivot"),
    [
        ([15, 20, 24], False, 69),  # nothing in doubt: POSIX
        ([0, 10, 70, 99], False, 69),
        ([*range(36, 100), 0, 1, 2, 3, 4], False, 36),
        ([*range(36, 69)], False, 36),
        ([2, 45, 60], False, 45),
        ([*range(24, 55)], False, 69),  # maturities
        ([*range(24, 55)], True, 24),
        ([5, 10, 20], True, 27),  # children
        ([*range(100)], False, 31),
        ([*range(100)], True, 27),
    ],
)
def test_pivot(years, birth, pivot):
    assert century_pivot(sorted(years), birth) == pivot


def test_typed_dates_lose_their_last_day():
    raw = raw_of("x", pd.Series(pd.to_datetime(["2024-05-01", "2262-04-11"]).as_unit("us")))
    column, evidence = without_no_dates(raw, Column("x", "date"))
    assert column.grammar.missing_dates == ("2262-04-11",)
    assert evidence[0].message == "1 cell holds “2262-04-11”, which means “no date” and counts as missing."
    assert read_raw(raw, column)[0].tolist()[-1] == MISSING_DATE


def test_a_day_that_others_lie_near_is_a_date():
    raw = raw_of("x", pd.Series(["1900-01-01", "1905-03-04", "2024-05-01"], dtype="str"))
    assert without_no_dates(raw, Column("x", "date"))[1] == []
    alone = raw_of("x", pd.Series(["9999-12-31"], dtype="str"))
    assert without_no_dates(alone, Column("x", "date"))[1] == []


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        (["30-34", "14-Oct", "5-9"], (2,)),
        (["6-25", "2024-06-25 00:00:00", "10-49"], (2,)),
        (["3.2", "01. Mai", "4.7"], (2,)),
        (["red", "2024-06-25", "blue"], None),
        (["14-Oct", "15-Oct"], (1, 2)),
    ],
)
def test_dates_that_a_spreadsheet_made(cells, rows):
    raw = raw_of("x", pd.Series(cells, dtype="str"))
    found = [evidence.rows for evidence in excel_dates(raw, np.ones(len(cells), dtype=bool))]
    assert found == ([] if rows is None else [rows])


def test_names_and_seasons():
    assert is_named_date("Faelligkeitsdatum")
    assert not is_named_date("amount")
    seasons = raw_of("x", pd.Series(["2001-02", "1999-00"], dtype="str"))
    assert is_season(seasons, np.array([True, True]))
    assert not is_season(raw_of("x", pd.Series(["2001-02", "2001-03"], dtype="str")), np.array([True, True]))
