"""Which columns are numbers in several parts; the columns themselves are in tests/reading/test_columns.py."""

import pandas as pd
import pytest

from mlops_desktop.engine.data.compound_formats import compound_format, same_mark
from tests.imported import cells_of


def column(cells):
    raw = cells_of({"x": pd.Series(cells, dtype="str")}).columns()[0]
    return raw, raw.matching(".+")


@pytest.mark.parametrize("cells", [["15m", "20m"], ["5 kg", "7 kg"], ["10:30", "11:45"], ["5 feet", "6 feet"], ["abc", "1h 30m"]])
def test_other_columns_are_left_alone(cells):
    assert compound_format(*column(cells)) is None


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["5 rooms", "7 rooms"], "rooms"),
        (["80rpm", "75rpm"], "rpm"),
        (["5 rooms", "7 beds"], ""),
        (["1st", "21st"], ""),
        (["5 A", "7 A"], ""),
    ],
)
def test_a_mark_is_one_where_all_cells_have_it(cells, mark):
    assert same_mark(*column(cells)) == mark
