"""What a workbook says of cells beside their values: number formats, merged and hidden cells, several tables and sheets."""

from __future__ import annotations

import datetime
import time

import openpyxl
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources import _sheet, excel
from mlops_desktop.catalog.sources._number_formats import NumberFormat, number_formats, parse_format
from mlops_desktop.catalog.sources._ods_content import ods_sheet
from mlops_desktop.catalog.sources._sheet_xml import sheet_xml
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from tests.reading.table_case import columns_text, doubts_text, notes_text

EXCEL = choices().sources["excel"]
EURO, DOLLAR = "#,##0.00\\ [$€-407]", "[$$-409]#,##0.00"


def saved(tmp_path, rows, change=None, sheets=()):
    """A workbook with rows in its first sheet, changed by a function of the sheet, and with further sheets (title, rows)."""
    book = openpyxl.Workbook()
    for title, cells in (("Sheet", rows), *sheets):
        sheet = book.active if title == "Sheet" else book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    if change:
        change(book.active)
    path = tmp_path / "x.xlsx"
    book.save(path)
    return path


def read(path, **params):
    """The columns, the rules of the notes and the doubts of a workbook, as `Case` states them; read by the found source, they are equal."""
    cells = load_cells(path, EXCEL(**params) if params else None, Silent(), as_given=bool(params))[1]
    if cells.source is not None:
        assert load_cells(path, cells.source, Silent(), as_given=True)[1].table.equals(cells.table)
    table = type_cells(cells, {}, Silent())
    return columns_text(table), cells.rows, notes_text(cells), doubts_text(table)


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        (EURO, 1234.5, "1234.5 €"),
        (DOLLAR, -5, "-5 $"),
        ('_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', 0, "0 €"),
        ("[$CHF-807] #,##0.00", 1.234, "1.2340 CHF"),
        ("#,##0.00 [$₺-41F]", 1e20, "100000000000000000000 ₺"),
        ('"US$ "#,##0', 7, "7 US$"),
        ("0%", 0.07, "7 %"),
        ("0.00%;[Red]-0.00%", 0.12345, "12.3450 %"),
        ('0.0" kg"', 1.5, "1.5 kg"),
        ('General" mg/l"', 3, "3 mg/l"),
        ('#,##0.0,"K €"', 1234567, "1234567 €"),
        ("€#,##0.0,,\\M", 2e6, "2000000 €"),
        ("00000", 1234, "01234"),
        ("00000", 123456, "123456"),
        ('"D-"00000', 1234, "D-01234"),
        ("000-00-0000", 12345678, "012-34-5678"),
    ],
)
def test_what_a_format_says(code, value, text):
    assert parse_format(code).text(value) == text


@pytest.mark.parametrize(
    "code",
    [
        *("General", "0", "0.00", "#,##0.00_);[Red](#,##0.00)", "0.00E+00", "# ?/?", "@", "dd.mm.yyyy", "[h]:mm:ss", "+0;-0", ""),
        *('0.0,"K"', "#,##0,", "[$-407]#,##0.00", ";;;", '"fixed"', '[>999]0.0,"K";0'),
    ],
)
def test_formats_that_say_nothing(code):
    assert parse_format(code) is None


def test_numbers_that_a_format_does_not_show():
    assert (parse_format("00000").text(-5), parse_format("00000").text(1.5)) == (None, None)


def test_formats_by_the_position_of_their_style():
    styles = b"""<styleSheet><numFmts count="2"><numFmt numFmtId="164" formatCode="0&quot; kg&quot;"/>
    <numFmt formatCode='0' numFmtId="165"/></numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>
    <cellXfs><xf numFmtId="0"/><xf fontId="1" numFmtId="164"/><xf numFmtId="10"/><xf numFmtId="165"/><xf/></cellXfs></styleSheet>"""
    assert number_formats(styles) == {1: NumberFormat("kg"), 2: NumberFormat(percent=True)}


def formatted(values, codes):
    """Rows of a column of values beside another, and the function that gives their cells number formats, in turn."""

    def change(sheet):
        for at in range(len(values)):
            sheet.cell(at + 2, 1).number_format = codes[at % len(codes)]

    return [["x", "y"], *([value, f"t{at % 3}"] for at, value in enumerate(values))], change


