"""Workbooks: every kind of cell arrives as what it is, whatever the reader beneath makes of it."""

from __future__ import annotations

import datetime
import zipfile

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources._sheet_xml import long_numbers, sheet_xml
from mlops_desktop.catalog.sources._workbook import open_workbook, read_sheet
from mlops_desktop.engine.data.loading import load_cells


def written(path, cells, epoch=None):
    """A workbook with a sheet whose second row holds these cells, from column B on."""
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    for at, cell in enumerate(cells, 2):
        book.active.cell(2, at, cell)
    book.create_chartsheet("Chart")
    book.save(path)
    return path


@pytest.mark.parametrize(
    "cell",
    [
        7,
        1.5,
        "007",
        "a\nb",
        True,
        1e20,
        0.1,
        -3,
        datetime.datetime(2020, 1, 2),
        datetime.datetime(2020, 1, 2, 3, 4, 5),
        datetime.time(1, 2, 3),
        datetime.timedelta(hours=30, minutes=5),
        "#N/A",
        "#DIV/0!",
    ],
    ids=str,
)
@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_a_cell_arrives_as_it_was_written(tmp_path, cell, epoch):
    with open_workbook(written(tmp_path / "x.xlsx", ["x", cell], epoch)) as book:
        assert book.titles == ["Sheet"]
        found = read_sheet(book, "Sheet", Silent()).rows[1][1]
    assert (found, type(found)) == (cell, type(cell))


def test_formulas_without_a_value_and_blank_texts_are_nothing(tmp_path):
    with open_workbook(written(tmp_path / "x.xlsx", ["x", "=1+1", "  ", "y"])) as book:
        sheet = read_sheet(book, "Sheet", Silent())
    assert sheet.rows == [(None, None, None, None), ("x", None, None, "y")]
    assert sheet.uncalculated == {(1, 1)}


def test_special_cells_of_a_sheet():
    xml = b"""<sheetData><row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="AB1"><f>A1+1</f></c><c r="C1"><f>1</f><v>3</v></c>
    <c r="D1" t="str"><f>""</f><v></v></c><c r="E1" s="1"><v>1234567890123456789</v></c><c r="F1" t="s"><v>1234567890123456789</v></c>
    <c r="G1" t="e"><f>NA()</f><v>#N/A</v></c></row></sheetData>"""
    found = sheet_xml(xml, ())
    assert (found.errors, found.uncalculated) == ({(0, 0): "#REF!", (0, 6): "#N/A"}, [(0, 27)])
    assert long_numbers(xml) == {(0, 4): 1234567890123456789}


@pytest.mark.parametrize("order", [b'r="B3" s="7" t="n"', b's="7" r="B3"', b'r="B3" t="n" s="7"'])
def test_the_layout_of_a_sheet(order):
    xml = b"""<x:cols><x:col min="2" max="16384" hidden="1"/></x:cols><x:sheetData>
    <x:row r="3" hidden="true"><x:c %b/></x:row></x:sheetData>
    <x:mergeCells><x:mergeCell ref="A2:C4"/></x:mergeCells>"""
    found = sheet_xml(xml % order, {7, 77})
    assert (found.merged, found.hidden_rows, found.hidden_columns) == ([(1, 0, 3, 2)], [(2, 2)], [(1, 16383)])
    assert found.styles.table(3, 1, 1).tolist() == [[-1], [-1], [7]]
    assert sheet_xml(xml % order, {6}).styles is None


def test_long_numbers_of_identifiers_keep_their_digits(tmp_path):
    """Excel rounds them to 15 digits; other programs write them in full."""
    book = openpyxl.Workbook()
    for row in (["id", "n"], [1e16, 1], [2, 2]):
        book.active.append(row)
    book.save(tmp_path / "short.xlsx")
    with zipfile.ZipFile(tmp_path / "short.xlsx") as short, zipfile.ZipFile(tmp_path / "long.xlsx", "w") as long:
        for name in short.namelist():
            long.writestr(name, short.read(name).replace(b"<v>1e+16</v>", b"<v>12345678901234567</v>"))
    cells = load_cells(tmp_path / "long.xlsx", None, Silent())[1]
    assert cells.table.column("id").to_pylist() == [12345678901234567, 2]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["x", 1.5, 2.0, 3, -0.25], ["x", 1.5, 2, 3, -0.25]),
        (["x", 1, 2, 3], ["x", 1, 2, 3]),
        (["x", 1.5, 2.5], ["x", 1.5, 2.5]),
        (["x", 1.0, None, 2.5, "a"], ["x", 1, None, 2.5, "a"]),
        ([1.0, 2.5, "  ", 1e20], [1, 2.5, None, 1e20]),
        (["x", "y", " ", "z"], ["x", "y", None, "z"]),
        (["x", True, 1, datetime.datetime(2020, 1, 2)], ["x", True, 1, datetime.datetime(2020, 1, 2)]),
    ],
    ids=str,
)
def test_a_column_of_several_kinds_keeps_the_kind_of_each_cell(tmp_path, cells, found):
    book = openpyxl.Workbook()
    for cell in cells:
        book.active.append([cell, "end"])
    book.save(tmp_path / "x.xlsx")
    with open_workbook(tmp_path / "x.xlsx") as opened:
        column = [row[0] for row in read_sheet(opened, "Sheet", Silent()).rows]
    assert [(cell, type(cell)) for cell in column] == [(cell, type(cell)) for cell in found]


@pytest.mark.parametrize("index", [b"-1", b"x"])
def test_a_text_that_the_workbook_does_not_have_is_refused(tmp_path, index):
    written(tmp_path / "x.xlsx", ["x", "y"])
    with zipfile.ZipFile(tmp_path / "x.xlsx") as good, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name).replace(b't="inlineStr"><is><t>y</t></is>', b't="s"><v>' + index + b"</v>"))
    with open_workbook(tmp_path / "bad.xlsx") as book, pytest.raises(UserError, match="does not have"):
        read_sheet(book, "Sheet", Silent())
