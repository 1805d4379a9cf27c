"""Small text tables with the traits of real exports: rows, names and values as a person reads them, and what is noted."""

from __future__ import annotations

import random

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources import _coded_columns, _regular_rows, _text_rows
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.loading import guess_source, load_cells, load_named
from tests.reading.table_case import Case, check_case, written

DELIMITED = choices().sources["delimited"]


CASES = {
    "a pair above two columns of texts": Case(
        "Site;Kiel\nName;Ort\nAnna;Ulm\nBert;Bonn\nCarl;Ulm\nDora;Rom\n", 5, "Site category Name | Kiel category Ort", notes="first_row"
    ),
    "small letters above capitals": Case(
        "Site;Kiel\nkeeper;harbour\nAnna;Ulm\nBert;Bonn\nCarl;Ulm\nDora;Rom\n",
        5,
        "Site category keeper | Kiel category harbour",
        notes="first_row",
    ),
    "two columns of texts": Case(
        "english;german\nname;Name\ncity;Stadt\ndate;Datum\nhouse;Haus\ncat;Katze\n", 5, "english category name | german category Name"
    ),
    "three lines of names by Orange": Case(
        "a\tb\tc\ncontinuous\td\tstring\n\tclass\tmeta\n1.5\tx\tfoo\n2.5\ty\tbar\n",
        2,
        "a number 1.5 | b category x | c category foo",
        notes="names",
    ),
    "letters for the types by Orange": Case(
        "a\tb\tc\nc\td\ts\n\t\t\n1.5\tx\tfoo\n2.5\ty\tbar\n",
        2,
        "a number 1.5 | b category x | c category foo",
        notes="empty names",
    ),
    "a table in bars": Case("| a | b |\n|---|--:|\n| 1 | x |\n| 2 | y |\n", 2, "a integer 1 | b category x", notes="file rule"),
    "pairs above": Case(
        '"Account";"DE00 0000"\n"Period:";"02.01.2024 - 31.12.2024"\n"Balance on 31.12.2024:";"4.217,90 €"\n""\n'
        '"Day";"Value day";"State";"Amount"\n"02.01.24";"02.01.24";"Booked";"-94,49"\n'
        '"04.01.24";"04.01.24";"Booked";"-78,96"\n',
        2,
        "Day date 2024-01-02 | Value day date 2024-01-02 | State category Booked | Amount number -94.49",
        notes="above",
    ),
    "padded titles": Case(
        "Sales;;\nAs of: 2024;;\n;;\nshop;m2;sum\n1;88;1,5\n2;90;2,5\n", 2, "shop integer 1 | m2 integer 88 | sum number 1.5", notes="above"
    ),
    "pairs above two columns": Case(
        "Site;12\nPeriod;2024\nDay;Value\n2024-01-01;5\n2024-01-02;6\n", 2, "Day date 2024-01-01 | Value integer 5", notes="above"
    ),
    "pairs and an empty line": Case(
        "Site;Kiel\nPeriod;2024\n\nDay;Value\n2024-01-01;5\n2024-01-02;6\n", 2, "Day date 2024-01-01 | Value integer 5", notes="above"
    ),
    "title with a value": Case(
        "Report;Kiel;2024\nDay;A;B;C\n2024-01-01;1;2;3\n2024-01-02;1;2;4\n",
        2,
        "Day date 2024-01-01 | A integer 1 | B integer 2 | C integer 3",
        notes="above",
    ),
    "old line ends": Case("Title\r\ra,b,c\r1,2,3\r4,5,6\r", 2, "a integer 1 | b integer 2 | c integer 3", notes="above"),
    "sep line": Case("sep=;\na;b\n1;2,5\n3;4,5\n", 2, "a integer 1 | b number 2.5", notes="above"),
    "sep line, quoted": Case('"sep=|"\na|b\n1|2\n', 1, "a integer 1 | b integer 2", notes="above"),
    "comments above, inside, below": Case(
        "# one, two\n# it's\na;b\n# three\n1;3\n6;7\n# four", 2, "a integer 1 | b integer 3", notes="above comment"
    ),
    "names behind the comment mark": Case("# time temp\n0.0 1.5\n1.0 2.5\n2.0 3.5\n", 3, "time number 0 | temp number 1.5"),
    "a name that is the comment mark": Case(
        "#,Name,HP\n1,Bulba,45\n2,Ivy,60\n3,Venu,80\n", 3, "# integer 1 | Name category Bulba | HP integer 45"
    ),
    "cells that begin with the comment mark": Case("tag,n\n#happy,3\n#sad,4\n#x,5\n", 3, "tag category #happy | n integer 3"),
    "units": Case("t;p;v\n[s];[hPa];[°C]\n1;1000;2.5\n2;1001;3.5\n", 2, "t integer 1 | p integer 1000 | v number 2.5", notes="units"),
    "units without brackets": Case(
        "day,v,p\n,m/s,hPa\n2024-01-01,2.5,1000\n2024-01-02,3.5,1001\n",
        2,
        "day date 2024-01-01 | v number 2.5 | p integer 1000",
        notes="units",
    ),
    "logger": Case(
        '"TOA5","CR1000","CR1000","1234","CR1000.Std.32","CPU:prog.CR1","5678","Table1"\n'
        '"TIMESTAMP","RECORD","BattV_Avg"\n"TS","RN","Volts"\n"","","Avg"\n"2024-01-01 00:00:00",0,12.5\n'
        '"2024-01-01 00:10:00",1,12.6\n"2024-01-01 00:20:00",2,12.4\n',
        3,
        "TIMESTAMP date 2024-01-01 | RECORD integer 0 | BattV_Avg number 12.5",
        notes="above names units",
    ),
    "survey": Case(
        "StartDate,Q1,Q2\nStart Date,How satisfied are you with the service?,How old are you in years today?\n"
        '"{""ImportId"":""startDate""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n2024-01-01 10:00:00,4,33\n'
        "2024-01-02 10:00:00,5,44\n2024-01-03 10:00:00,5,45\n",
        3,
        "StartDate date 2024-01-01T10:00:00 | Q1 integer 4 | Q2 integer 33",
        notes="names",
    ),
    "codes above names": Case(
        ",X1,X2,Y\nID,LIMIT,AGE,default\n1,20000,24,1\n2,120000,26,1\n3,90000,34,0\n",
        3,
        "ID id 1 | LIMIT integer 20000 | AGE integer 24 | default integer 1",
        notes="names",
        doubts="ID: identifier",
    ),
    "groups above years": Case(
        "Region;Sales;;Costs;\n;2023;2024;2023;2024\nN;1;2;3;4\nS;2;3;4;5\n",
        2,
        "Region category N | Sales 2023 integer 1 | Sales 2024 integer 2 | Costs 2023 integer 3 | Costs 2024 integer 4",
        notes="names",
    ),
    "groups above names": Case(
        "Area;Temp;;Press;\n;min;max;min;max\nN;1;2;3;4\nS;2;3;4;5\n",
        2,
        "Area category N | Temp min integer 1 | Temp max integer 2 | Press min integer 3 | Press max integer 4",
        notes="names",
    ),
    "types below names": Case(
        "name,age,h\nstring,int,float\nA,5,1.5\nB,6,2.5\n", 2, "name category A | age integer 5 | h number 1.5", notes="names"
    ),
    "texts in the first row": Case(
        "name,a,b\nA,unknown,unknown\nB,5,6\nC,6,7\nD,7,8\n",
        4,
        "name category A | a integer – | b integer –",
        doubts="a: missing_words | b: missing_words",
    ),
    "years as names": Case("country,2015,2016\nA,1.5,2\nB,2.5,3\n", 2, "country category A | 2015 number 1.5 | 2016 integer 2"),
    "numbers as names": Case("id,100022,100025\nr1,TRUE,FALSE\nr2,TRUE,TRUE\n", 2, "id id r1 | 100022 boolean 1 | 100025 boolean 0"),
    "rising rows without names": Case(
        "0,10,20\n1,11,21\n2,12,22\n", 3, "column_1 integer 0 | column_2 integer 10 | column_3 integer 20", notes="header"
    ),
    "repeated names": Case("a,b\n1,x\n2,y\na,b\n3,z\n", 3, "a integer 1 | b category x", notes="repeated"),
    "repeated names and units": Case("t;v\n[s];[m]\n1;2\n3;4\nt;v\n[s];[m]\n5;6\n", 3, "t integer 1 | v integer 2", notes="repeated units"),
    "subtotals": Case(
        "area;kind;n\nN;A;5\nN;B;6\nSumme;;11\nS;A;7\nSumme;;7\nGesamt;;18\n",
        3,
        "area category N | kind category A | n integer 5",
        notes="total",
    ),
    "total": Case("name;n\nA;1\nB;2\nTotal:;3\n", 2, "name category A | n integer 1", notes="total"),
    "a level that is called total": Case(
        "sex,n\nM,5\nF,6\nTotal,11\nM,7\nF,8\nTotal,15\nM,7\nF,8\nTotal,15\n", 9, "sex category M | n integer 5"
    ),
    "notices": Case(
        'day,n\n2024-01-01,1\n2024-01-02,2\n\n"No offer, no claim."\nFees not included, see page 4, row 7.\n',
        2,
        "day date 2024-01-01 | n integer 1",
        notes="below",
    ),
    "padded notice": Case(
        "a;b;y\nx;2;3\ny;4;4\nz;6;5\nSource: the office;;\n", 3, "a category x | b integer 2 | y integer 3", notes="below"
    ),
    "a short last row that fits": Case("a,b,y\n1,2,x\n3,4,z\n5", 3, "a integer 1 | b integer 2 | y category x", notes="ragged"),
    "delimiter at the end of rows": Case("A,B,C\n1,2,3,\n4,5,6,\n", 2, "A integer 1 | B integer 2 | C integer 3", notes="trailing"),
    "delimiter at the end of names": Case("A;B;C;\n1;2;3\n4;5;6\n", 2, "A integer 1 | B integer 2 | C integer 3"),
    "row names": Case("x,y\nr1,1,2\nr2,3,4\n", 2, "row_names category r1 | x integer 1 | y integer 2", notes="row_names"),
    "runs of blanks": Case("  mpg  cyl\n 43.2    4\n 32.5    8\n", 2, "mpg number 43.2 | cyl integer 4"),
    "fixed places": Case(
        "name        city        age\nAnna Maria              34\nBob         New York    41\nCid         Rome        29\n",
        3,
        "name category Anna Maria | city category – | age integer 34",
        notes="fixed",
    ),
    "times in one column": Case("time\n2024-01-01 10:00:00\n2024-01-01 10:00:01\n", 2, "time date 2024-01-01T10:00:00"),
    "words in one column": Case(
        "text\nhello, you there\nfine thanks\nwell, yes, no\n", 3, "text category hello, you there", notes="delimiter"
    ),
    "single quotes": Case("'a';'b'\n'Kiel; N';'1,5'\n'Bonn';'2,5'\n", 2, "a category Kiel; N | b number 1.5"),
    "blank before quotes": Case(
        'id, name, n\n1, "Kiel, N", 5\n2, "Bonn", 6\n', 2, "id id 1 | name category Kiel, N | n integer 5", doubts="id: identifier"
    ),
    "backslash before quotes": Case(
        'id,name,n\n1,"say \\"hi, you\\"",5\n2,"x",6\n', 2, 'id id 1 | name category say "hi, you" | n integer 5', doubts="id: identifier"
    ),
    "backslash before delimiters": Case(
        "id,name,n\n1,Seltsam\\, oder,5\n2,x,6\n", 2, "id id 1 | name category Seltsam, oder | n integer 5", doubts="id: identifier"
    ),
    "backslash at the end of cells": Case('p,n\n"C:\\dir\\",5\n"C:\\x\\",6\n', 2, "p category C:\\dir\\ | n integer 5"),
    "NUL byte": Case("a,b\n1,\x002\n3,4\n", 2, "a integer 1 | b integer 2", notes="file"),
    "other remarks above": Case(
        "% made by x\n% one, two\nday,n\n2024-01-01,1\n2024-01-02,2\n", 2, "day date 2024-01-01 | n integer 1", notes="above"
    ),
    "NUL bytes at the end": Case("a,b\n1,2\n3,4\n\x00\x00\x00\x00", 2, "a integer 1 | b integer 2", notes="file"),
    "byte order mark twice": Case(
        '\ufeff\ufeff"zip";"n"\n"01067";"1,5"\n"20095";"2,5"\n', 2, "zip category 01067 | n number 1.5", doubts="zip: leading_zeros"
    ),
    "missing as in databases": Case(
        "1\t\\N\tx\n2\t5\ty\n3\t6\t\\N\n", 3, "column_1 integer 1 | column_2 integer – | column_3 category x", notes="header"
    ),
    "one column with a gap": Case("x\n1\n\n3\n", 3, "x integer 1"),
}


