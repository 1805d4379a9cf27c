"""The rows of a text table are read once: what is no row is left out and reported, whatever the size of the parts."""

from __future__ import annotations

import csv
import io
import random

import pytest

from mlops_desktop.serving.column import Column
from mlops_desktop.serving.csv_cells import read_cells
from mlops_desktop.serving.csv_io import CsvInput
from mlops_desktop.serving.csv_table import CsvRows, find_csv_table
from mlops_desktop.serving.row_sifter import sift
from mlops_desktop.serving.schema import Schema

SCHEMA = Schema((Column("name", "category"), Column("day", "date"), Column("n", "number"), Column("m", "number")))
ROWS = [f"x{at},2024-01-{at % 28 + 1:02},{at},{at}.5" for at in range(700)]
HEADER = "name,day,n,m"
TURNED = [f"{at}.5,{at},2024-01-{at % 28 + 1:02},x{at}" for at in range(700)]


def read(lines, size=5000, end="\n"):
    found = CsvInput(io.StringIO(end.join(lines) + end, newline=""), SCHEMA, size)
    chunks = list(found.chunks())
    values = [value for chunk in chunks for value in chunk.checked.frame.number("n").tolist()]
    ragged = sum(len(chunk.ragged) for chunk in chunks)
    assert sum(chunk.rows for chunk in chunks) == found.rows
    return found, values, ragged


TEXTS = {
    "a title": ([], ["Report of January", "", HEADER, *ROWS], ["1 line above"]),
    "a mark": ([], ["sep=,", HEADER, *ROWS], ["1 line above"]),
    "comments": ([], ["# made by hand", HEADER, *ROWS], ["begins with “#”"]),
    "a row of units": ([], [HEADER, "-,[d],[kg],[m]", *ROWS], ["units"]),
    "names once more": ([], [HEADER, *ROWS[:300], HEADER, *ROWS[300:]], ["repeats its names"]),
    "a total": ([], [HEADER, *ROWS, "Total,,700,800"], ["marked as a total"]),
    "a notice": ([], [HEADER, *ROWS, "", "Source: the office"], ["below the table"]),
    "a page": ([], ["m,n,day,name", *TURNED[:300], "Page 2", *TURNED[300:]], ["does not fit"]),
    "empty rows": ([], [HEADER, *ROWS, ",,,", ",,,"], ["2 empty rows at the end"]),
    "a short row": ([300], [HEADER, *ROWS[:300], "x,2024-01-01", *ROWS[301:]], []),
    "a long row": ([300], [HEADER, *ROWS[:300], "x,2024-01-01,1,2,3", *ROWS[301:]], []),
    "rows that end with a mark": ([], [HEADER, *(f"{row}," for row in ROWS)], []),
    "a column without a name": ([], [HEADER, *(f"r{at},{row}" for at, row in enumerate(ROWS))], []),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("size", [1, 64, 5000])
def test_every_row_is_read_and_every_other_line_is_reported(name, size):
    refused, lines, reported = TEXTS[name]
    found, values, ragged = read(lines, size)
    assert len(values) == 700
    assert [value for at, value in enumerate(values) if at not in refused] == [float(at) for at in range(700) if at not in refused]
    assert ragged == len(refused)
    assert len(found.left_out) == len(reported)
    assert all(part in note for part, note in zip(reported, found.left_out, strict=True))
    assert bool(found.line_counts()) == any("empty" not in part for part in reported)


def test_a_quote_that_is_never_closed_is_a_letter():
    lines = [HEADER, *ROWS[:30], 'x"y,2024-01-01,30,1', '"z,2024-01-01,31,1', *ROWS[32:]]
    found, values, _ = read(lines)
    assert values == [float(at) for at in range(700)]
    assert "never closed" in found.left_out[0]


def test_reading_with_quotes_leaves_no_state_behind():
    schema = Schema((Column("n", "number"), Column("ok", "boolean")))
    lines = ["n,ok", *(f"{at},{('ja', 'nein')[at % 2]}" for at in range(71))]
    lines[50] = '49,"nein, or so'
    found = CsvInput(io.StringIO("\n".join(lines) + "\n", newline=""), schema)
    assert [row for chunk in found.chunks() for row in chunk.errors()] == [49]


def test_names_in_another_spelling_and_unknown_ones():
    found, values, _ = read(["NAME,Day,n,m,other", *(f"{row},1" for row in ROWS)])
    assert values[:3] == [0.0, 1.0, 2.0]
    assert found.notes == ("Columns are spelled otherwise in this file, and were read so: “NAME” as “name”, “Day” as “day”.",)
    assert (found.unknown, found.absent) == (["other"], set())


HOSTILE = (
    "",
    " ",
    "Total",
    "total:",
    "#x",
    "--",
    "---",
    "***",
    "name",
    "n",
    "1",
    "2.5",
    "-3",
    "x y",
    "Page 2",
    "Sum of all",
    "3 rows",
    "ü",
    "2024-01-05",
)


@pytest.mark.parametrize("seed", range(40))
def test_blocks_are_sifted_as_the_whole_is(seed):
    """What is left out block by block is what `sift` leaves out of all rows at once."""
    rng = random.Random(seed)
    rows = [[f"x{at}", "2024-01-01", str(at), "1.5"] for at in range(rng.choice((6, 40, 450)))]
    for _ in range(rng.randrange(12)):
        at = rng.choice((rng.randrange(len(rows)), 0, len(rows) - 1, len(rows)))
        odd = [rng.choice(HOSTILE) for _ in range(rng.choice((1, 3, 4, 4, 4, 5)))]
        rows.insert(at, rng.choice((odd, HEADER.split(","), ["Total", "", "9", "9.5"])))
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([HEADER.split(","), *rows])
    text.seek(0)
    table = find_csv_table(text, {column.name for column in SCHEMA.columns})
    given = list(CsvRows(text, table))
    kept, left = sift(table.sifter, given, table.width)
    for size in (1, 50, 5000):
        found = read_cells(text, table, {name: at for at, name in enumerate(table.header)}, lambda _: None, size)
        assert list(found.left_out) == left
        cells = [cell for part in found.parts() for cell in part.columns["name"]]
        ends = [at for at in kept if any(cell.strip() for cell in given[at])]
        kept = [at for at in kept if at <= max(ends, default=-1)]  # empty rows at the end are left out too
        assert len(cells) == len(kept) == found.rows
        width = table.width
        whole = [row for at in kept if len(row := given[at]) == width or (len(row) > width and not any(map(str.strip, row[width:])))]
        assert [cell for cell in cells if cell] == [row[0] for row in whole if row[0]]
        holding = {at for at, row in enumerate(given) if any(cell.strip() for cell in row)}
        assert holding == {one.at for one in found.left_out} | holding.intersection(kept)
