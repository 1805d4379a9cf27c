"""Workbooks and Parquet files with traits of real ones: titles, errors, formulas never calculated, strict Open XML, far dates."""

from __future__ import annotations

import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources import _workbook
from mlops_desktop.catalog.sources._workbook import _STRICT
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.loading import load_cells

EXCEL = choices().sources["excel"]
NAMES, BODY = ["shop", "area", "sum"], [["A", 1, 1.5], ["B", 2, 2.5], ["C", 3, 3.5]]


def workbook(tmp_path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "x.xlsx"
    book.save(path)
    return path


def read(path, **params):
    return load_cells(path, EXCEL(**params) if params else None, Silent())[1]


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        ([["Report"], [], NAMES, *BODY], ["above"]),
        ([["Report"], ["As of: today"], NAMES, *BODY], ["above"]),
        ([[None, None, "apart"], [], [], NAMES, *BODY], ["above"]),
        ([NAMES, [None, "[m²]", "[€]"], *BODY], ["units"]),
        ([NAMES, *BODY[:2], NAMES, BODY[2]], ["repeated"]),
        ([NAMES, *BODY, ["Total", 6, 7.5], [], ["Not for sale, for internal use"]], ["below", "total"]),
    ],
)
def test_the_table_is_found_in_a_sheet(rows, rules, tmp_path):
    cells = read(workbook(tmp_path, rows))
    assert cells.names == NAMES
    assert [list(row.values()) for row in cells.table.to_pylist()] == BODY
    assert sorted(note.rule for note in cells.notes) == rules


def test_two_rows_of_names(tmp_path):
    path = workbook(tmp_path, [[None, "X1", "X2"], NAMES, *BODY])
    assert read(path).names == NAMES
    assert read(path, header_rows=2, names="joined").names == ["shop", "X1 area", "X2 sum"]


def test_a_table_apart_from_the_edge_of_the_sheet(tmp_path):
    path = workbook(tmp_path, [[], [None, None, *NAMES], *([None, None, *row] for row in BODY)])
    assert (read(path).names, read(path).rows, read(path).notes) == (NAMES, 3, ())


def test_errors_count_as_missing(tmp_path):
    path = workbook(tmp_path, [NAMES, ["A", "#N/A", 1.5], ["B", 2, "#DIV/0!"], ["C", 3, 3.5]])
    cells = read(path)
    assert cells.table.column("area").to_pylist() == [None, 2, 3]
    assert [(note.column, note.rule, note.rows) for note in cells.notes] == [("area", "errors", (1,)), ("sum", "errors", (2,))]


def test_formulas_that_were_never_calculated_are_noted(tmp_path):
    path = workbook(tmp_path, [NAMES, ["A", 1, "=B2*2"], ["B", 2, "=B3*2"]])
    (note,) = read(path).notes
    assert (note.column, note.rule, note.rows) == ("sum", "formulas", (1, 2))
    path = workbook(tmp_path, [["=A1"], ["=A2"]])
    with pytest.raises(UserError, match="never saved"):
        read(path)


def test_strict_open_xml(tmp_path):
    path, strict = workbook(tmp_path, [NAMES, *BODY]), tmp_path / "strict.xlsx"
    with zipfile.ZipFile(path) as usual, zipfile.ZipFile(strict, "w") as target:
        for name in usual.namelist():
            data = usual.read(name)
            for other, common in _STRICT.items():
                data = data.replace(common, other)
            target.writestr(name, data)
    assert read(strict).table.equals(read(path).table)


def test_far_dates_of_parquet(tmp_path):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"t": pa.array([253402214400, 0], pa.timestamp("s"))}), path, use_deprecated_int96_timestamps=True)
    assert [str(value) for value in load_cells(path, None, Silent())[1].table.column("t")] == ["9999-12-31 00:00:00", "1970-01-01 00:00:00"]
    days = pa.array([2**30, 1], pa.date32())
    pq.write_table(pa.table({"t": pa.array([2**60, 0], pa.timestamp("ms")), "d": days, "n": [1, 2]}), path)
    cells = load_cells(path, None, Silent())[1]
    assert [cells.table.column(name).null_count for name in "tdn"] == [1, 1, 0]
    assert [(note.column, note.rule, note.rows) for note in cells.notes] == [("t", "date_range", (1,)), ("d", "date_range", (1,))]


def with_part(path, change):
    """The workbook with other XML in the place of its sheet's."""
    changed = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in given.namelist():
            data = given.read(name)
            target.writestr(name, change(data) if name.endswith("sheet1.xml") else data)
    return changed


@pytest.mark.parametrize("start", [b"", b'<!DOCTYPE x [<!ENTITY foo "7">]>'])
def test_a_cell_that_refers_to_a_text_elsewhere_is_refused_and_not_empty(start, tmp_path):
    path = with_part(workbook(tmp_path, [NAMES, *BODY]), lambda xml: start + xml.replace(b"<v>2</v>", b"<v>&foo;</v>"))
    with pytest.raises(UserError, match="refers to texts outside"):
        read(path)
    assert read(with_part(workbook(tmp_path, [NAMES, ["A & <B>", 1, 2]]), lambda xml: xml)).table.column("shop").to_pylist() == ["A & <B>"]


def test_a_sheet_that_unpacks_to_far_more_than_tables_do_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(_workbook, "_LARGE", 2**16)
    path = workbook(tmp_path, [NAMES, *BODY])
    assert read(path).rows == 3
    with pytest.raises(UserError, match="more than a workbook can hold"):
        read(with_part(path, lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * 2**20)))