def report_of(source, path):
    """The number of rows of a source, and its report."""
    rows, reader = 0, source.read(str(path), Silent())
    while True:
        try:
            rows += next(reader).num_rows
        except StopIteration as end:
            return rows, end.value


def outcome(path):
    """The cells of a file with what is noted, or the sentence that refuses it."""
    try:
        cells = load_cells(path, None, Silent())[1]
    except UserError as error:
        return str(error)
    return cells.table.to_pydict(), cells.notes


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_table_is_found(case, tmp_path):
    check_case(case, tmp_path)


def test_what_is_left_out_is_named_with_the_way_to_keep_it(tmp_path):
    path = written(tmp_path, "name;n\nA;1\nB;2\nTotal:;3\n")
    (note,) = load_cells(path, None, Silent())[1].notes
    assert "“Total:, 3”" in note.message
    assert "Keep every row" in note.message
    kept = load_cells(path, DELIMITED(keep_all=True), Silent())[1]
    assert (kept.rows, kept.notes) == (3, ())


@pytest.mark.parametrize(
    ("params", "text", "names", "rows"),
    [
        ({"header_rows": 1}, ",X1,Y\nID,AGE,Z\n1,24,1\n2,26,1\n3,34,0\n", ["column_1", "X1", "Y"], 4),
        ({"names": "joined"}, ",X1,Y\nID,AGE,Z\n1,24,1\n2,26,1\n3,34,0\n", ["ID", "X1 AGE", "Y Z"], 3),
        ({"units": "none", "header_rows": 1}, "t;v\n[s];[m]\n1;2\n3;4\n5;6\n", ["t", "v"], 4),
        ({"units": "row"}, "t;v\nno unit;known\n1;2\n3;4\n5;6\n", ["t", "v"], 3),
        ({"skip": 1}, "a;b\nc;d\n1;2\n3;4\n", ["c", "d"], 2),
        ({"skip_end": 2}, "a;b\n1;2\n3;4\n5;6\n", ["a", "b"], 1),
        ({"comment": ""}, "a,b\n#1,x\n#2,y\n", ["a", "b"], 2),
        ({"delimiter": "none"}, "a;b\n1;2\n", ["a;b"], 1),
        ({"delimiter": "blank"}, "a b\nx  y\n", ["a", "b"], 1),
        ({"delimiter": "fixed", "places": "1, 3,4"}, "aabc\n1 23\n", ["aa", "b", "c"], 1),
    ],
)
def test_a_person_may_place_the_table(params, text, names, rows, tmp_path):
    cells = load_cells(written(tmp_path, text), DELIMITED(**params), Silent(), as_given=True)[1]
    assert (cells.names, cells.rows) == (names, rows)