@pytest.mark.parametrize(
    ("values", "codes", "column", "doubts"),
    [
        ([10.5, 11.5, 12.5, 13.5], [EURO], "x number 10.5 €", ""),
        ([10.5, 11.5, 12.5, 13.5], [EURO, DOLLAR], "x category 10.5 €", "x: currencies"),
        ([10.5, 11.5, 12.5, 13.5, 14.5], [EURO, EURO, EURO, EURO, "General"], "x number 10.5 €", "x: unmarked"),
        ([1234, 21234, 31234, 41234], ["00000"], "x category 01234", "x: leading_zeros"),
        ([0.25, 0.5, 0.125, 0.75], ["0%"], "x number 0.25", ""),
        ([0.25, 0.5, 0.125, 0.75], ["0%", "0%", "General"], "x number 0.25", ""),
        ([0.25, 12, 0.5, 0.75], ["0%", "General", "0%"], "x category 25 %", "x: not_number"),
        ([0.25, "25 %", 0.5, 0.75], ["0%"], "x number 0.25", ""),
        ([2, 500, 3, 7], ['0" kg"', '0" g"', '0" kg"', '0" kg"'], "x number 2 kg", "x: converted"),
        ([2, 5, 3, 7], ['0" pieces"'], "x integer 2", ""),
        ([2, 5, 3, 7], ['0" pieces"', '0" boxes"'], "x category 2 pieces", "x: unread_numbers"),
        ([1500, 2500, 3500, 4500], ['0.0,"K"'], "x integer 1500", ""),
        ([1.5, "n/a", 2.5, 3.5], [EURO], "x number 1.5 €", ""),
    ],
)
def test_a_column_with_number_formats(values, codes, column, doubts, tmp_path):
    found = read(saved(tmp_path, *formatted(values, codes)))
    assert (found[0].split(" | ")[0], found[2], found[3]) == (column, "", doubts)


def test_merged_cells_hold_their_value_everywhere(tmp_path):
    def merge(sheet):
        sheet.merge_cells("A2:A4")
        sheet.merge_cells("B5:C5")

    rows = [["region", "a", "b"], ["N", 1, 2], [None, 3, 4], [None, 5, 6], ["S", 7, None], ["S", 8, 9]]
    path = saved(tmp_path, rows, merge)
    cells = load_cells(path, None, Silent())[1]
    assert [tuple(row.values()) for row in cells.table.to_pylist()] == [*(("N", 1, 2), ("N", 3, 4), ("N", 5, 6), ("S", 7, 7), ("S", 8, 9))]
    assert [(note.column, note.rule, note.rows) for note in cells.notes] == [("region", "merged", (2, 3)), ("b", "merged", (4,))]


def test_a_heading_merged_across_the_table_is_no_value_of_all_columns(tmp_path):
    rows = [["item", "n", "x"], *([f"i{i % 3}", i, 1.5] if i % 8 else [f"Group {i}"] for i in range(24))]

    def merge(sheet):
        for at in (2, 10, 18):
            sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=3)

    assert read(saved(tmp_path, rows, merge))[1:3] == (21, "heads inside")


def test_hidden_rows_and_columns_are_noted(tmp_path):
    def hide(sheet):
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True

    path = saved(tmp_path, [["a", "b", "c"], ["x", 1, 2], ["y", 3, 4], ["z", 5, 6]], hide)
    cells = load_cells(path, None, Silent())[1]
    (note,) = cells.notes
    assert (cells.names, cells.rows) == (["a", "b", "c"], 3)
    assert (note.rule, note.rows, note.parameter, note.values) == ("hidden", (2,), "hidden", ("leave_out",))
    left = load_cells(path, EXCEL(hidden="leave_out"), Silent())[1]
    assert left.table.to_pydict() == {"a": ["x", "z"], "c": [2, 6]}
    assert notes_text(left) == "file"


DATA = [["shop", "area", "sum"], *([f"s{i % 4}", i % 7, i * 1.5] for i in range(30))]
READ = "shop category s0 | area integer 0 | sum number 0"


@pytest.mark.parametrize(
    "first",
    [
        [["Report", "Sales 2024"], ["Author", "Smith"], ["As of", datetime.datetime(2024, 3, 1)], ["Version", 2]],
        [["code", "meaning"], [1, "yes"], [2, "no"]],
        [["Please read"], ["The table is on the next sheet"]],
    ],
)
def test_a_small_sheet_in_front_is_not_the_table(first, tmp_path):
    assert read(saved(tmp_path, first, sheets=[("Data", DATA)])) == (READ, 30, "sheet", "")


def test_a_hidden_sheet_comes_last(tmp_path):
    def hide(sheet):
        sheet.sheet_state = "hidden"
        sheet.parent.active = 1

    assert read(saved(tmp_path, [["code", "text"], *([i, f"t{i}"] for i in range(40))], hide, [("Data", DATA)]))[0] == READ


def test_a_small_table_of_gaps_is_not_left_for_another_small_one(tmp_path):
    path = saved(tmp_path, [["x", "y"], [None, "a"], [1, None]], sheets=[("2", [["x", "y"], [1, "a"]])])
    assert read(path)[:3] == ("x integer – | y category a", 2, "sheet")


