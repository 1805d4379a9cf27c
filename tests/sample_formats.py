"""Small files of the formats beside plain text, Excel and Parquet, with what should come of each."""

from __future__ import annotations

import bz2
import datetime
import gzip
import importlib.util
import io
import lzma
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sample_files import ROWS, SampleFile

_NS = ("name", "size")
_APPLE = ("Äpfel", "1.5")
_CSV = ROWS.encode()


def _zst(data: bytes) -> bytes:
    import pyarrow as pa

    return bytes(pa.compress(data, codec="zstd", asbytes=True))


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _locked_zip() -> bytes:
    """An archive whose entry says that it is encrypted."""
    data = bytearray(_zip({"a.csv": b"a,b\n1,2\n"}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + at] |= 1
    return bytes(data)


def _arrow(kind: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        import pyarrow as pa
        import pyarrow.feather

        table = pa.table({"a": [1, None], "b": ["x", "y"], "__index_level_0__": [7, 8]})
        if kind == "feather":
            pyarrow.feather.write_feather(table, path)
            return
        if kind == "orc":
            from pyarrow import orc

            orc.write_table(table, str(path))
            return
        writer = pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file
        with writer(str(path), table.schema) as out:
            out.write_table(table)

    return make


def _sqlite(script: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        import sqlite3

        with sqlite3.connect(path) as database:
            database.executescript(script)
        database.close()

    return make


def _statistics(writer: str, **options: Any) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        import pandas as pd
        import pyreadstat

        table = {
            "id": [1.0, 2.0, 3.0],
            "answer": [1.0, 2.0, 9.0],
            "income": [100.5, -1.0, 200.0],
            "town": ["Rome", "Ürzig", ""],
            "day": [datetime.date(2020, 1, 2), None, datetime.date(2021, 3, 4)],
        }
        getattr(pyreadstat, writer)(pd.DataFrame(table), str(path), **options)

    return make


COMPRESSED = (
    SampleFile("packed.csv.gz", gzip.compress(_CSV), _NS, 3, _APPLE),
    SampleFile("packed.csv.bz2", bz2.compress(_CSV), _NS, 3, _APPLE),
    SampleFile("packed.tsv.xz", lzma.compress(_CSV.replace(b",", b"\t")), _NS, 3, _APPLE),
    SampleFile("packed.csv.zst", _zst(_CSV), _NS, 3, _APPLE),
    SampleFile("packed.zip", _zip({"fruit.csv": _CSV, "__MACOSX/._fruit.csv": b"x"}), _NS, 3, _APPLE),
    SampleFile("two.csv.gz", gzip.compress(_CSV[:11]) + gzip.compress(_CSV[11:]), _NS, 3, _APPLE),
    SampleFile("named_as_plain_text.csv", gzip.compress(_CSV), _NS, 3, _APPLE),
    SampleFile("several.zip", _zip({"few.csv": b"a\n1\n", "fruit.csv": _CSV}), _NS, 3, _APPLE, "“fruit.csv” of the archive was read"),
    SampleFile("records.json.gz", gzip.compress(b'[{"a": 1}, {"a": 2}]'), ("a",), 2, (1,)),
)
JSON = (
    SampleFile(
        "nested.json",
        b'[{"id": 1, "at": {"town": "Rome", "xy": [1, 2]}}, {"id": 2, "at": {"town": null}, "late": "x"}]',
        ("id", "at.town", "at.xy", "late"),
        2,
        (1, "Rome", "[1, 2]", None),
    ),
    SampleFile("lines.jsonl", b'{"a": 1, "b": "x"}\n\n{"b": "y", "a": 2.5}\n', ("a", "b"), 2, (1.0, "x")),
    SampleFile("mixed.ndjson", b'{"a": 1}\n{"a": "1"}\n{"a": true}\n', ("a",), 3, ("1",)),
    SampleFile("rows.json", b'[["id", "name"], [1, "x"], [2, "y"]]', ("id", "name"), 2, (1, "x")),
    SampleFile("rows_without_names.json", b"[[1, 2], [3, 4]]", ("column_1", "column_2"), 2, (1, 2), "No row names"),
    SampleFile("uneven_rows.json", b'[["a", "b"], [1, 2], [3]]', ("a", "b"), 2, (1, 2), "1 row has another number of cells (row 2)"),
    SampleFile("inside.json", b'{"n": 2, "data": {"items": [{"a": 1}, {"a": 2}]}}', ("a",), 2, (1,), "“data.items” were read"),
    SampleFile("keyed.json", b'{"k1": {"a": 1}, "k2": {"a": 2}}', ("key", "a"), 2, ("k1", 1), "a key of its own"),
    SampleFile("columns.json", b'{"a": [1, 2], "b": ["x", "y"]}', ("a", "b"), 2, (1, "x")),
    SampleFile("numbered.json", b'{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}', ("a", "b"), 2, (1, "x")),
    SampleFile("split.json", b'{"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2], [3, 4]]}', ("a", "b"), 2, (1, 2)),
    SampleFile("doubled_key.json", b'[{"a": 1, "a": 2}]', ("a",), 1, (2,), "“a” stands more than once in 1 object"),
    SampleFile("one_name_two_paths.json", b'[{"a.b": 1, "a": {"b": 2}}]', ("a.b", "a.b_2"), 1, (1, 2), "Several columns were named “a.b”"),
    SampleFile("large_integers.json", b'[{"a": 123456789012345678901}, {"a": 1}]', ("a",), 2, ("123456789012345678901",)),
    SampleFile("half_a_letter.json", b'[{"a": "x\\ud800"}]', ("a",), 1, ("x\ufffd",)),
    SampleFile("utf16.json", '[{"ä": 1}]'.encode("utf-16"), ("ä",), 1, (1,)),
)
ARROW = (
    SampleFile("typed.feather", _arrow("feather"), ("a", "b"), 2, (1, "x"), "Row numbers"),
    SampleFile("typed.arrow", _arrow("file"), ("a", "b"), 2, (1, "x"), "Row numbers"),
    SampleFile("typed.arrows", _arrow("stream"), ("a", "b"), 2, (1, "x"), "Row numbers"),
    SampleFile("typed.orc", _arrow("orc"), ("a", "b"), 2, (1, "x"), "Row numbers"),
)
_SHOP = """
CREATE TABLE item (id INTEGER, name TEXT, price REAL, added DATE);
INSERT INTO item VALUES (1, 'Äpfel', 1.5, '2024-01-02'), (2, NULL, 2, '2024-01-03');
"""
SQLITE = (
    SampleFile("one_table.sqlite", _sqlite(_SHOP), ("id", "name", "price", "added"), 2, (1, "Äpfel", 1.5, "2024-01-02")),
    SampleFile(
        "two_tables.db",
        _sqlite(_SHOP + "CREATE TABLE a (x); INSERT INTO a VALUES (1);"),
        ("id", "name", "price", "added"),
        2,
        (1, "Äpfel", 1.5, "2024-01-02"),
        "“item” was read, the longest; there are also “a”",
    ),
    SampleFile(
        "mixed.sqlite3", _sqlite("CREATE TABLE a (x); INSERT INTO a VALUES (1), ('1'), (2.5), (NULL);"), ("x",), 3, ("1",), "empty row"
    ),
    SampleFile(
        "bytes.sqlite",
        _sqlite("CREATE TABLE a (n, x); INSERT INTO a VALUES (1, X'00ff'), (2, X'6162');"),
        ("n", "x"),
        2,
        (1, None),
        "1 cell of “x” with bytes that are not text was left out",
    ),
)
_ODS_CELLS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body><office:spreadsheet>
<table:table table:name="Data">
<table:table-row><table:table-cell office:value-type="string"><text:p>name</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>size</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>day</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Äpfel</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="1.5"><text:p>1,5</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2024-01-02"><text:p>02.01.24</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Birnen</text:p></table:table-cell>
<table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2024-02-03"><text:p>03.02.24</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""
_ODS_MANIFEST = """<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>"""
_ODS = {
    "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
    "content.xml": _ODS_CELLS.replace(">\n<", "><").encode(),
    "META-INF/manifest.xml": _ODS_MANIFEST.encode(),
}
_DAY = datetime.datetime(2024, 1, 2)
WORKBOOKS = (
    SampleFile(
        "written_by_xlwt.xls",
        (Path(__file__).parent / "data" / "workbooks" / "xlwt.xls").read_bytes(),
        ("name", "size", "count", "on", "day", "took"),
        2,
        ("Äpfel", 1.5, 3, True, _DAY, "30:00:00"),
        "there are also “Notes”",
    ),
    SampleFile("open_document.ods", _zip(_ODS), ("name", "size", "day"), 2, ("Äpfel", 1.5, _DAY), "1 cell of the workbook holds an error"),
)
_LABELS = {"answer": {1: "yes", 2: "no", 9: "refused"}, "income": {-1: "refused"}}
_PEOPLE = ("id", "answer", "income", "town", "day")
STATISTICS = (
    SampleFile(
        "survey.sav",
        _statistics("write_sav", variable_value_labels=_LABELS, missing_ranges={"answer": [9]}, variable_format={"id": "F8.0"}),
        _PEOPLE,
        3,
        (1, "yes", 100.5, "Rome", datetime.date(2020, 1, 2)),
        "Only some values have a label (-1 = “refused”)",
    ),
    SampleFile("packed.zsav", _statistics("write_sav", compress=True), _PEOPLE, 3, (1.0, 1.0, 100.5, "Rome", datetime.date(2020, 1, 2))),
    SampleFile(
        "panel.dta",
        _statistics("write_dta", variable_value_labels={"answer": {1: "yes", 2: "no", 9: "no"}}),
        _PEOPLE,
        3,
        (1.0, "yes", 100.5, "Rome", datetime.date(2020, 1, 2)),
    ),
    SampleFile("transport.xpt", _statistics("write_xport"), _PEOPLE, 3, (1.0, 1.0, 100.5, "Rome", datetime.date(2020, 1, 2))),
)


def _dbf(fields: tuple[tuple[str, str, int, int], ...], records: tuple[bytes, ...], code_page: int = 0x57) -> bytes:
    """A table of dBase III: fields (name, type, length, decimals) and records with the mark for deletion in front."""
    described = b"".join(struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), size, places) for name, kind, size, places in fields)
    head = struct.pack("<BBBBIHH17xB2x", 3, 124, 1, 2, len(records), 32 + len(described) + 1, 1 + sum(one[2] for one in fields), code_page)
    return head + described + b"\r" + b"".join(records) + b"\x1a"


_FRUIT = (("NAME", "C", 8, 0), ("SIZE", "N", 6, 2), ("COUNT", "N", 4, 0), ("DAY", "D", 8, 0), ("ON", "L", 1, 0))
_RECORDS = (
    b" \xc4pfel     1.50   320240102T",
    b"*gone      9.99   920240102F",
    b" Birnen    2.00            ?",
)
DBASE = (
    SampleFile(
        "fruit.dbf",
        _dbf(_FRUIT, _RECORDS),
        ("NAME", "SIZE", "COUNT", "DAY", "ON"),
        2,
        ("Äpfel", 1.5, 3, datetime.date(2024, 1, 2), True),
        "1 record that is marked as deleted was left out",
    ),
    SampleFile("dos.dbf", _dbf((("NAME", "C", 5, 0),), (b" \x8epfel", b" Birne"), 0x02), ("NAME",), 2, ("Äpfel",)),
    SampleFile(
        "memo.dbf",
        _dbf((("N", "N", 2, 0), ("NOTE", "M", 10, 0)), (b"  1         1", b"  2          ")),
        ("N", "NOTE"),
        2,
        (1, None),
        "“NOTE” holds long texts or pictures",
    ),
)
_PAGE = """<!doctype html><meta charset=utf-8><h2>Fruit</h2><table><thead><tr><th>name<th>size</thead>
<tr><td rowspan=2>Äpfel</td><td>1.5</td></tr><tr><td>2<br>.5</td></tr><tr><td>Birnen</td><td>3<script>x()</script></td></tr></table>"""
PAGES = (
    SampleFile("page.html", _PAGE.encode(), _NS, 3, _APPLE),
    SampleFile("several.htm", (_PAGE + "<table id=few><tr><td>a<td>b</table>").encode(), _NS, 3, _APPLE, "“Fruit” was read, the largest"),
    SampleFile("latin.html", _PAGE.replace("utf-8", "iso-8859-1").encode("latin-1"), _NS, 3, _APPLE),
    SampleFile("open.xhtml", b"<table><tr><td>a</td><td>b</td></tr><tr><td>x</td><td>1", ("a", "b"), 1, ("x", "1")),
)
_REQUEST = '127.0.0.1 - ann [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326'
_VISIT = ("127.0.0.1", "ann", "10/Oct/2000:13:55:36 -0700", "GET", "/a.gif", "HTTP/1.0", "200", "2326")
_LOG = ("host", "user", "time", "method", "path", "protocol", "status", "bytes")
LOGS = (
    SampleFile("common.log", f"{_REQUEST}\n{_REQUEST}\n".encode(), _LOG, 2, _VISIT),
    SampleFile(
        "combined.log",
        f'{_REQUEST} "http://a.de/" "Mozilla/5.0 (\\"x\\")"\nno request\n{_REQUEST} "-" "-"\n'.encode(),
        (*_LOG, "referer", "user_agent"),
        2,
        (*_VISIT, "http://a.de/", 'Mozilla/5.0 (\\"x\\")'),
        "1 line has another form and was left out (line 2",
    ),
)
_ARFF = """% a comment
@RELATION 'some fruit'
@attribute name {Äpfel, 'red Birnen'}
@ATTRIBUTE "the size" REAL
@attribute note string
@data
"""
_ARFF_NAMES = ("name", "the size", "note")
ARFF = (
    SampleFile(
        "dense.arff",
        (_ARFF + "Äpfel, 1.5, 'it\\'s, good'\n\n% more\n'red Birnen',?,?\n").encode(),
        _ARFF_NAMES,
        2,
        ("Äpfel", 1.5, "it's, good"),
    ),
    SampleFile("sparse.arff", (_ARFF + "{1 1.5, 2 'x'}\n{0 'red Birnen'}\n{}\n").encode(), _ARFF_NAMES, 3, ("Äpfel", 1.5, "x")),
    SampleFile(
        "odd.arff",
        (_ARFF + "Äpfel,1.5,a\nÄpfel,1.5\n").encode(),
        _ARFF_NAMES,
        1,
        ("Äpfel", 1.5, "a"),
        "1 line fits no row and was left out",
    ),
    SampleFile("packed.arff.gz", gzip.compress((_ARFF + "Äpfel,1.5,a\n").encode()), _ARFF_NAMES, 1, ("Äpfel", 1.5, "a")),
)
MARKDOWN = (
    SampleFile(
        "text.md",
        "# Fruit\n\n| name | **size** |\n|:--|--:|\n| Äpfel | `1.5` |\n| a \\| b | 2 |\n| c |\n\nThe end.\n".encode(),
        _NS,
        3,
        _APPLE,
    ),
    SampleFile("two.markdown", b"a | b\n--|--\n1 | 2\n\n|c|d|\n|-|-|\n|x|1|\n|y|2|\n", ("c", "d"), 2, ("x", "1"), "Table 2 of 2 was read"),
)
HAS_STATISTICS = importlib.util.find_spec("pyreadstat") is not None
FORMATS = (
    *COMPRESSED,
    *JSON,
    *ARROW,
    *SQLITE,
    *WORKBOOKS,
    *DBASE,
    *PAGES,
    *LOGS,
    *ARFF,
    *MARKDOWN,
    *(STATISTICS if HAS_STATISTICS else ()),
)
REFUSED_FORMATS = (
    SampleFile("cut.csv.gz", gzip.compress(_CSV * 9)[:30], refused="damaged or cut off"),
    SampleFile("changed.csv.xz", lzma.compress(_CSV)[:-9] + b"\0" * 9, refused="damaged or cut off"),
    SampleFile("cut.csv.zst", _zst(_CSV * 9)[:20], refused="damaged or cut off"),
    SampleFile("nothing_inside.csv.gz", gzip.compress(b""), refused="is empty"),
    SampleFile("picture_inside.csv.gz", gzip.compress(b"\x89PNG\r\n\x1a\n" + b"\0" * 600), refused="picture"),
    SampleFile("no_table.zip", _zip({"a.png": b"x"}), refused="no file that can be read"),
    SampleFile("locked.zip", _locked_zip(), refused="locked with a password"),
    SampleFile("cut.json", b'[{"a": 1},', refused="line 1 cannot be read"),
    SampleFile("cut.jsonl", b'{"a": 1}\n{"a": 2}\n{"a', refused="line 3 cannot be read"),
    SampleFile("text.json", b"a,b\n1,2\n", refused="not JSON"),
    SampleFile("no_records.json", b"[]", refused="no record"),
    SampleFile("deep.json", b"[" * 100_000, refused="nested too deeply"),
    SampleFile("latin1.json", b'[{"a": "\xe4"}]', refused="not written in Unicode"),
    SampleFile("bytes.xls", b"\x01\x02\x03 bytes", refused="not an Excel workbook"),
    SampleFile("cut.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, refused="not an Excel workbook"),
    SampleFile("bytes.ods", b"\x01\x02\x03 bytes", refused="not an Excel workbook"),
    SampleFile("cut.xlsb", b"PK\x03\x04" + b"\0" * 100, refused="not an Excel workbook"),
    SampleFile("text.feather", b"a,b\n1,2\n", refused="not a Feather or Arrow file"),
    SampleFile("cut.arrow", b"ARROW1\0\0" + b"\1" * 100, refused="not a Feather or Arrow file"),
    SampleFile("cut.orc", b"ORC" + b"\1" * 100, refused="not an ORC file"),
    SampleFile("text.dbf", b"a,b\n1,2\n" * 9, refused="not a dBase file"),
    SampleFile("cut.dbf", _dbf(_FRUIT, _RECORDS)[:60], refused="not a dBase file"),
    SampleFile("no_table.html", b"<p>nothing</p>", refused="holds no table"),
    SampleFile("program.log", b"2024-01-02 started\n2024-01-02 stopped\n", refused="not a log of a web server"),
    SampleFile("no_table.md", b"# A | title\n\nand a text\n", refused="holds no table"),
    SampleFile("no_data.arff", b"@relation x\n@attribute a real\n", refused="not an ARFF file"),
    SampleFile("text.sqlite", b"a,b\n1,2\n", refused="not an SQLite database"),
    SampleFile("no_table.db", _sqlite("CREATE TABLE a (x); DROP TABLE a;"), refused="holds no table"),
    *((SampleFile("text.sav", b"a,b\n1,2\n", refused="not a file of SPSS"),) if HAS_STATISTICS else ()),
)