def test_places_that_are_none_are_refused(tmp_path):
    for places in ("a", "3, 2", "0"):
        with pytest.raises(UserError, match="not places"):
            load_cells(written(tmp_path, "a b\n1 2\n"), DELIMITED(delimiter="fixed", places=places), Silent(), as_given=True)


def test_a_target_chooses_among_the_rows_of_names(tmp_path):
    path = written(tmp_path, ",X1,X2,Y\nID,LIMIT,AGE,default\n1,20000,24,1\n2,120000,26,1\n3,90000,34,0\n")
    assert "Y" in load_named(path, None, {"Y"}, Silent())[1].names
    assert "default" in load_named(path, None, {"default"}, Silent())[1].names


def test_units_go_with_their_columns(tmp_path):
    assert load_cells(written(tmp_path, "t;p\n[s];hPa\n1;1000\n2;1001\n"), None, Silent())[1].units == {"t": "s", "p": "hPa"}


def test_a_text_across_fixed_places_is_reported(tmp_path):
    lines = ["name        city        age", "Anna Maria              34", *["Bob         New York    41"] * 12_000]
    path = written(tmp_path, "\n".join([*lines, "Maximiliane-Victoria Rome 29"]))
    assert any("row 12002" in note.message for note in load_cells(path, DELIMITED(delimiter="fixed"), Silent())[1].notes)


