"""Small files that would take all memory or never end: read without what makes them so, or refused in one sentence."""

from __future__ import annotations

import gzip
import sqlite3
import struct
from contextlib import closing

import openpyxl
import pandas as pd
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources import sqlite_file
from mlops_desktop.engine.data.loading import load_cells

ENDLESS = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT x FROM r"


@pytest.mark.timeout(20)  # 37 s when each of the 16,384 columns is looked up by its name
@pytest.mark.parametrize(("row", "column", "place"), [(2**20, 2**14, "XFD1048576"), (2**20, 30, "AD1048576"), (5, 2**14, "")])
def test_a_cell_far_from_the_table_is_left_out(tmp_path, row, column, place):
    book = openpyxl.Workbook()
    for cells in (["a", "b"], *([n, f"x{n}"] for n in range(9))):
        book.active.append(cells)
    book.active.cell(row, column, "stray")
    book.save(tmp_path / "x.xlsx")
    cells = load_cells(tmp_path / "x.xlsx", None, Silent())[1]
    assert cells.table.column("b").to_pylist() == [f"x{n}" for n in range(9)]
    notes = [str(note.message) for note in cells.notes if "far from all others" in note.message]
    assert [place in note for note in notes] == ([True] if place else [])


def gz(text: bytes) -> bytes:
    return gzip.compress(text, 9)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("spans.html", b"<table>" + b"<tr><td colspan=1000000 rowspan=1000000>x</td></tr>" * 20 + b"</table>", "far too many"),
        ("digits.json", b'[{"a": ' + b"1" * 5_000 + b"}]", "more digits"),
        ("nested.json.gz", gz(b"[" * 80_000_000), "times its size"),
        ("nothing.csv.gz", gz(b"a,b\n" + bytes(10_000_000)), "not a text"),
    ],
)
def test_a_hostile_file_is_refused(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=message):
        load_cells(tmp_path / name, None, Silent())


def test_a_date_of_stata_beyond_every_calendar_is_refused(tmp_path):
    path = tmp_path / "x.dta"
    pd.DataFrame({"day": [pd.Timestamp("2020-01-02")]}).to_stata(path, convert_dates={"day": "td"}, write_index=False)
    day = struct.pack("<d", 21_916)  # days from 1960 to 2020
    data = path.read_bytes()
    assert data.count(day) == 1
    path.write_bytes(data.replace(day, struct.pack("<d", -(2**31))))
    with pytest.raises(UserError, match="no calendar"):
        load_cells(path, None, Silent())


def test_a_view_without_an_end_is_refused_and_not_counted_beside_a_table(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "_FEWEST_ROWS", 50_000)
    monkeypatch.setattr(sqlite_file, "_LONGEST_WAIT", 0.5)
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE VIEW rows AS {ENDLESS}")
        with pytest.raises(UserError, match="without an end"):
            load_cells(path, None, Silent())
        database.execute(f"CREATE VIEW silent AS {ENDLESS} WHERE x < 0")
        database.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        database.execute("INSERT INTO t VALUES (1, 'u'), (2, 'v')")
        database.commit()
    assert load_cells(path, None, Silent())[1].names == ["a", "b"]
    with pytest.raises(UserError, match="without an end"):
        load_cells(path, sqlite_file.SqliteFile(table="silent"), Silent())
