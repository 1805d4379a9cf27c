"""Small data files of every kind that people have, with what should come of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROWS = "name,size\nÄpfel,1.5\nBirnen,2\nKirschen,3\n"


@dataclass(frozen=True)
class SampleFile:
    """A file, and either the table that it holds or a piece of the sentence that refuses it."""

    name: str
    make: bytes | Callable[[Path], None]
    columns: tuple[str, ...] = ()
    rows: int = 0
    first: tuple[Any, ...] = ()  # the cells of the first row, as they are loaded
    note: str = ""  # a piece of a note that the source should give
    refused: str = ""

    def write(self, folder: Path) -> Path:
        """Put the file into a folder."""
        path = folder / self.name
        if callable(self.make):
            self.make(path)
        else:
            path.write_bytes(self.make)
        return path


def _text(
    name: str, text: str, columns: tuple[str, ...], rows: int, first: tuple[str, ...], note: str = "", encoding: str = "utf-8"
) -> SampleFile:
    return SampleFile(name, text.encode(encoding), columns, rows, first, note)


def _workbook(sheets: dict[str, list[list[Any]]]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        import openpyxl

        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(path)

    return make


def _parquet(columns: dict[str, list[Any]]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table(columns), path)

    return make


_NS = ("name", "size")
_APPLE = ("Äpfel", "1.5")
_UNEVEN = "a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,1,1\n2,2,2\n"
TEXTS = (
    _text("comma.csv", ROWS, _NS, 3, _APPLE),
    _text("semicolon.csv", ROWS.replace(",", ";"), _NS, 3, _APPLE),
    _text("tab.tsv", ROWS.replace(",", "\t"), _NS, 3, _APPLE),
    _text("bar.psv", ROWS.replace(",", "|"), _NS, 3, _APPLE),
    _text("tab_named_csv.csv", ROWS.replace(",", "\t"), _NS, 3, _APPLE),
    _text("decimal_comma.csv", "a;b;c\n1,5;2,25;x\n2;3,5;y\n3,1;4;z\n", ("a", "b", "c"), 3, ("1,5", "2,25", "x")),
    _text("decimal_comma_everywhere.csv", "a;b\n1,5;2,5\n1,6;2,6\n1,7;2,7\n", ("a", "b"), 3, ("1,5", "2,5")),
    _text("crlf.csv", ROWS.replace("\n", "\r\n"), _NS, 3, _APPLE),
    _text("cr.csv", ROWS.replace("\n", "\r"), _NS, 3, _APPLE),
    _text("no_last_line_end.csv", ROWS.rstrip("\n"), _NS, 3, _APPLE),
    _text("mark.csv", ROWS, _NS, 3, _APPLE, encoding="utf-8-sig"),
    _text("utf16.csv", ROWS, _NS, 3, _APPLE, encoding="utf-16"),
    _text("utf16_le_without_mark.csv", ROWS, _NS, 3, _APPLE, encoding="utf-16-le"),
    _text("utf16_be_without_mark.csv", ROWS, _NS, 3, _APPLE, encoding="utf-16-be"),
    _text("utf32.csv", ROWS, _NS, 3, _APPLE, encoding="utf-32"),
    _text("cp1252.csv", ROWS.replace("1.5", "1€"), _NS, 3, ("Äpfel", "1€"), "cp1252", encoding="cp1252"),
    _text(
        "cyrillic.csv",
        "имя,город\n" + "Анна Каренина,Москва\nПётр Первый,Петербург\n" * 20,
        ("имя", "город"),
        40,
        ("Анна Каренина", "Москва"),
        "cp1251",
        encoding="cp1251",
    ),
    _text("quoted.csv", 'a,b\n"x, y","say ""hi"""\n"1","2"\n', ("a", "b"), 2, ("x, y", 'say "hi"')),
    _text("quoted_line_break.csv", 'a,b\n"x\ny",1\n"z\n\n",2\n', ("a", "b"), 2, ("x\ny", "1")),
    _text("single_quotes.csv", "a,b\n'x, y','1'\n'z','2'\n", ("a", "b"), 2, ("x, y", "1")),
    _text("apostrophes.csv", "a,b\n'tis,O'Neil\ndon't,x\nwon't,y\n", ("a", "b"), 3, ("'tis", "O'Neil")),
    _text("quote_never_closed.csv", 'a,b\n1,"x\n' + "2,y\n" * 40, ("a", "b"), 41, ("1", '"x'), "never closed"),
    _text("quote_as_inch.csv", 'size,n\n5" wide,1\n6" wide,2\n7" wide,3\n', ("size", "n"), 3, ('5" wide', "1")),
    _text(
        "no_header.csv",
        "1.5,2.5,'-1'\n2.5,3.5,'1'\n3.5,4.5,'-1'\n",
        ("column_1", "column_2", "column_3"),
        3,
        ("1.5", "2.5", "-1"),
        "No row names",
    ),
    _text(
        "no_header_words.csv",
        "ham,hello you\nham,what is it\nspam,buy this\nham,not now\n",
        ("column_1", "column_2"),
        4,
        ("ham", "hello you"),
        "No row names",
    ),
    _text("number_in_header.csv", "country,2015,2016\nA,1.5,2\nB,2.5,3\nC,3.5,4\n", ("country", "2015", "2016"), 3, ("A", "1.5", "2")),
    _text(
        "doubled_names.csv", "a,a,,a\n1,2,3,4\n", ("a", "a_2", "column_3", "a_3"), 1, ("1", "2", "3", "4"), "Several columns were named “a”"
    ),
    _text("empty_columns.csv", "a;b;;\n1;2;;\n3;4;;\n", ("a", "b"), 2, ("1", "2"), "2 empty columns"),
    _text("empty_rows_at_the_end.csv", "a;b\n1;2\n;\n3;4\n;\n;\n", ("a", "b"), 3, ("1", "2"), "2 empty rows at the end"),
    _text("blank_lines.csv", "a,b\n\n1,2\n\n3,4\n\n\n", ("a", "b"), 2, ("1", "2")),
    _text(
        "footer.tsv", "a\tb\tc\n1\t2\t3\n4\t5\t6\n\nSource: nobody, 2015\n", ("a", "b", "c"), 2, ("1", "2", "3"), "1 line below the table"
    ),
    _text("title_above.csv", "Sales of 2015\n\na,b,c\n1,2,3\n4,5,6\n7,8,9\n", ("a", "b", "c"), 3, ("1", "2", "3"), "above the table"),
    _text("uneven_rows.csv", _UNEVEN, ("a", "b", "c"), 5, ("1", "2", "3"), "1 row has more cells"),
    _text("row_names.csv", "x,y\nr1,1,2\nr2,3,4\nr3,5,6\n", ("row_names", "x", "y"), 3, ("r1", "1", "2"), "row_names"),
    _text("one_column.csv", "x\n1\n2\n3\n", ("x",), 3, ("1",)),
    _text("one_row.csv", "a,b\n1,2\n", ("a", "b"), 1, ("1", "2")),
    _text("spaces_in_names.csv", " a , b\tc \n1,2\n", ("a", "b c"), 1, ("1", "2")),
    _text("missing_words.csv", "a,b\nNA,NULL\nn/a,?\n1,2\n", ("a", "b"), 3, ("NA", "NULL")),
    _text("long_cell.csv", "a,b\n" + "x" * 300_000 + ",1\ny,2\n", ("a", "b"), 2, ("x" * 300_000, "1")),
    _text("nul_inside.csv", "a,b\n1,2\n" + "3,4\n" * 100_000 + "5,\x006\n", ("a", "b"), 100_002, ("1", "2"), "1 NUL byte"),
    _text(
        "wide.csv",
        ",".join(f"c{i}" for i in range(3000)) + "\n" + ",".join(["1"] * 3000) + "\n",
        tuple(f"c{i}" for i in range(3000)),
        1,
        ("1",) * 3000,
    ),
)
REFUSED = (
    SampleFile("empty.csv", b"", refused="is empty"),
    SampleFile("blank.csv", b"\n\n  \n", refused="empty|no row"),
    SampleFile("header_only.csv", b"a,b,c\n", refused="no row of data"),
    SampleFile("random.csv", bytes(range(256)) * 40, refused="not a text file"),
    SampleFile("zeros.csv", b"\0" * 4000, refused="not a text file"),
    SampleFile("workbook.csv", _workbook({"S": [["a"], [1]]}), refused="Excel"),
    SampleFile("parquet.csv", _parquet({"a": [1]}), refused="Parquet"),
    SampleFile("old_excel.txt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, refused="old Excel"),
    SampleFile("picture.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 600, refused="picture"),
    SampleFile("bytes.xlsx", b"\x01\x02\x03 bytes", refused="not an Excel workbook"),
    SampleFile("cut.xlsx", b"PK\x03\x04" + b"\0" * 100, refused="not an Excel workbook"),
    SampleFile("empty_sheet.xlsx", _workbook({"S": []}), refused="is empty"),
    SampleFile("header_only.xlsx", _workbook({"S": [["a", "b"]]}), refused="no row of data"),
    SampleFile("text.parquet", b"a,b\n1,2\n", refused="not a Parquet file"),
    SampleFile("no_rows.parquet", _parquet({"a": []}), refused="no row of data"),
    SampleFile("no_columns.parquet", _parquet({}), refused="no column"),
    SampleFile("unknown.xyz", b"a,b\n1,2\n", refused="cannot be opened"),
)
_PLAIN_SHEET = [["name", "size", "on"], ["Äpfel", 1.5, True], ["Birnen", 2, False], [None, None, None]]
TYPED = (
    SampleFile("plain.xlsx", _workbook({"S": _PLAIN_SHEET}), ("name", "size", "on"), 2, ("Äpfel", 1.5, True)),
    SampleFile(
        "two_sheets.xlsx",
        _workbook({"Empty": [], "Data": _PLAIN_SHEET}),
        ("name", "size", "on"),
        2,
        ("Äpfel", 1.5, True),
        "“Data” was read",
    ),
    SampleFile(
        "title.xlsx", _workbook({"S": [["A title"], *_PLAIN_SHEET]}), ("name", "size", "on"), 2, ("Äpfel", 1.5, True), "above the table"
    ),
    SampleFile("mixed.xlsx", _workbook({"S": [["a", "b"], [1, "x"], ["1", 2], ["two", None], [True, 3]]}), ("a", "b"), 4, ("1", "x")),
    SampleFile("no_header.xlsx", _workbook({"S": [[1, 2.5], [2, 3.5], [3, 4.5]]}), ("column_1", "column_2"), 3, (1, 2.5), "No row names"),
    SampleFile(
        "typed.parquet", _parquet({"a": [1, None, 3], "b": ["x", "y", None], "c": [0.5, 1.5, 2.5]}), ("a", "b", "c"), 3, (1, "x", 0.5)
    ),
    SampleFile("nested.parquet", _parquet({"a": [[1], [2, 3]]}), ("a",), 2, ("[1]",)),
)