def test_one_bad_byte_damages_one_cell(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("Stadt;n\nMünchen;1\nL\0den;2\nKöln;3\n".encode().replace(b"\0", b"\xe4"))
    cells = load_cells(path, None, Silent())[1]
    assert cells.table.column("Stadt").to_pylist() == ["München", "L\ufffdden", "Köln"]
    (note,) = cells.notes
    assert (note.column, note.rule, note.rows) == ("Stadt", "encoding", (2,))


WORDS = ["x", "y z", "1.5", "-3", "a;b", 'say "hi"', "two\nlines", "", "'tis", "#1", "Total", "\\", '"', "name 0", "é", " ", "2024-01-01"]


@pytest.mark.parametrize("seed", range(150))
def test_the_quick_way_and_the_exact_way_read_the_same(seed, tmp_path, monkeypatch):
    draw = random.Random(seed)
    width = draw.randint(1, 5)
    quoted = draw.random() < 0.7

    def cell():
        text = draw.choice(WORDS) if draw.random() < 0.5 else str(draw.randint(0, 99))
        return '"' + text.replace('"', '""') + '"' if quoted and draw.random() < 0.8 else text.replace("\n", " ")

    head = ",".join(f"name {i}" for i in range(width))
    lines = [",".join(cell() for _ in range(width)) for _ in range(draw.randint(2, 40))]
    lines += draw.sample([head, "Total" + "," * (width - 1), "# note", "", "a notice"], draw.randint(0, 3))
    for other in draw.sample([head, "1", "1,2,3,4,5,6", "# a, b", "----", "", "   ", '"a,b",c', "note"], draw.randint(0, 3)):
        lines.insert(draw.randint(0, len(lines)), other)
    path = written(tmp_path, "\n".join([head, *lines]) + "\n")
    if seed % 3:  # in pieces of a row or two
        monkeypatch.setattr(_regular_rows, "_BLOCK_BYTES", 150)
        monkeypatch.setattr(_regular_rows, "_USUAL_CELL", 1)
        monkeypatch.setattr(_coded_columns, "PIECE_BYTES", 1)
    if seed % 3 == 1:  # by several threads
        monkeypatch.setattr(_regular_rows, "_PIECE_BYTES", draw.randint(20, 200))
        monkeypatch.setattr(_regular_rows, "_LEAST_BYTES", 0)
        monkeypatch.setattr(_regular_rows, "_LEAST_COLUMN", 0)
    quick = outcome(path)
    monkeypatch.setattr(_text_rows, "_is_regular", lambda *_: False)
    assert outcome(path) == quick


@pytest.mark.parametrize("seed", range(100))
def test_every_row_of_the_file_is_read_or_reported(seed, tmp_path):
    draw = random.Random(seed)
    mark = draw.choice(";,\t|")
    width = draw.randint(3, 7)
    names = [f"{draw.choice(('load', 'flow', 'speed'))} {chr(97 + i)}" for i in range(width)]
    table = [
        [
            f"2024-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
            *(f"{draw.uniform(0, 99):.2f}" for _ in names[1:-1]),
            draw.choice("ABC"),
        ]
        for _ in range(draw.randint(6, 60))
    ]
    above = draw.sample(["Report of the month", f"Site:{mark}Kiel", "# logger 2.1", "", mark * (width - 1)], draw.randint(0, 4))
    units = [mark.join(["", *["[m]"] * (width - 2), ""])] if draw.random() < 0.4 else []
    body = [mark.join(row) for row in table]
    inside = [draw.choice((mark.join(names), "# restart")) for _ in range(draw.randint(0, 3))]
    for line in inside:
        body.insert(draw.randint(1, len(body) - 1), line)
    total = [mark.join(["Total", *["1"] * (width - 2), ""])] if draw.random() < 0.4 else []
    below = draw.sample(["Source: the office", "", "Not for sale"], draw.randint(0, 2))
    path = written(tmp_path, draw.choice(("\n", "\r\n")).join([*above, mark.join(names), *units, *body, *total, *below]) + "\n")
    rows, report = report_of(guess_source(path), path)
    others = sum(any(char.isalnum() for char in line) for line in [*above, *units, *inside, *total, *below])
    assert report.rows_read == rows == len(table)
    assert report.rows_left_out == others
    assert (others > 0) == bool(report.notes)
    cells = load_cells(path, None, Silent())[1]
    assert cells.names == names
    assert [list(row.values()) for row in cells.table.to_pylist()] == table


USUAL_ROW = '1,"some words",2.5\n'


@pytest.mark.parametrize(
    ("late", "cells", "noted"),
    [
        ('2,"he said \\"yes, no\\" twice",3.5\n', 'he said "yes, no" twice', True),
        ('2,"C:\\dir\\sub",3.5\n', "C:\\dir\\sub", False),
        ('2,"he said ""yes\\no""",3.5\n', 'he said "yes\\no"', False),
    ],
)
def test_escapes_that_come_late_are_found(late, cells, noted, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\n" + USUAL_ROW * 20_000 + late * 30 + USUAL_ROW * 5)
    loaded = load_cells(path, None, Silent())[1]
    assert loaded.rows == 20_035
    assert loaded.table["b"][20_003].as_py() == cells
    assert [note.parameter for note in loaded.notes] == (["escape"] if noted else [])
