"""Which rows below the names are none of the table."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.row_sifter import RowSifter, sift
from mlops_desktop.serving.table_finder import Wanted, find_table

NAMES = ["day", "kind", "n"]
BODY = [["2024-01-01", "A", "1"], ["2024-01-02", "B", "2"], ["2024-01-03", "A", "3"], ["2024-01-04", "B", "4"]]


def sifted(rows, **wanted):
    """The positions that stay and the reasons of the others, below the names."""
    decided = Wanted(**wanted)
    layout = find_table([NAMES, *rows], decided)
    kept, left = sift(RowSifter.over(layout, decided, [NAMES, *rows]), rows, 3)
    return kept, [one.reason for one in left]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (NAMES, "repeated"),
        (["# stopped"], "comment"),
        (["Summe", "", "10"], "total"),
        (["2024-01-05"], ""),
        (["", "", ""], ""),
        (["2024-01-05", "Total", "3"], ""),
        (["Page 2"], "inside"),
        (["", "A"], ""),
    ],
)
def test_inside(row, reason):
    assert sifted([*BODY[:2], row, *BODY[2:]]) == (([0, 1, 3, 4], [reason]) if reason else ([0, 1, 2, 3, 4], []))


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ([["Total", "A", "10"]], ["total"]),
        ([["Mean", "", "2.5"], ["Sum (n=4)", "", "10"]], ["total", "total"]),
        ([["", "Total", "10"]], ["total"]),
        ([["note"]], ["below"]),
        ([["one note", " with a comma"], ["", "", ""], ["and, another", "b", "c", "d", "e"]], ["below", "below"]),
        ([["Total", "", "10"], ["", "", ""], ["note"]], ["total", "below"]),
    ],
)
def test_below(rows, reasons):
    assert sifted([*BODY, *rows]) == ([0, 1, 2, 3], reasons)


@pytest.mark.parametrize("row", [["2024-01-05", "A"], ["2024-01-05"], ["", "A", "5"], ["bad", "A", "5"]])
def test_a_last_row_that_fits_stays(row):
    assert sifted([*BODY, row]) == ([0, 1, 2, 3, 4], [])


def test_every_row_is_kept_on_demand():
    assert sifted([*BODY, NAMES, ["Total", "", "10"], ["note"]], keep_all=True) == (list(range(7)), [])
