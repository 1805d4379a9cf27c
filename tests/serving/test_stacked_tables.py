"""Further tables begin behind a blank line, with names of their own."""

import pytest

from mlops_desktop.serving.stacked_tables import filled_lines, row_blocks, rows_by_own_dialect, table_starts

FIRST, SECOND = "a,b\n1,2\n3,4\n\n", "c,d,e\n5,6,x\n7,8,y\n"


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        (FIRST + SECOND, [len(FIRST)]),
        (FIRST + FIRST, []),
        (FIRST + "5,6\n", []),
        ("", []),
        (FIRST + SECOND.replace(",", ";"), [len(FIRST)]),
    ],
)
def test_the_starts_of_further_tables(text, starts):
    assert table_starts(text.encode(), rows_by_own_dialect) == starts


def test_the_blocks_of_a_sheet():
    rows = [["a", "b"], [1, 2], [3, 4], [None, None], ["name", "dept"], ["x", "y"], ["u", "v"]]
    assert row_blocks(rows) == [(0, 4), (4, 7)]
    assert row_blocks(rows[:4]) == [(0, 4)]


def test_lines_of_marks_alone_hold_nothing():
    assert filled_lines(b'a,b\n,,\n"";"" \n\n1,2') == 2
