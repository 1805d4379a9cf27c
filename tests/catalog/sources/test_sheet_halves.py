"""A sheet that is read in two halves has the same cells as one that is read as a whole."""

from __future__ import annotations

import re
import zipfile

import openpyxl
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources import _sheet_halves
from mlops_desktop.catalog.sources._workbook import open_workbook, read_sheet

ROWS = [[f"n{j}" for j in range(4)], *[[i, i / 4, None if i % 3 else "text", f"row {i}"] for i in range(40)]]
SHEETS = {
    "plain": ROWS,
    "wider below": [row[:2] for row in ROWS[:30]] + ROWS[30:],
    "narrower below": ROWS[:10] + [row[:2] for row in ROWS[10:]],
    "columns to the right": [[None, None, *row] for row in ROWS],
    "empty rows between": ROWS[:20] + [[None]] * 30 + ROWS[20:],
    "nothing above": [[None]] * 60 + ROWS[:5],
}
CHANGES = {
    "none": lambda xml: xml,
    "no numbers of rows": lambda xml: re.sub(rb'<row r="[0-9]+"', b"<row", xml),
    "a comment": lambda xml: xml.replace(b"<sheetData>", b'<!-- <row r="1"> --><sheetData>'),
    "rows in another order": lambda xml: re.sub(rb"(<sheetData>)(.*)(<row .*</row>)(</sheetData>)", rb"\1\3\2\4", xml),
}


def cells(path):
    with open_workbook(path) as book:
        return read_sheet(book, book.titles[0], Silent()).rows


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("rows", SHEETS.values(), ids=SHEETS)
def test_halves_hold_the_cells_of_the_whole(tmp_path, monkeypatch, rows, change):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as changed:
        for name in archive.namelist():
            data = archive.read(name)
            changed.writestr(name, CHANGES[change](data) if name.endswith("sheet1.xml") else data)
    whole = cells(tmp_path / "b.xlsx")
    calls = []
    monkeypatch.setattr(_sheet_halves, "_LEAST", 1)
    monkeypatch.setattr(
        "mlops_desktop.catalog.sources._workbook.rows_of", lambda read: calls.append(len(read)) or _sheet_halves.rows_of(read)
    )
    monkeypatch.setattr("mlops_desktop.catalog.sources._workbook._MOST_OTHERS", 1e9)
    assert cells(tmp_path / "b.xlsx") == whole
    assert calls == [2 if change in ("none", "rows in another order") else 1]