def test_the_first_of_equal_sheets(tmp_path):
    path = saved(tmp_path, DATA, sheets=[("2023", DATA[:20])])
    assert read(path) == (READ, 30, "sheet", "")
    assert read(path, sheet="2023")[1] == 19


def test_tables_side_by_side(tmp_path):
    rows = [["shop", "area", None, "item", "price", "stock"]]
    rows += [[f"s{i % 3}", i % 5, None, *([f"p{i % 2}", i + 0.5, i % 3] if i < 7 else [])] for i in range(12)]
    path = saved(tmp_path, rows)
    assert read(path) == ("shop category s0 | area integer 0", 12, "table", "")
    assert read(path, table="2") == ("item category p0 | price number 0.5 | stock integer 0", 7, "table", "")
    with pytest.raises(UserError, match="no table"):
        read(path, table="3")


def test_equal_names_side_by_side_are_two_tables(tmp_path):
    rows = [
        ["2023", None, None, "2024"],
        ["shop", "sum", None, "shop", "sum"],
        *([f"s{i % 3}", i % 5, None, f"s{i % 3}", 2.5] for i in range(9)),
    ]
    assert read(saved(tmp_path, rows))[:2] == ("shop category s0 | sum integer 0", 9)


def test_an_empty_column_may_part_two_tables(tmp_path):
    rows = [["shop", "area", None, "price", "stock"], *([f"s{i % 3}", i % 5, None, i + 0.5, i % 4] for i in range(9))]
    path = saved(tmp_path, rows)
    assert read(path) == ("shop category s0 | area integer 0 | price number 0.5 | stock integer 0", 9, "file table", "")
    assert read(path, table="2")[0] == "price number 0.5 | stock integer 0"


def test_a_sheet_is_read_once_for_all_settings_and_anew_when_it_changes(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(excel, "open_workbook", lambda path, real=excel.open_workbook: opened.append(path) or real(path))
    path = saved(tmp_path, DATA)
    assert [read(path)[1], read(path, skip_end=3)[1], read(path, header="none")[1]] == [30, 27, 31]
    assert len(opened) == 2  # without a name, and with the one that was found
    saved(tmp_path, [*DATA, ["s9", 3, 4.5]])
    assert read(path)[1] == 31


HOSTILE = (
    '<row hidden="1" ',
    "<cellXfs ",
    "<numFmt ",
    '<c s="1" ',
    "<mergeCell ",
    '<c r="A1" t="e"><f ',
    '<table:table-row table:visibility="filter" ',
)


@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_xml_is_looked_through_at_once(part):
    xml = b"<sheetData>" + part.encode() * 50_000
    started = time.process_time()
    number_formats(xml)
    sheet_xml(xml, {1})
    ods_sheet(xml, "x")
    assert time.process_time() - started < 5


def test_currencies_are_looked_up_not_searched(monkeypatch):
    compared = []
    real = NumberFormat.__eq__
    monkeypatch.setattr(NumberFormat, "__eq__", lambda one, other: compared.append(1) or real(one, other))
    cells = "".join(f'<table:table-cell office:value-type="currency" office:currency="{at % 100:x}¤"/>' for at in range(200))
    xml, formats = ods_sheet(f'<table:table table:name="x"><table:table-row>{cells}</table:table-row></table:table>'.encode(), "x")
    assert [formats[key].mark for key in xml.styles.styles.tolist()] == [f"{at % 100:x}¤" for at in range(200)]
    assert len(compared) < 500


def test_a_row_of_many_merged_cells_is_copied_once(monkeypatch):
    class Copy(list):
        made = 0

        def __init__(self, cells):
            Copy.made += 1
            super().__init__(cells)

    monkeypatch.setattr(_sheet, "list", Copy, raising=False)
    sheet = _sheet.Sheet("x", [["a"] * 50, [None] * 50], merged=tuple(_sheet.Area(0, at, 1, at) for at in range(50)))
    filled, cells = sheet.with_merged_filled(len)
    assert (filled.rows[1], cells, sheet.rows[1]) == (["a"] * 50, {at: [1] for at in range(50)}, [None] * 50)
    assert Copy.made == 3  # the list of rows, and each of the two


def test_many_styles_are_sought_at_once():
    xml = b"<sheetData>" + b"".join(b'<c r="A%d" s="%d"/>' % (at, at) for at in range(1, 201)) + b"</sheetData>"
    found = sheet_xml(xml, {*range(100, 300)}).styles
    assert (len(found.rows), found.styles.min(), found.rows.min()) == (101, 100, 99)


def test_merged_cells_that_overlap_are_refused(tmp_path):
    def merge(sheet):
        for area in ("A2:C25", "A3:C26", "A4:C27", "A5:C28"):
            sheet.merge_cells(area)

    with pytest.raises(UserError, match="overlap"):
        read(saved(tmp_path, DATA, merge))
