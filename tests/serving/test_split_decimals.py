"""Numbers that a comma cut in two; whole tables of them are in tests/reading/test_export_tables.py."""

import pytest

from mlops_desktop.serving.split_decimals import SplitDecimals, find_split_decimals, joined_parts


@pytest.mark.parametrize(
    ("names", "rows", "found"),
    [
        (2, ["1,5,2,7", "2,5,3,7"], SplitDecimals((0, 2))),
        (3, ["A,1,5,x", "B,2,5,y", "A,2,7,y"], SplitDecimals((1,))),
        (3, ["A,1,5,60", "B,2,5,61", "A,2,7,62"], SplitDecimals(doubtful=True)),  # 1,5 and 60, or 1 and 5,60
        (2, ["1,2,", "3,4,"], SplitDecimals()),
        (2, ["a,1,0.5", "b,2,0.7"], SplitDecimals()),
        (3, ["1,2,3", "4,5,6"], SplitDecimals()),
        (0, ["1,5,2,7", "2,5,3,7"], SplitDecimals()),
    ],
)
def test_cut_numbers_are_found_where_their_place_is_certain(names, rows, found):
    cells = [row.split(",") for row in rows]
    assert find_split_decimals(",", names, cells) == found
    assert find_split_decimals(";", names, cells) == SplitDecimals()


def test_a_wide_table_of_whole_numbers_is_looked_through_at_once():
    cells = [[str(at + row) for at in range(60)] for row in range(5)]
    assert find_split_decimals(",", 30, cells) == SplitDecimals(tuple(range(0, 60, 2)))
    assert find_split_decimals(",", 31, cells) == SplitDecimals(doubtful=True)  # many choices: each would be listed for minutes
    assert find_split_decimals(",", 42, cells) == SplitDecimals(doubtful=True)


def test_parts_are_put_together():
    assert (joined_parts("-1", "50"), joined_parts("", " ")) == ("-1,50", "")
