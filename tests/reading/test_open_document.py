"""OpenDocument sheets: what their cells say beside their values is read as in a workbook of Excel."""

from __future__ import annotations

import zipfile

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from tests.reading.table_case import columns_text, doubts_text, notes_text

SPACES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
MANIFEST = """<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>"""


def text(value, more=""):
    return f'<table:table-cell office:value-type="string"{more}><text:p>{value}</text:p></table:table-cell>'


def number(value, kind="float", more=""):
    return f'<table:table-cell office:value-type="{kind}" office:value="{value}"{more}><text:p>{value}</text:p></table:table-cell>'


def euros(value):
    return number(value, "currency", ' office:currency="EUR"')


def dollars(value):
    return number(value, "currency", ' office:currency="USD"')


def saved(tmp_path, rows, columns="", attributes=()):
    """A document with rows of cells in its sheet; `attributes` are those of the rows."""
    lines = (f"<table:table-row{more}>{''.join(row)}</table:table-row>" for row, more in zip(rows, (*attributes, *[""] * 99), strict=False))
    path = tmp_path / "x.ods"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("META-INF/manifest.xml", MANIFEST)
        target.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {SPACES}><office:body><office:spreadsheet><table:table table:name="A &amp; B">'
            f"{columns}{''.join(lines)}</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return path


def read(path):
    cells = load_cells(path, None, Silent())[1]
    table = type_cells(cells, {}, Silent())
    return columns_text(table), cells.rows, notes_text(cells), doubts_text(table)


NAMES = [text("k"), text("x")]


@pytest.mark.parametrize(
    ("cells", "column", "doubts"),
    [
        ([euros(10.5), euros(11.5), euros(12.5), euros(13.5)], "x number 10.5 EUR", ""),
        ([euros(10.5), dollars(11.5), euros(12.5), dollars(13.5)], "x category 10.5 EUR", "x: currencies"),
        ([number(share, "percentage") for share in (0.25, 0.5, 0.75, 0.1)], "x number 0.25", ""),
        ([number(value) for value in (2.5, 3.5, 4.5, 5.5)], "x number 2.5", ""),
    ],
)
def test_formats_of_cells(cells, column, doubts, tmp_path):
    rows = [NAMES, *([text(f"k{at % 2}"), cell] for at, cell in enumerate(cells))]
    assert read(saved(tmp_path, rows)) == (f"k category k0 | {column}", 4, "", doubts)


def test_a_row_that_stands_for_several_keeps_its_formats(tmp_path):
    rows = [NAMES, [text("a"), euros(1.5)], [text("b"), dollars(2.5)]]
    found = read(saved(tmp_path, rows, attributes=("", ' table:number-rows-repeated="3"')))
    assert found == ("k category a | x category 1.5 EUR", 4, "", "x: currencies")


def test_merged_cells_and_hidden_parts(tmp_path):
    covered = "<table:covered-table-cell/>"
    rows = [
        [text("k"), text("x"), text("y")],
        [text("N", ' table:number-rows-spanned="2"'), number(1), number(2)],
        [covered, number(3), number(4)],
        [text("S"), number(5), number(6)],
    ]
    columns = '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
    path = saved(tmp_path, rows, columns, ("", "", "", ' table:visibility="filter"'))
    cells = load_cells(path, None, Silent())[1]
    assert cells.table.to_pydict() == {"k": ["N", "N", "S"], "x": [1, 3, 5], "y": [2, 4, 6]}
    assert [(note.column, note.rule, note.rows) for note in cells.notes] == [("", "hidden", (3,)), ("k", "merged", (2,))]
    assert "“y”" in cells.notes[0].message
