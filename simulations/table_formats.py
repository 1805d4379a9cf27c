"""Writes a typed table as people of several countries and other programs write it: text files, workbooks, records and typed formats."""

from __future__ import annotations

import csv
import datetime
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

Cell = float | int | bool | str | datetime.date | datetime.time | None  # a datetime is a date too
Lines = list[list[str]]


class NotWritable(Exception):
    """A format cannot hold a table: a line end in fixed places, a control character in a workbook, a variable that SPSS does not know."""


@dataclass(frozen=True)
class Written:
    """A column to write: its type in the schema, its unit, and its values as Python holds them, None where missing."""

    name: str
    type: str
    unit: str
    values: list[Cell]


@dataclass(frozen=True)
class Locale:
    """How a country writes: decimal mark, mark between thousands ("" none, "lakh": of India), days, clocks and so on.

    `quoted` is whether every cell is in quotes, `rownames` whether the rows are numbered in front as `write.csv` of R does.
    """

    decimal: str = "."
    thousands: str = ""
    day: str = "%Y-%m-%d"
    clock: str = "%H:%M:%S"
    yes: str = "true"
    no: str = "false"
    missing: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"
    quoted: bool = False
    rownames: bool = False


LOCALES = {
    "plain": Locale(),
    "german": Locale(",", ".", "%d.%m.%Y", "%H:%M:%S", "ja", "nein", "", ";", "utf-8-sig"),
    "austrian": Locale(",", "", "%d.%m.%Y", "%H:%M", "wahr", "falsch", "", ";", "cp1252"),
    "swiss": Locale(".", "'", "%d.%m.%Y", "%H:%M:%S", "ja", "nein", "", ";", "utf-8"),
    "french": Locale(",", "\u202f", "%d/%m/%Y", "%H:%M:%S", "oui", "non", "", "\t", "utf-16"),
    "swedish": Locale(",", "\xa0", "%Y-%m-%d", "%H:%M:%S", "sant", "falskt", "", ";", "utf-8"),
    "american": Locale(".", ",", "%m/%d/%Y", "%I:%M:%S %p", "Yes", "No", "N/A", ",", "utf-8"),
    "indian": Locale(".", "lakh", "%d-%m-%Y", "%H:%M:%S", "TRUE", "FALSE", "NULL", "|", "utf-8"),
    "spanish": Locale(",", ".", "%d/%m/%y", "%H:%M", "sí", "no", "", ",", "utf-8", quoted=True),
    "R": Locale(missing="NA", yes="TRUE", no="FALSE", quoted=True, rownames=True),
    "R, csv2": Locale(",", "", missing="NA", yes="TRUE", no="FALSE", delimiter=";", encoding="cp1252", quoted=True, rownames=True),
}


def grouped(digits: str, mark: str) -> str:
    """Whole digits with a mark between thousands, or between lakhs."""
    if mark == "lakh":
        return f"{grouped(digits[:-3], 'pairs')},{digits[-3:]}" if len(digits) > 3 else digits
    size = 2 if mark == "pairs" else 3
    first = len(digits) % size or size
    return ("," if mark == "pairs" else mark).join([digits[:first], *(digits[i : i + size] for i in range(first, len(digits), size))])


def number_text(value: float, locale: Locale) -> str:
    """A number as the locale writes it, with all digits that distinguish it from its neighbours."""
    if isinstance(value, float) and value and not 1e-6 <= abs(value) < 1e15:
        return repr(value).replace(".", locale.decimal)
    text = str(abs(value)) if isinstance(value, int) else np.format_float_positional(abs(value), trim="0")
    whole, _, rest = text.partition(".")
    shown = grouped(whole, locale.thousands) if locale.thousands else whole
    return ("-" if value < 0 else "") + shown + (locale.decimal + rest if rest else "")


def clock_format(column: Written, locale: Locale) -> str:
    """The format of the times of a column: with seconds and their fraction where one of them has any, "" where all are midnight."""
    times = [one.time() if isinstance(one, datetime.datetime) else one for one in column.values if not _is_day(one)]
    times = [one for one in times if isinstance(one, datetime.time)]
    if any(one.microsecond for one in times):
        return locale.clock.replace("%M:%S", "%M").replace("%M", "%M:%S.%f")
    if any(one.second for one in times):
        return locale.clock.replace("%M:%S", "%M").replace("%M", "%M:%S")
    return locale.clock if times else ""


def _is_day(value: Cell) -> bool:
    return isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)


