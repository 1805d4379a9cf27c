"""One table written in every format by the libraries of these formats is the same typed table."""

from __future__ import annotations

import csv
import datetime
import gzip
import json
import sqlite3
from contextlib import closing

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.typed_table import type_cells

ROWS = [
    {
        "name": ["Äpfel", "Birnen", "Kirschen"][i % 3],
        "count": i * 7 % 50,
        "size": None if i == 5 else round(i * 0.37, 2),
        "day": datetime.date(2023, 1, 1) + datetime.timedelta(days=i * 3),
        "on": i % 4 == 0,
        "note": None if i % 10 == 0 else f"text {i} with words",
    }
    for i in range(120)
]
NAMES = list(ROWS[0])
TYPES = {"name": "category", "count": "integer", "size": "number", "day": "date", "on": "boolean", "note": "text"}


def _text(path, mark=","):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, NAMES, delimiter=mark)
        writer.writeheader()
        writer.writerows({name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()} for row in ROWS)


def _packed(path):
    _text(path.with_suffix(""))
    path.write_bytes(gzip.compress(path.with_suffix("").read_bytes()))


def _sqlite(path):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute('CREATE TABLE data (name TEXT, count INTEGER, size REAL, day DATE, "on" BOOLEAN, note TEXT)')
        values = [[one.isoformat() if isinstance(one, datetime.date) else one for one in row.values()] for row in ROWS]
        database.executemany("INSERT INTO data VALUES (?, ?, ?, ?, ?, ?)", values)


def _workbook(path):
    book = openpyxl.Workbook()
    for row in (NAMES, *(list(one.values()) for one in ROWS)):
        book.active.append(row)
    book.save(path)


def _survey(path):
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame(ROWS).astype({"on": float})
    labels = {"on": {0: "false", 1: "true"}}
    pyreadstat.write_sav(frame, str(path), variable_format={"count": "F8.0"}, variable_value_labels=labels)


WRITERS = {
    "data.csv": _text,
    "data.tsv": lambda path: _text(path, "\t"),
    "data.csv.gz": _packed,
    "data.json": lambda path: path.write_text(json.dumps(ROWS, default=str), encoding="utf-8"),
    "data.jsonl": lambda path: path.write_text("\n".join(json.dumps(row, default=str) for row in ROWS), encoding="utf-8"),
    "data.parquet": lambda path: pq.write_table(pa.Table.from_pylist(ROWS), path),
    "data.feather": lambda path: pyarrow.feather.write_feather(pa.Table.from_pylist(ROWS), path),
    "data.sqlite": _sqlite,
    "data.xlsx": _workbook,
    "data.sav": _survey,
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_table_is_the_same_in_every_format(name, tmp_path):
    WRITERS[name](tmp_path / name)
    cells = load_cells(tmp_path / name, None, Silent())[1]
    table = type_cells(cells, {}, Silent())
    assert (cells.notes, cells.rows) == ((), len(ROWS))
    assert {column.name: column.type for column in table.schema.columns} == TYPES
    frame = table.frame
    assert np.array_equal(frame.number("size"), [np.nan if row["size"] is None else row["size"] for row in ROWS], equal_nan=True)
    assert np.array_equal(frame.number("count"), [row["count"] for row in ROWS])
    assert np.array_equal(frame.number("on"), [row["on"] for row in ROWS])
    assert frame.texts("name") == [row["name"] for row in ROWS]
    assert frame.texts("note") == [row["note"] for row in ROWS]
    assert np.array_equal(frame.date("day").astype("datetime64[us]"), np.array([row["day"] for row in ROWS], dtype="datetime64[us]"))


def _page(path):
    pd.DataFrame(ROWS, columns=NAMES).astype({"on": str}).to_html(path, index=False, na_rep="")


MISNAMED = {
    "page.xls": (_page, "html"),
    "tabs.xls": (lambda path: _text(path, "\t"), "delimited"),
    "wide.xls": (lambda path: (_text(path, "\t"), path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))), "delimited"),
    "commas.xlsx": (_text, "delimited"),
}


@pytest.mark.parametrize("name", MISNAMED)
def test_a_file_that_is_no_workbook_is_read_as_what_it_is_and_says_so(name, tmp_path):
    write, kind = MISNAMED[name]
    write(tmp_path / name)
    source, cells = load_cells(tmp_path / name, None, Silent())
    assert (source.id, cells.rows, cells.names) == (kind, len(ROWS), NAMES)
    assert [note.message for note in cells.notes if name in note.message and "ending" in note.message]
    assert load_cells(tmp_path / name, source, Silent())[0] == source


@pytest.mark.parametrize("content", [b"%PDF-1.7\n1 0 obj", b"\x00\x01\x02 nothing", b"<?xml version='1.0'?><Workbook/>"])
def test_what_no_source_recognises_stays_a_damaged_workbook(content, tmp_path):
    (tmp_path / "book.xls").write_bytes(content)
    with pytest.raises(UserError, match=r"book\.xls"):
        load_cells(tmp_path / "book.xls", None, Silent())
