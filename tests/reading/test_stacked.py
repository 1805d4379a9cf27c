"""Tables under one another in one text file: the first one is read, the others are reported and can be chosen; one table stays one."""

import openpyxl
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.loading import guess_source, load_cells

STACKED = {
    "two tables": ("a,b\n1,2\n3,4\n\nc,d,e\n5,6,x\n7,8,y\n9,9,z\n", [("a", "b"), ("c", "d", "e")], [2, 3]),
    "with titles": (
        "Sales\nregion,amount\nN,1.5\nS,2.5\n\nStaff\nname,age,dept\nAnna,30,X\nBen,40,Y\n",
        [("region", "amount"), ("name", "age", "dept")],
        [2, 2],
    ),
    "of equal width": ("id,v\n1,2\n2,3\n\nname,age\nA,30\nB,40\n", [("id", "v"), ("name", "age")], [2, 2]),
    "saved by a spreadsheet": (
        "Report;;\n;;\nid;v;\n1;2;\n3;4;\n;;\nname;age;dept\nA;3;X\nB;4;Y\n",
        [("id", "v"), ("name", "age", "dept")],
        [2, 2],
    ),
    "of equal names": (
        "Region North\nMonth,Sales\nJan,10\nFeb,20\nMar,30\n\nRegion South\nMonth,Sales\nJan,11\nFeb,21\n",
        [("Month", "Sales"), ("Month", "Sales")],
        [3, 2],
    ),
    "of equal names, saved by a spreadsheet": (
        "Umsatz Nord;;\nMonat;Umsatz;Kosten\nJan;10;5\nFeb;20;6\n;;\nUmsatz Süd;;\nMonat;Umsatz;Kosten\nJan;11;5\nFeb;21;6\nMär;31;8\n",
        [("Monat", "Umsatz", "Kosten"), ("Monat", "Umsatz", "Kosten")],
        [2, 3],
    ),
    "three": ("a,b\n1,2\n2,1\n\nc,d,e\n5,6,x\n\nf,g\nu,2.5\nv,3.5\n", [("a", "b"), ("c", "d", "e"), ("f", "g")], [2, 1, 2]),
    "far below": ("a,b\n" + "1,2\n" * 90_000 + "\nc,d,e\n5,6,x\n7,8,y\n", [("a", "b"), ("c", "d", "e")], [90_000, 2]),
}
ONE = {
    "a gap": ("id,v\n1,2\n2,3\n\n3,4\n5,6\n", 4),
    "names again": ("id,v\n1,2\n5,6\n7,8\n\nid,v\n3,4\n", 4),
    "pages of one report": ("Sales page 1\nid,v,w\n1,2,3\n5,6,3\n7,8,4\n\nSales page 2\nid,v,w\n3,4,5\n", 4),
    "notices below": ("id,v\n1,2\n2,3\n\nSource: x\nDate: y\n", 2),
    "blank lines in quotes": ('a,b\n1,"x\n\ny,z\n1,2"\n2,u\n', 2),
    "a title above": ("Report\n\nid,v\n1,2\n2,3\n", 2),
    "pairs above": ("Site:,North\nYear:,2024\n\nid,v\n1,2\n2,3\n4,5\n", 3),
}


@pytest.mark.parametrize(("text", "names", "rows"), STACKED.values(), ids=STACKED)
def test_each_table_can_be_read(text, names, rows, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(text)
    for number, (columns, count) in enumerate(zip(names, rows, strict=True), 1):
        source = None if number == 1 else choices().sources["delimited"](table=str(number))
        cells = load_cells(path, source, Silent())[1]
        assert (tuple(cells.names), cells.rows) == (columns, count)
        (note,) = [note for note in cells.notes if note.rule == "table"]
        assert note.parameter == "table"
        assert len(note.values) == len(names) - 1
    with pytest.raises(UserError, match="holds no table"):
        next(choices().sources["delimited"](table=str(len(names) + 1)).read(str(path), Silent()))


@pytest.mark.parametrize(("text", "rows"), ONE.values(), ids=ONE)
def test_one_table_stays_one(text, rows, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(text)
    cells = load_cells(path, None, Silent())[1]
    assert cells.rows == rows
    assert not [note for note in cells.notes if note.rule == "table"]


def test_what_is_found_for_a_file_reads_it_alike(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(STACKED["with titles"][0])
    source = guess_source(str(path))
    assert load_cells(path, source, Silent())[1].names == ["region", "amount"]


@pytest.mark.parametrize("name", ["with titles", "of equal names", "of equal width", "three"])
def test_each_table_of_a_sheet_can_be_read(name, tmp_path):
    text, names, rows = STACKED[name]
    book = openpyxl.Workbook()
    for line in text.splitlines():
        book.active.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in line.split(",")] if line else [])
    book.save(tmp_path / "x.xlsx")
    for number, (columns, count) in enumerate(zip(names, rows, strict=True), 1):
        cells = load_cells(tmp_path / "x.xlsx", choices().sources["excel"](table=str(number)), Silent())[1]
        assert (tuple(cells.names), cells.rows) == (columns, count)
        assert [note.parameter for note in cells.notes if note.rule == "table"] == ["table"]
    with pytest.raises(UserError, match="holds no table"):
        next(choices().sources["excel"](table="9").read(str(tmp_path / "x.xlsx"), Silent()))