def cell_texts(column: Written, locale: Locale) -> list[str]:
    """The cells of a column as the locale writes them."""
    clock = clock_format(column, locale)
    texts = []
    for value in column.values:
        if value is None:
            texts.append(locale.missing)
        elif isinstance(value, bool):
            texts.append(locale.yes if value else locale.no)
        elif isinstance(value, (int, float)):
            texts.append(number_text(value, locale) + (f" {column.unit}" if column.unit else ""))
        elif isinstance(value, datetime.time):
            texts.append(value.strftime(clock))
        elif isinstance(value, datetime.date):
            years = locale.day.replace("%Y", f"{value.year:04}")  # strftime pads no year on every machine
            texts.append(value.strftime(f"{years} {clock}" if clock else years))
        else:
            texts.append(value)
    return texts


def text_lines(columns: Sequence[Written], locale: Locale) -> Lines:
    """The names and the rows of a table as texts."""
    cells = [[one.name, *cell_texts(one, locale)] for one in columns]
    lines = [list(row) for row in zip(*cells, strict=True)]
    return [[str(i) if i else "", *line] for i, line in enumerate(lines)] if locale.rownames else lines


def write_text(columns: Sequence[Written], path: Path, locale: Locale) -> Path:
    """A delimited text file; what its encoding lacks makes it UTF-8."""
    out = io.StringIO()
    lines = text_lines(columns, locale)
    quoting = csv.QUOTE_ALL if locale.quoted else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=locale.delimiter, quoting=quoting).writerows(lines)
    text = out.getvalue()
    try:
        path.write_bytes(text.encode(locale.encoding))
    except UnicodeEncodeError:
        path.write_bytes(text.encode("utf-8-sig"))
    return path


def write_fixed(columns: Sequence[Written], path: Path) -> Path:
    """A file of fixed width: each column as wide as its longest text and two blanks, numbers to the right. NotWritable for line ends."""
    lines = text_lines(columns, Locale(missing="NA"))
    if any("\n" in cell for line in lines for cell in line):
        raise NotWritable("a line end in a cell")
    widths = [max(len(line[j]) for line in lines) for j in range(len(columns))]
    right = [one.type in ("number", "integer") for one in columns]
    with path.open("w", encoding="utf-8") as out:
        for line in lines:
            cells = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True))
            out.write("  ".join(cells).rstrip() + "\n")
    return path


def plain_value(value: Cell) -> Any:
    """A value as JSON holds it."""
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def write_json(columns: Sequence[Written], path: Path, *, lines: bool) -> Path:
    """An array of records, or a record in each line, without the fields that are missing."""
    names = [one.name for one in columns]
    rows = zip(*([plain_value(value) for value in one.values] for one in columns), strict=True)
    kept = {one.name for one in columns if not lines or all(value is None for value in one.values)}  # else the field would be nowhere
    records = [{name: value for name, value in zip(names, row, strict=True) if value is not None or name in kept} for row in rows]
    text = "\n".join(json.dumps(one, ensure_ascii=False) for one in records) if lines else json.dumps(records)
    path.write_text(text, encoding="utf-8")
    return path


def write_xlsx(columns: Sequence[Written], path: Path, locale: Locale | None = None) -> Path:
    """A workbook with typed cells, or with the texts of a locale."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    if locale is not None:
        rows = [[_text_cell(sheet, cell) if cell else None for cell in line] for line in text_lines(columns, locale)]
    else:
        values = zip(*(one.values for one in columns), strict=True)
        rows = [[value.isoformat() if isinstance(value, datetime.date) and value.year < 1901 else value for value in row] for row in values]
        rows.insert(0, [_text_cell(sheet, one.name) for one in columns])
    for row in rows:  # all of them are made, so that no file is left open
        sheet.append(row)
    book.save(path)
    return path


def _text_cell(sheet: Any, text: str) -> Any:
    """A cell with a text, which is no formula though it may begin like one. NotWritable for control characters."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils.exceptions import IllegalCharacterError

    try:
        cell = WriteOnlyCell(sheet, text)
    except IllegalCharacterError as error:
        raise NotWritable(f"a control character in {text[:40]!r}") from error
    cell.data_type = "s"
    return cell


_SPACES = " ".join(f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in ("office", "table", "text"))
_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def _ods_cell(value: Cell) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind, held = f'boolean" office:boolean-value="{str(value).lower()}', str(value).upper()
    elif isinstance(value, (int, float)):
        kind, held = f'float" office:value="{value!r}', repr(value)
    elif isinstance(value, datetime.time):
        kind, held = f'time" office:time-value="{value.strftime("PT%HH%MM%SS")}', value.isoformat()
    elif isinstance(value, datetime.date):
        kind, held = f'date" office:date-value="{value.isoformat()}', value.isoformat()
    else:
        kind, held = "string", value
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in held.split("\n"))
    return f'<table:table-cell office:value-type="{kind}">{paragraphs}</table:table-cell>'


