"""Which rows below the names are none of the table."""

from __future__ import annotations

import datetime
import math
import random
from dataclasses import replace

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


CELLS = (
    *("", " ", None, "a", "b", "Total", " total ", "Summe:", "# note", "#N/A", "---", "=====", "Page 2", "day", "kind", "n", "1", "nan"),
    *(1, 1.0, 0, 2.5, True, math.nan, datetime.datetime(2024, 1, 1), datetime.datetime(2024, 1, 1, 5)),
)


@pytest.mark.parametrize("names", [NAMES, ["1", "b", "c"], ["", "kind", "n"], ["nan", "True", "x"], ["", "", ""]], ids=str)
@pytest.mark.parametrize("padded", [False, True])
def test_candidates_are_all_rows_that_are_refused(names, padded):
    draw = random.Random(3)
    refused = 0
    for _ in range(150):
        pool = draw.sample(CELLS, 12)
        rows = [draw.choices(pool, k=3) if draw.random() < 0.3 else [1.5 if draw.random() < 0.5 else 2, "a", 3] for _ in range(30)]
        layout = replace(find_table([NAMES, *BODY]), fill=3)
        sifter = RowSifter(layout, Wanted(), (tuple(names),), padded)
        found = set(sifter.candidates(rows, 3))
        wanted = {at for at, row in enumerate(rows) if sifter.inside(row, 3) or sifter.is_total(row)}
        assert wanted <= found
        refused += len(wanted)
    assert refused > 100


def test_few_rows_of_a_large_table_are_candidates():
    rows = [[f"2024-01-{at % 28 + 1:02}", "AB"[at % 2], str(at)] for at in range(500)]
    rows[250] = NAMES
    layout = find_table([NAMES, *rows])
    assert RowSifter.over(layout, Wanted(), [NAMES, *rows]).candidates(rows, 3) == [250]