def write_ods(columns: Sequence[Written], path: Path) -> Path:
    """An OpenDocument sheet with typed cells."""
    rows = [[one.name for one in columns], *zip(*(one.values for one in columns), strict=True)]
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", _TYPE)
        entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/></manifest:manifest>'
        target.writestr("META-INF/manifest.xml", manifest + entry)
        target.writestr(
            "content.xml",
            f"<office:document-content {_SPACES}><office:body><office:spreadsheet><table:table table:name='Data'>{lines}"
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return path


def arrow_table(columns: Sequence[Written]) -> Any:
    """The table as Arrow holds it."""
    import pyarrow as pa

    return pa.table({one.name: pa.array(one.values) for one in columns})


def write_parquet(columns: Sequence[Written], path: Path) -> Path:
    """A Parquet file."""
    import pyarrow.parquet

    pyarrow.parquet.write_table(arrow_table(columns), path)
    return path


def write_feather(columns: Sequence[Written], path: Path) -> Path:
    """A Feather file."""
    import pyarrow.feather

    pyarrow.feather.write_feather(arrow_table(columns), str(path))
    return path


def write_sqlite(columns: Sequence[Written], path: Path) -> Path:
    """A table of SQLite, dates as texts of ISO 8601."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(path)) as database:
        names = ", ".join('"' + one.name.replace('"', '""') + '"' for one in columns)
        database.execute(f"CREATE TABLE data ({names})")
        rows = zip(*([plain_value(value) for value in one.values] for one in columns), strict=True)
        database.executemany(f"INSERT INTO data VALUES ({', '.join('?' * len(columns))})", rows)
        database.commit()
    return path


def write_statistics(columns: Sequence[Written], path: Path) -> Path:
    """A file of SPSS or Stata: variables v1, v2 … with the names as their labels, booleans as 0 and 1, times of day as texts."""
    import pandas as pd
    import pyreadstat

    series = {}
    for i, one in enumerate(columns):
        values: list[Any] = [value.isoformat() if isinstance(value, datetime.time) else value for value in one.values]
        if one.type in ("number", "integer", "boolean"):
            series[f"v{i}"] = pd.Series([np.nan if value is None else float(value) for value in values])
        elif one.type == "date" and any(isinstance(value, datetime.datetime) for value in values):
            series[f"v{i}"] = pd.Series(values, dtype="datetime64[us]")
        else:
            series[f"v{i}"] = pd.Series(values, dtype=object)
    writer = pyreadstat.write_sav if path.suffix == ".sav" else pyreadstat.write_dta
    writer(pd.DataFrame(series), str(path), column_labels=[one.name[:80] for one in columns])
    return path


def write_html(columns: Sequence[Written], path: Path) -> Path:
    """A page with one table, as programs save theirs for a spreadsheet."""
    lines = text_lines(columns, Locale())
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>\n" for line in lines[1:])
    head = "".join(f"<th>{escape(name)}</th>" for name in lines[0])
    path.write_text(f'<html><meta charset="utf-8"><body><table><tr>{head}</tr>{rows}</table></body></html>', encoding="utf-8")
    return path


FORMATS: dict[str, tuple[str, Callable[[Sequence[Written], Path], Path]]] = {
    "fixed width": (".txt", write_fixed),
    "xlsx": (".xlsx", write_xlsx),
    "xlsx, German texts": (".xlsx", lambda columns, path: write_xlsx(columns, path, LOCALES["german"])),
    "xlsx, American texts": (".xlsx", lambda columns, path: write_xlsx(columns, path, LOCALES["american"])),
    "ods": (".ods", write_ods),
    "JSON": (".json", lambda columns, path: write_json(columns, path, lines=False)),
    "JSON Lines": (".jsonl", lambda columns, path: write_json(columns, path, lines=True)),
    "Parquet": (".parquet", write_parquet),
    "Feather": (".feather", write_feather),
    "SQLite": (".sqlite", write_sqlite),
    "SPSS": (".sav", write_statistics),
    "Stata": (".dta", write_statistics),
    "HTML": (".html", write_html),
}


def write_as(columns: Sequence[Written], folder: Path, form: str) -> Path:
    """The table in one of `FORMATS` or `LOCALES`, in a folder."""
    if form in LOCALES:
        return write_text(columns, folder / "table.csv", LOCALES[form])
    ending, write = FORMATS[form]
    return write(columns, folder / f"table{ending}")
